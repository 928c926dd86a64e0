"""What a request carries: its body by the table's encoding, and the record in it."""

from __future__ import annotations

import json
from typing import Any

from reconciler.providers.bodies import FORM, MULTIPART, decoded_form, decoded_parts
from reconciler.providers.calls import Encoding
from reconciler.providers.paths import at, put
from reconciler.providers.spec import Call, Spec
from reconciler.sandbox.refusals import Rejected
from reconciler.sandbox.wire import Request


def body_of(request: Request, encoding: Encoding) -> Any:
    """Return a request's body; None where it has none, or none that can be read."""
    media = request.headers.get("content-type", "")
    kind = media.partition(";")[0].strip()
    if kind == MULTIPART:
        return decoded_parts(request.body, media, encoding)
    if kind == FORM:
        return decoded_form(request.body.decode("utf-8", "replace"), encoding)
    try:
        return json.loads(request.body)
    except (ValueError, RecursionError):
        return None


def record_in(request: Request, call: Call, spec: Spec, body: Any) -> dict[str, Any]:
    """Return the record in a request's body, out of its envelope. Raises `Rejected`."""
    encoding = call.encoding or spec.encoding
    if encoding == "query":
        body = {
            name: value for name, value in decoded_form(request.raw_query, encoding).items() if name not in call.query
        }
    if body is None:
        raise Rejected(400, "The body is not JSON.")
    if isinstance(body, list):
        return _patched(body)
    if call.graphql is not None:
        body = at(body, "variables")
    record = at(body, call.wrap) if call.wrap else body
    if not isinstance(record, dict):
        raise Rejected(400, f"There is no object at {call.wrap}." if call.wrap else "The body is not an object.")
    return record


def _patched(operations: list[Any]) -> dict[str, Any]:
    """Return what a list of JSON Patch operations sets, as a part of a record."""
    record: dict[str, Any] = {}
    for one in operations:
        if not isinstance(one, dict) or one.get("op") not in ("add", "replace") or not isinstance(one.get("path"), str):
            raise Rejected(400, "Not a JSON Patch.")
        steps = [step.replace("~1", "/").replace("~0", "~") for step in one["path"].lstrip("/").split("/")]
        put(record, ".".join(steps), one.get("value"))
    return record
