"""What each kind of fault makes of an answer."""

from __future__ import annotations

import json
import zlib
from functools import lru_cache

from reconciler.sandbox.faults import Fault
from reconciler.sandbox.wire import Answer

_JSON = {"Content-Type": "application/json"}
_BLOCK = b" " * 65_536


def instead(fault: Fault, error: Answer) -> Answer | None:
    """Return what is answered in place of doing anything; None where the request is to be done.

    `error` is the provider's way to say the fault's status, or that there were too many requests.
    """
    match fault.kind:
        case "status":
            return Answer(fault.status, error.body, {**error.headers, **fault.headers()})
        case "throttled":
            return Answer(error.status, error.body, {**error.headers, **fault.headers()})
        case "reset_before":
            return Answer(0, ending="reset")
        case "error_in_200":
            return Answer(200, b'{"error":true,"message":"Out of order."}', _JSON)
        case "redirect":
            return Answer(307, headers={"Location": fault.location})
    return None


def after(fault: Fault, answer: Answer) -> Answer:
    """Return what is sent in place of `answer`, when the request has been done."""
    match fault.kind:
        case "status_after":
            body = json.dumps({"message": "Out of order."}).encode()
            return Answer(fault.status, body, {**_JSON, **fault.headers()})
        case "reset_after":
            return Answer(0, ending="reset")
        case "delay_after":
            return Answer(answer.status, answer.body, answer.headers, delay=fault.seconds)
        case "half_body":
            # A body that has no half would arrive whole.
            whole = answer.body or b'{"deleted":true}'
            return Answer(200 if answer.status == 204 else answer.status, whole, _JSON, ending="half")
        case "not_json":
            return Answer(200, b'{"id": 1,, "truncated', _JSON)
        case "html":
            page = b"<!DOCTYPE html><html><body><h1>We are back soon</h1></body></html>"
            return Answer(200, page, {"Content-Type": "text/html; charset=utf-8"})
        case "gzip_bomb":
            return Answer(200, _bomb(fault.size), {**_JSON, "Content-Encoding": "gzip"})
        case "huge":
            return Answer(200, _BLOCK, _JSON, repeat=-(-fault.size // len(_BLOCK)))
    return answer


@lru_cache(maxsize=4)
def _bomb(size: int) -> bytes:
    """Return a small gzip stream that unpacks to at least `size` blanks."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    blocks = -(-size // len(_BLOCK))
    return b"".join([*(packer.compress(_BLOCK) for _ in range(blocks)), packer.flush()])
