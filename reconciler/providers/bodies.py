"""Bodies as they travel: JSON, forms with brackets or dots, and back (for whoever stands in for a provider)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from reconciler.providers.calls import Encoding, Form
from reconciler.providers.paths import as_text

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


def encoded(body: Any, encoding: Encoding) -> tuple[bytes, str]:
    """Return a body as bytes, and its media type."""
    if encoding == "json":
        return json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass"), JSON
    pairs = list(form_pairs(body, encoding))
    return urlencode(pairs, quote_via=quote, errors="surrogatepass").encode(), FORM


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
    form = encoding if isinstance(encoding, Form) else Form()
    body: dict[str, Any] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
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
