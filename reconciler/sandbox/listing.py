"""Lists: which records a request means, and the envelope that they come in."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from math import ceil
from typing import Any
from urllib.parse import urlencode

from reconciler.providers.paths import at, put
from reconciler.providers.spec import (
    ListCall,
    NextCursor,
    NextLast,
    NextLink,
    NextOffset,
    NextPage,
    NextRange,
    NextUrl,
    Spec,
)
from reconciler.records import Scope
from reconciler.sandbox.envelope import as_json, mark, status_of
from reconciler.sandbox.refusals import Missing, Rejected
from reconciler.sandbox.store import Page, Store, to_json
from reconciler.sandbox.wire import Answer, Request

_CURSOR = "cursor"
_PLACE = "(the records of this page)"
"""Stands in an envelope where the ready JSON texts of the records go."""


def asked(call: ListCall, request: Request, body: Any) -> dict[str, str]:
    """Return the parameters by which a request asks for a page, wherever the table puts them."""
    sent = at(body, "variables") if call.graphql is not None else body if call.parameters == "body" else None
    within = sent if isinstance(sent, Mapping) else {}
    plain = {name: str(value) for name, value in within.items() if isinstance(value, str | int)}
    return {**request.query, **plain}


def locate(
    store: Store, scope: Scope, call: ListCall, given: Mapping[str, str], header: str, *, usual: int, most: int
) -> Page:
    """Return the page that a request asks for by the parameters `given` and its Range `header`. Raises `Rejected`.

    `usual` is a page's size where the request does not say.
    """
    way = call.next
    if way is None:
        return store.page(scope, None)
    size = min(most, _number(given, call.size, usual, 1) if call.size else most)
    if isinstance(way, NextPage):
        page = _number(given, way.page, way.first, way.first)
        return store.page(scope, size, offset=(page - way.first) * size)
    if isinstance(way, NextOffset):
        return store.page(scope, size, offset=_number(given, way.offset, 0, 0))
    if isinstance(way, NextLast):
        try:
            return store.page(scope, size, after_id=given.get(way.last_id) or None)
        except Missing:
            raise Rejected(400, f"{way.last_id} is not an id of this list.") from None
    if isinstance(way, NextCursor):
        return store.page(scope, size, after=_number(given, way.cursor, 0, 0))
    if isinstance(way, NextRange):
        return store.page(scope, size, after=_after_range(header))
    return store.page(scope, size, after=_number(given, _CURSOR, 0, 0))


def render(
    call: ListCall, page: Page, url: str, query: Mapping[str, str], secret: Collection[str], spec: Spec
) -> Answer:
    """Return the answer. `url` is that of the list; `secret` are parameters that a next URL leaves out."""
    if not page.total and not call.single and "no_content" in call.empty:
        return Answer(204)
    kept = {name: value for name, value in query.items() if name not in secret}
    next_url = f"{url}?{urlencode({**kept, _CURSOR: page.last})}" if page.more else None
    headers: dict[str, str] = {}
    status = status_of(call)
    if isinstance(call.next, NextLink) and next_url:
        headers["Link"] = f'<{next_url}>; rel="{call.next.link}"'
    if isinstance(call.next, NextRange) and page.more:
        headers[call.next.range] = f"id {page.last}..; max={page.size}"
        status = 206
    records = _records(call, page, spec)
    if not call.items:
        return as_json(status, records, headers)
    envelope: dict[str, Any] = {}
    mark(envelope, call)
    if not page.texts and "absent" in call.empty:
        records = b""
    else:
        put(envelope, call.items, _PLACE)
    _turn(envelope, call, page, next_url)
    body = to_json(envelope).replace(json.dumps(_PLACE).encode(), records, 1)
    return as_json(status, body, headers)


def _turn(envelope: dict[str, Any], call: ListCall, page: Page, next_url: str | None) -> None:
    """Put into an envelope how the list goes on."""
    way = call.next
    if isinstance(way, NextUrl):
        put(envelope, way.url, next_url)
    elif isinstance(way, NextCursor):
        put(envelope, way.at, str(page.last) if page.more else None)
    elif isinstance(way, NextPage):
        put(envelope, way.page, page.number - 1 + way.first)
        if way.pages:
            put(envelope, way.pages, ceil(page.total / page.size))
    if isinstance(way, NextPage | NextOffset) and way.total:
        put(envelope, way.total, page.total)
    if isinstance(way, NextPage | NextOffset | NextCursor | NextLast) and way.more:
        put(envelope, way.more, page.more)


def _records(call: ListCall, page: Page, spec: Spec) -> bytes:
    """Return the page's records as one JSON text: a list, an object, or the only one."""
    if call.single:
        return page.texts[0] if page.texts else to_json(_nobody(spec))
    if not page.texts and "null" in call.empty and "absent" not in call.empty:
        return b"null"
    before, after = b"", b""
    for step in (call.item or "").split(".") if call.item else ():
        before, after = before + b"{" + to_json(step) + b":", b"}" + after
    texts = [before + text + after for text in page.texts]
    if call.keyed is None:
        return b"[" + b",".join(texts) + b"]"
    return b"{" + b",".join(to_json(one) + b":" + text for one, text in zip(page.ids, texts, strict=True)) + b"}"


def _nobody(spec: Spec) -> dict[str, Any]:
    """Return what is shown in the place of the one record where it is not there."""
    shown: dict[str, Any] = {}
    for path, value in spec.record.excluded.items():
        put(shown, path, value[0] if isinstance(value, list) else value)
    return shown


def _after_range(header: str) -> int:
    """Return the record after which a Range begins: `id 7..; max=2`."""
    first = header.partition(";")[0].strip().rpartition(" ")[2].partition("..")[0]
    return int(first) if first.isdecimal() else 0


def _number(given: Mapping[str, str], name: str, default: int, least: int) -> int:
    text = given.get(name, str(default))
    if not text.isdecimal() or int(text) < least:
        raise Rejected(400, f"{name} is not a number from {least}.")
    return int(text)
