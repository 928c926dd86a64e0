"""From a table's calls to the operation that a request means."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from reconciler.providers.paths import MISSING, as_text, at
from reconciler.providers.spec import Call, Spec, names_in
from reconciler.sandbox.faults import Operation
from reconciler.sandbox.wire import Request
from reconciler.slotted import dataclass


@dataclass(frozen=True, slots=True)
class Route:
    """One call of the table, and the parameters that it was given: scope, `id` and whatever else it names, unquoted.

    `field` is the field that a call of its own sets or reads, and `value` ours, as text, that such a call stands for.
    """

    operation: Operation
    call: Call
    parameters: dict[str, str]
    field: str | None = None
    value: str | None = None


@dataclass(frozen=True, slots=True)
class _Way:
    operation: Operation
    call: Call
    shape: re.Pattern[str]
    field: str | None = None
    value: str | None = None


class Routes:
    """All calls of one table, those included that no document names."""

    def __init__(self, spec: Spec) -> None:
        self._spec = spec
        ways = [
            _Way(operation, call, pattern(call.path.strip("/"), "[^/]+"), *rest)
            for operation, call, *rest in _calls(spec)
        ]
        # What is written out in a path comes before what is a parameter there.
        self._ways = sorted(ways, key=lambda way: len(names_in(way.call.path)))

    def find(self, request: Request, path: str, body: Any) -> Route | set[str]:
        """Return what a request means, or the methods that its path takes (none: the path is unknown)."""
        allowed: set[str] = set()
        fitting: list[tuple[int, Route]] = []
        for way in self._ways:
            found = way.shape.fullmatch(path)
            if not found:
                continue
            allowed.add(way.call.method)
            if way.call.method != request.method:
                continue
            values = {name: unquote(value) for name, value in found.groupdict().items()}
            closeness = self._closeness(way.call, request, body)
            values |= self._parameters(way.call, request, body)
            fitting.append((closeness, Route(way.operation, way.call, values, way.field, way.value)))
        if fitting:
            return max(fitting, key=lambda one: one[0])[1]
        return allowed

    def shown(self, path: str, credentials: Collection[str]) -> str:
        """Return a path with what stands in the place of a credential taken out."""
        for way in self._ways:
            named = {name for name in names_in(way.call.path) if name in credentials}
            found = way.shape.fullmatch(path.strip("/")) if named else None
            if found:
                path = found.string
                for start, end in sorted((found.span(name) for name in named), reverse=True):
                    path = f"{path[:start]}***{path[end:]}"
                return path
        return path

    @staticmethod
    def _closeness(call: Call, request: Request, body: Any) -> int:
        """How well a request fits a call whose path it has: by the constants that it carries, or does not."""
        if call.graphql is not None:
            return 100 if at(body, "query") == call.graphql else -100
        score = 0
        carried = ((request.query.get(name), value) for name, value in call.query.items())
        for found, value in (*carried, *((at(body, path), value) for path, value in call.body.items())):
            if isinstance(value, str) and names_in(value):
                score += found not in (None, MISSING)
            elif value is None:
                score += 1 if found is None else -1
            else:
                score += 1 if found not in (None, MISSING) and as_text(found) == as_text(value) else -1
        return score

    def _parameters(self, call: Call, request: Request, body: Any) -> dict[str, str]:
        """Return what stands for the names in a request's query, headers and body."""
        sent = at(body, "variables") if call.graphql is not None else body
        found: dict[str, str] = {}
        texts = [(value, request.query.get(name)) for name, value in {**self._spec.query, **call.query}.items()]
        headers = {**self._spec.headers, **call.headers}
        texts += [(value, request.headers.get(name.lower())) for name, value in headers.items()]
        texts += [(value, at(sent, path)) for path, value in call.body.items()]
        for template, given in texts:
            if isinstance(template, str) and names_in(template) and isinstance(given, str | int):
                found |= unfilled(template, as_text(given))
        return found


def _calls(spec: Spec) -> Iterator[tuple[Any, ...]]:
    for auth in spec.auths:
        if auth.login is not None:
            yield "login", auth.login
        if auth.oauth2 is not None:
            url = auth.oauth2.token_url
            yield "login", Call(post=url if url.startswith("/") else urlsplit(url).path)
    operations = ("account", "get", "create", "update", "delete", "rotate")
    plain: Mapping[str, Call | None] = {"list": spec.listing, **{name: getattr(spec, name) for name in operations}}
    for operation, call in plain.items():
        if call is not None:
            yield operation, call
    for name, field in spec.record.fields().items():
        if field.fetched is not None:
            yield "get", field.fetched, name
        for value, call in field.setters.items():
            yield "update", call, name, value
    for call in spec.after:
        yield "after", call


def pattern(template: str, value: str) -> re.Pattern[str]:
    """Return what a filled template looks like: each `{name}` in it is a group that fits the expression `value`."""
    parts = re.split(r"\{(\w+)\}", template)
    seen: set[str] = set()
    expression = ""
    for index, part in enumerate(parts):
        if index % 2 == 0:
            expression += re.escape(part)
        else:
            expression += f"(?P={part})" if part in seen else f"(?P<{part}>{value})"
            seen.add(part)
    return re.compile(expression, re.DOTALL)


def unfilled(template: str, text: Any) -> dict[str, str]:
    """Return the values that made `text` of `template`: `Token {key}` and `Token abc` give {key: abc}."""
    found = pattern(template, ".*").fullmatch(text) if isinstance(text, str) else None
    return found.groupdict() if found else {}
