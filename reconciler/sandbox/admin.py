"""What another process may do to the sandbox, over HTTP below `/_sandbox/`.

    GET, POST, DELETE  records/PROVIDER        all raw records; put one in (a scope in the query); forget all
    PATCH, DELETE      records/PROVIDER/ID     set dotted paths; delete
    GET                requests                what was taken so far
    DELETE             tokens                  expire the tokens that log-ins gave out
    PUT                faults                  what goes wrong from now on, as in a file of faults

No provider sees any of it, no fault hits it, and it is not among the requests.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from reconciler.sandbox.faults import Faults
from reconciler.sandbox.store import to_json
from reconciler.sandbox.wire import Answer, Request, segments

if TYPE_CHECKING:
    from reconciler.sandbox.server import Sandbox


def administer(sandbox: Sandbox, request: Request, path: str) -> Answer:
    """Carry out one request for `path` below the administration's address."""
    try:
        return _carry_out(sandbox, request, segments(path))
    except LookupError as error:
        return _answer(404, {"message": str(error.args[0])})
    except ValueError as error:
        return _answer(400, {"message": f"not what is taken here: {error}"})


def _carry_out(sandbox: Sandbox, request: Request, parts: list[str]) -> Answer:
    match request.method, *parts:
        case "GET", "records", provider:
            return _answer(200, sandbox.records(provider))
        case "POST", "records", provider:
            scope = tuple(sorted(request.query.items()))
            return _answer(201, {"id": sandbox.insert(provider, _object(request), scope)})
        case "DELETE", "records", provider:
            sandbox.clear(provider)
            return Answer(204)
        case "PATCH", "records", provider, record_id:
            sandbox.change(provider, record_id, _object(request))
            return Answer(204)
        case "DELETE", "records", provider, record_id:
            sandbox.remove(provider, record_id)
            return Answer(204)
        case "GET", "requests":
            return _answer(200, [list(served) for served in sandbox.requests])
        case "DELETE", "tokens":
            sandbox.expire_tokens()
            return Answer(204)
        case "PUT", "faults":
            sandbox.faults = Faults.model_validate(_object(request))
            return Answer(204)
    raise LookupError("the sandbox has no such address or method")


def _object(request: Request) -> dict[str, Any]:
    body = json.loads(request.body)
    if not isinstance(body, dict):
        raise ValueError("the body is not a JSON object")  # noqa: TRY004 - what was sent is wrong, not the call
    return body


def _answer(status: int, value: Any) -> Answer:
    return Answer(status, to_json(value), {"Content-Type": "application/json"})
