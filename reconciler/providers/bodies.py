"""Bodies as they travel: JSON, forms with brackets or dots, and back (for whoever stands in for a provider)."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode

from reconciler.providers.calls import Encoding, Form
from reconciler.providers.paths import as_text

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
_PART = re.compile(rb'Content-Disposition: form-data; name="([^"]*)"\r\n\r\n(.*)\r\n', re.DOTALL)


def encoded(body: Any, encoding: Encoding) -> tuple[bytes, str]:
    """Return a body as bytes, and its media type."""
    if encoding == "json":
        return json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass"), JSON
    pairs = list(form_pairs(body, encoding))
    if isinstance(encoding, Form) and encoding.multipart:
        return _multipart(pairs)
    return urlencode(pairs, quote_via=quote, errors="surrogatepass").encode(), FORM


def _multipart(pairs: list[tuple[str, str]]) -> tuple[bytes, str]:
    boundary = secrets.token_hex(16)
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{quote(name, safe=" []")}"\r\n\r\n{value}\r\n'
        for name, value in pairs
    ]
    content = "".join([*parts, f"--{boundary}--\r\n"]).encode("utf-8", "surrogatepass")
    return content, f"{MULTIPART}; boundary={boundary}"


def form_pairs(body: Any, encoding: Encoding) -> Iterator[tuple[str, str]]:
    """Yield the names and values of a form. What is null is an empty text, by which forms unset a value."""
    form = encoding if isinstance(encoding, Form) else Form()
    for name, value in body.items():
        yield from _pairs(str(name), value, form)


def _pairs(name: str, value: Any, form: Form) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _pairs(f"{name}[{key}]" if form.nested == "brackets" else f"{name}.{key}", inner, form)
    elif isinstance(value, list | tuple):
        if form.arrays == "comma":
            yield name, ",".join(as_text(one) for one in value)
            return
        for index, one in enumerate(value):
            ending = {"brackets": "[]", "indexed": f"[{index}]"}.get(form.arrays, "")
            yield from _pairs(f"{name}{ending}", one, form)
    else:
        yield name, "" if value is None else as_text(value)


def decoded_form(text: str, encoding: Encoding) -> dict[str, Any]:
    """Return what a form says, every value a text. Names that occur once are no lists where arrays are repeated."""
    return _of_pairs(parse_qsl(text, keep_blank_values=True), encoding)


def decoded_parts(content: bytes, kind: str, encoding: Encoding) -> dict[str, Any]:
    """Return what a form in parts says, as `decoded_form` does; `kind` is its media type, with the boundary."""
    boundary = b"--" + kind.rpartition("boundary=")[2].encode()
    found = (_PART.fullmatch(part.removeprefix(b"\r\n")) for part in content.split(boundary))
    return _of_pairs([(unquote(one[1].decode()), one[2].decode("utf-8", "replace")) for one in found if one], encoding)


def _of_pairs(pairs: Iterable[tuple[str, str]], encoding: Encoding) -> dict[str, Any]:
    form = encoding if isinstance(encoding, Form) else Form()
    body: dict[str, Any] = {}
    for name, value in pairs:
        steps = re.findall(r"[^\[\]]+|\[\]", name) if form.nested == "brackets" else _dotted(name)
        _enter(body, steps, value, repeat=form.arrays == "repeat")
    return {name: _lists(value) for name, value in body.items()}


def _dotted(name: str) -> list[str]:
    return [step for part in name.split(".") for step in re.findall(r"[^\[\]]+|\[\]", part)]


def _enter(body: dict[str, Any], steps: list[str], value: str, *, repeat: bool) -> None:
    *way, last = steps
    if last == "[]":
        *way, last = way
        inner = _object(body, way)
        inner.setdefault(last, []).append(value)
        return
    inner = _object(body, way)
    if repeat and last in inner:
        inner[last] = [*(inner[last] if isinstance(inner[last], list) else [inner[last]]), value]
    else:
        inner[last] = value


def _object(body: dict[str, Any], way: list[str]) -> dict[str, Any]:
    for step in way:
        body = body.setdefault(step, {})
    return body


def _lists(value: Any) -> Any:
    """Turn objects whose keys are 0, 1, 2 … into lists."""
    if not isinstance(value, dict):
        return value
    inner = {name: _lists(one) for name, one in value.items()}
    if inner and list(inner) == [str(index) for index in range(len(inner))]:
        return list(inner.values())
    return inner
