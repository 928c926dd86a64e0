"""What a provider's answer means: a good one as JSON, any other as one of our errors, in readable words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from reconciler.errors import Ambiguous, NotSent, Refused, Unreadable
from reconciler.http.message import Reply
from reconciler.http.redaction import Redactor
from reconciler.providers.paths import MISSING, as_text, at, kind_of
from reconciler.providers.spec import Call, DeleteCall, ListCall
from reconciler.providers.values import is_one_of

_CLEAR_REFUSALS = frozenset({400, 401, 403, 404, 409, 422})
_GAVE_UP_WAITING = frozenset({408, 504})
_PLAIN_KEYS = frozenset(
    ("detail", "details", "message", "msg", "error", "errors", "error_description", "reason", "title")
)
_TITLE = re.compile(r"<title[^>]*>(.*?)</title", re.DOTALL | re.IGNORECASE)
_MOST_WORDS = 8
_DEEPEST = 6  # the errors of a GraphQL answer lie this deep: data, the mutation, userErrors, each one
_UNKNOWN = "whether it was carried out is not known"


class Judge:
    """Judges the answers of one connection. `where` in its methods is the call as it may be shown."""

    def __init__(self, connection: str) -> None:
        self._connection = connection

    def read(self, reply: Reply, call: Call, where: str, redactor: Redactor) -> Any:
        """Return the JSON of a good answer to a read. Raises `Unreadable` for any other."""
        data, fault = _examined(reply, call, may_be_empty=isinstance(call, ListCall) and "no_content" in call.empty)
        if fault is not None:
            raise Unreadable(self._told(reply, call, where, redactor, fault))
        return data

    def write(self, reply: Reply, call: Call, where: str, redactor: Redactor, *, content: bool) -> Any:
        """Return the JSON of a good answer to a write; `content` False: its words do not matter, so None will do.

        Raises `Refused` for a clear refusal, `NotSent` for a provider that stayed too busy, `Ambiguous`
        for every other answer.
        """
        data, fault = _examined(reply, call, content)
        if fault is None:
            return data
        told = self._told(reply, call, where, redactor, fault)
        refusals = {*_CLEAR_REFUSALS, *call.refused, *(call.gone if isinstance(call, DeleteCall) else ())}
        if not reply.too_many and (reply.status in refusals or _says_that_nothing_was_done(reply, call, data)):
            raise Refused(told, reply.status)
        if reply.too_many or (reply.status == 503 and "retry-after" in reply.headers):
            raise NotSent(f"{told}; it was not carried out")
        raise Ambiguous(f"{told}; {_UNKNOWN}", timed_out=reply.timed_out or reply.status in _GAVE_UP_WAITING)

    def _told(self, reply: Reply, call: Call, where: str, redactor: Redactor, fault: str) -> str:
        said = redactor.scrub("; ".join(words(reply, _errors_of(call))))
        told = f"{where}: {fault}{f': {said}' if said else ''}"
        advice = call.hints.get(str(reply.status)) or self._advice(reply)
        return f"{told.rstrip('.')}. {advice}" if advice else told

    def _advice(self, reply: Reply) -> str:
        status = reply.status
        if status in (401, 403):
            return f"Check the credentials of connection {self._connection}"
        if 300 <= status < 400:
            return "A redirect is not followed, for it would carry the credentials along; correct `base_url`"
        if reply.too_many:
            return f"Set `rate` on connection {self._connection} to go slower"
        return ""


def throttling(values: Mapping[str, Any]) -> Callable[[Reply], bool] | None:
    """Return what tells an answer that has one of these `values` at their paths; None where there are none."""
    if not values:
        return None
    texts = [
        as_text(one).encode()
        for wanted in values.values()
        for one in (wanted if isinstance(wanted, list) else [wanted])
    ]

    def throttled(reply: Reply) -> bool:
        if not any(text in reply.body for text in texts):  # most answers need not be read for it
            return False
        try:
            data = reply.json()
        except ValueError:
            return False
        return any(is_one_of(at(data, path), wanted) for path, wanted in values.items())

    return throttled


def words(reply: Reply, within: Sequence[str] = ()) -> list[str]:
    """Return what a provider says in an answer that is no success: unscrubbed, so never shown as it is.

    What is at the paths `within` is what it says, where anything is there. Of a good status only what is told under the
    name of an error counts: the rest may be a record, with a secret that the provider has just made.
    """
    good = 200 <= reply.status < 300
    text = reply.body.decode("utf-8", "replace").strip()
    if not text:
        return []
    if _is_html(reply):
        title = _TITLE.search(text)
        return [" ".join(title.group(1).split())] if title else ["an HTML page"]
    try:
        data = reply.json()
    except ValueError:
        return [] if good else [text]
    errors = [found for path in within if not _is_empty(found := at(data, path))]
    if good and not errors:
        told = data.items() if isinstance(data, dict) else ()
        data = {name: value for name, value in told if name in _PLAIN_KEYS}
    return [found for found, _ in zip(_said(errors or data, "", 0), range(_MOST_WORDS), strict=False)]


def _errors_of(call: Call) -> list[str]:
    """Where a good status may hide errors."""
    return [*call.success.empty, *(["errors"] if call.graphql is not None else [])]


def _said(data: Any, label: str, depth: int) -> Iterator[str]:
    """Yield the sentences in an error of any shape, each under the name of the field that it is about."""
    if isinstance(data, dict) and depth < _DEEPEST:
        for name, value in data.items():
            inner = label if name in _PLAIN_KEYS else f"{label}.{name}" if label else name
            yield from _said(value, inner, depth + 1)
    elif isinstance(data, list) and depth < _DEEPEST:
        for value in data:
            yield from _said(value, label, depth + 1)
    elif isinstance(data, str) and data.strip():
        yield f"{label}: {data}" if label else data
    elif isinstance(data, int | float) and not isinstance(data, bool) and label:
        yield f"{label}: {data}"


def _says_that_nothing_was_done(reply: Reply, call: Call, data: Any) -> bool:
    """Whether an answer of a good status, that is no success, is a clear refusal."""
    if data is None or not 200 <= reply.status < 300:
        return False
    if call.success.otherwise == "refused":
        return True
    # A GraphQL answer with errors and no data comes from before anything was executed.
    return call.graphql is not None and not _is_empty(at(data, "errors")) and _is_empty(at(data, "data"))


def _examined(reply: Reply, call: Call, content: bool = True, *, may_be_empty: bool = False) -> tuple[Any, str | None]:
    """Return the answer's JSON, and what is wrong with the answer (None for a success)."""
    graphql = call.graphql is not None
    content = content or bool(call.success.where or call.success.empty) or graphql
    status = _named(reply.status)
    wrong = _wrong_status(reply, call)
    if wrong is not None:
        return None, wrong
    if reply.cut is not None:
        return None, f"{status}, but {reply.cut}"
    if may_be_empty and reply.status == HTTPStatus.NO_CONTENT:
        return None, None
    if not reply.body.strip():
        return (None, f"{status}, but the answer is empty") if content else (None, None)
    if _is_html(reply):
        return None, f"{status}, but the answer is HTML"
    try:
        data = reply.json()
    except ValueError:
        return (None, f"{status}, but the answer is not JSON") if content else (None, None)
    for path, wanted in call.success.where.items():
        found = at(data, path)
        if found != wanted or isinstance(found, bool) != isinstance(wanted, bool):
            return data, f"{status}, but `{path}` is {_shown(found)} where a success has {_shown(wanted)}"
    for path in _errors_of(call):
        if not _is_empty(at(data, path)):
            return data, f"{status}, but there is something at `{path}`"
    if isinstance(data, dict) and data.get("error") is True and "error" not in call.success.where:
        return data, f"{status}, but the answer says `error: true`"
    return data, None


def _wrong_status(reply: Reply, call: Call) -> str | None:
    """Return what is wrong with an answer's status alone, or with what it says in the place of one."""
    status = _named(reply.status)
    if reply.throttled:
        return f"{status}, but there were too many requests"
    if not 200 <= reply.status < 300:
        return None if reply.status in call.success.status else status
    if call.success.status and reply.status not in call.success.status:
        return f"{status} where a success is {' or '.join(map(str, call.success.status))}"
    return None


def _is_empty(value: Any) -> bool:
    return value is MISSING or value is None or value in ([], {}, "")


def _shown(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else kind_of(value)


def _named(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def _is_html(reply: Reply) -> bool:
    return reply.kind in ("text/html", "application/xhtml+xml") or reply.body.lstrip()[:1] == b"<"
