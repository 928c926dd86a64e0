"""Requests made of a table's calls: paths, queries, headers and bodies filled with what they are about."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from reconciler.http.message import Effect, Request
from reconciler.providers.bodies import encoded, form_pairs
from reconciler.providers.paths import as_text, filled, filled_value, put
from reconciler.providers.spec import Call, ListCall, Spec, names_in


class Requests:
    """Makes the requests of one connection.

    `prefix` goes before every path (a credential, where the table says so); `credentials` are what a path may name,
    `in_body` those, by path, that every body has.
    """

    def __init__(
        self,
        spec: Spec,
        base_url: str,
        prefix: str = "",
        credentials: Mapping[str, str] | None = None,
        in_body: Mapping[str, str] | None = None,
    ) -> None:
        self._spec = spec
        self._base_url = base_url + prefix
        self._credentials = credentials or {}
        self._in_body = in_body or {}

    def make(
        self,
        call: Call,
        effect: Effect,
        values: Mapping[str, Any],
        *,
        record: Any = None,
        parameters: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        url: str | None = None,
    ) -> Request:
        """Return the request of `call`.

        `values` are what names in braces stand for, `record` is what a write carries, `parameters` and
        `headers` ask for a page. `url` is the whole address of a further page, as the provider gave it.
        """
        values = {**values, "nonce": secrets.token_hex(16)}
        texts = {name: as_text(value) for name, value in values.items()}
        parameters = parameters or {}
        in_query = not (call.graphql or (isinstance(call, ListCall) and call.parameters == "body"))
        body = self._body(call, values, record, {} if in_query else parameters)
        if self._in_body and not isinstance(body, list):
            body = dict(body or {})
            for path, credential in self._in_body.items():
                put(body, path, credential)
        encoding = call.encoding or self._spec.encoding
        pairs = self._query(call, texts)
        if in_query:
            pairs |= {name: as_text(value) for name, value in parameters.items()}
        carried: list[tuple[str, str]] = []
        if body is not None and encoding == "query":
            carried, body = list(form_pairs(body, encoding)), None
        bare = None
        if url is None:
            address = self.address(call, texts)
            url = _asking(address, [*pairs.items(), *carried])
            bare = _asking(address, pairs.items()) if carried else None
        all_headers = {name: filled(text, texts) for name, text in {**self._spec.headers, **call.headers}.items()}
        content = None
        if body is not None:
            content, kind = encoded(body, encoding)
            if "content-type" not in {name.lower() for name in all_headers}:
                all_headers["Content-Type"] = kind
        return Request(call.method, url, effect, {**all_headers, **(headers or {})}, content, bare)

    def address(self, call: Call, texts: Mapping[str, str]) -> str:
        """Return the address of a call without its query."""
        return self._base_url + filled(call.path, {**self._credentials, **texts}, quoted)

    def _query(self, call: Call, texts: Mapping[str, str]) -> dict[str, str]:
        pairs = {}
        for name, value in {**self._spec.query, **call.query}.items():
            text = filled(as_text(value), texts)
            if text or not (isinstance(value, str) and names_in(value)):
                pairs[name] = text
        return pairs

    @staticmethod
    def _body(call: Call, values: Mapping[str, Any], record: Any, parameters: Mapping[str, Any]) -> Any:
        """Return the whole body: the call's constants, the record in its envelope, the parameters of a page."""
        if isinstance(record, list):
            return record
        body: dict[str, Any] = {}
        for path, value in call.body.items():
            put(body, path, filled_value(value, values))
        for name, value in parameters.items():
            put(body, name, value)
        if record is not None and call.wrap is not None:
            inner = body
            for step in call.wrap.split("."):
                inner = inner.setdefault(step, {})
            inner.update(_laid_over(inner, record))
        elif record is not None:
            body = _laid_over(body, record)
        if call.graphql is not None:
            return {"query": call.graphql, "variables": body}
        return body if body or record is not None else None


def _asking(address: str, pairs: Iterable[tuple[str, str]]) -> str:
    """Return an address with a query, where there is one."""
    query = urlencode(list(pairs), quote_via=quote, errors="surrogatepass")
    return f"{address}?{query}" if query else address


def quoted(value: str) -> str:
    """Quote a value for one segment of a path: it can neither end it nor step up from it."""
    text = quote(value, safe="")
    return text.replace(".", "%2E") if set(text) == {"."} else text


def _laid_over(base: Mapping[str, Any], top: Mapping[str, Any]) -> dict[str, Any]:
    """Return `base` with `top` laid over it, object by object."""
    merged = dict(base)
    for name, value in top.items():
        present = merged.get(name)
        merged[name] = _laid_over(present, value) if isinstance(present, dict) and isinstance(value, dict) else value
    return merged
