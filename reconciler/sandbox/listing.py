"""Lists: which records a request means, and the envelope that they come in."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from math import ceil
from typing import Any
from urllib.parse import urlencode

from reconciler.providers.paths import put
from reconciler.providers.spec import ListCall, NextLast, NextPage, NextUrl
from reconciler.records import Scope
from reconciler.sandbox.refusals import Missing, Rejected
from reconciler.sandbox.store import Page, Store, to_json

_CURSOR = "cursor"
_PLACE = "(the records of this page)"
"""Stands in an envelope where the ready JSON texts of the records go."""


def locate(store: Store, scope: Scope, call: ListCall, query: Mapping[str, str], *, usual: int, most: int) -> Page:
    """Return the page that a request asks for; `usual` is its size where it does not say. Raises `Rejected`."""
    if call.next is None:
        return store.page(scope, None)
    size = min(most, _number(query, call.size, usual, 1) if call.size else most)
    if isinstance(call.next, NextPage):
        page = _number(query, call.next.page, call.next.first, call.next.first)
        return store.page(scope, size, offset=(page - call.next.first) * size)
    if isinstance(call.next, NextLast):
        try:
            return store.page(scope, size, after_id=query.get(call.next.last_id) or None)
        except Missing:
            raise Rejected(400, f"{call.next.last_id} is not an id of this list.") from None
    return store.page(scope, size, after=_number(query, _CURSOR, 0, 0))


def render(call: ListCall, page: Page, url: str, query: Mapping[str, str], secret: Collection[str]) -> bytes:
    """Return the answer's body. `url` is that of the list; `secret` are parameters that a next URL leaves out."""
    records = b"[" + b",".join(page.texts) + b"]"
    if not call.items:
        return records
    envelope: dict[str, Any] = {}
    for path, value in call.success.where.items():
        put(envelope, path, value)
    put(envelope, call.items, _PLACE)
    if isinstance(call.next, NextUrl):
        kept = {name: value for name, value in query.items() if name not in secret}
        next_url = f"{url}?{urlencode({**kept, _CURSOR: page.last})}" if page.more else None
        put(envelope, call.next.url, next_url)
    elif isinstance(call.next, NextLast) and call.next.more:
        put(envelope, call.next.more, page.more)
    elif isinstance(call.next, NextPage):
        put(envelope, call.next.page, page.number - 1 + call.next.first)
        if call.next.pages:
            put(envelope, call.next.pages, ceil(page.total / page.size))
        if call.next.total:
            put(envelope, call.next.total, page.total)
    return to_json(envelope).replace(json.dumps(_PLACE).encode(), records, 1)


def _number(query: Mapping[str, str], name: str, default: int, least: int) -> int:
    text = query.get(name, str(default))
    if not text.isdecimal() or int(text) < least:
        raise Rejected(400, f"{name} is not a number from {least}.")
    return int(text)
