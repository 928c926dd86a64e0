"""A vendor's OpenAPI (3.x, or Swagger 2): which call a request is, whether it is right, and what its answer may be."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

import jsonschema

from reconciler.http.message import Request
from reconciler.providers.spec import Call
from tests.vendor.schemas import Schema, closed, plain, resolved


@dataclass(frozen=True)
class Accepted:
    """A request that is right. `call` is its method and the `shape` of its path, or its document in GraphQL."""

    call: str
    status: int
    body: Schema | None
    answer: Schema | None


class Contract(Protocol):
    """What every form of a vendor's schema can tell."""

    def described(self, call: Call, base_path: str) -> Accepted:
        """Return what the vendor says of a table's call, below the path of its base URL."""

    def received(self, request: Request) -> Accepted:
        """Return what the request is. Raises `AssertionError` where the vendor would not take it."""


class OpenApi:
    """One vendor's description."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._swagger = "swagger" in document
        self._plain: dict[int, Schema] = {}

    @cached_property
    def servers(self) -> list[str]:
        """The base URLs that the vendor names, without a slash at the end."""
        if self._swagger:
            return [f"https://{self._document.get('host', '')}{self._document.get('basePath', '')}".rstrip("/")]
        return [one["url"].rstrip("/") for one in self._document.get("servers", [{"url": ""}])]

    def described(self, call: Call, base_path: str) -> Accepted:
        """Return what the vendor says of a table's call, below the path of its base URL."""
        template, item, _ = self._place(base_path + re.sub(r"\{\w+\}", "1", call.path))
        operation = item[call.method.lower()]
        parameters = [self._resolved(one) for one in [*item.get("parameters", ()), *operation.get("parameters", ())]]
        _, contents = self._contents(operation, parameters)
        body = next((closed(self._schema(one)) for one in contents.values()), None)
        return Accepted(f"{call.method} {shape(template)}", *self._answer(operation, body))

    def received(self, request: Request) -> Accepted:
        """Return what the request is. Raises `AssertionError` where the vendor would not take it."""
        parts = urlsplit(request.url)
        template, item, found = self._place(parts.path)
        operation = item.get(request.method.lower())
        assert operation is not None, f"{template} has no {request.method}"
        where = f"{request.method} {template}"
        parameters = [self._resolved(one) for one in [*item.get("parameters", ()), *operation.get("parameters", ())]]
        self._check_parameters(where, parameters, found, parts.query, request.headers)
        self._check_security(where, operation, request.headers, parts.query)
        body = self._check_body(where, operation, parameters, request)
        return Accepted(f"{request.method} {shape(template)}", *self._answer(operation, body))

    def _place(self, path: str) -> tuple[str, Mapping[str, Any], dict[str, str]]:
        for server in self.servers:
            base = urlsplit(server).path.rstrip("/")
            for template, item in self._document["paths"].items():
                pattern = re.sub(r"\\\{([^}]+)\\\}", r"(?P<\1>[^/]+)", re.escape(base + template))
                found = re.fullmatch(pattern, path)
                if found:
                    return base + template, item, {name: unquote(value) for name, value in found.groupdict().items()}
        raise AssertionError(f"{path} is none of the vendor's paths: {', '.join(self._document['paths'])}")

    def _check_parameters(
        self, where: str, parameters: list[Any], found: Mapping[str, str], query: str, headers: Mapping[str, str]
    ) -> None:
        pairs = dict(parse_qsl(query, keep_blank_values=True))
        given = {"path": found, "query": pairs, "header": {name.lower(): value for name, value in headers.items()}}
        known = {"path": set[str](), "query": set(self._credentials("query")), "header": set[str]()}
        for one in parameters:
            if one["in"] in given:
                name = one["name"].lower() if one["in"] == "header" else one["name"]
                known[one["in"]].add(name)
                assert name in given[one["in"]] or not one.get("required"), f"{where} lacks {one['in']} {name}"
                if name in given[one["in"]]:
                    schema = self._schema(one if self._swagger else one.get("schema"))
                    _check(f"{where}, {one['in']} {name}", _typed(given[one["in"]][name], schema), schema)
        assert not pairs.keys() - known["query"], f"{where} has no parameters {pairs.keys() - known['query']}"

    def _check_body(self, where: str, operation: Any, parameters: list[Any], request: Request) -> Schema | None:
        required, contents = self._contents(operation, parameters)
        if request.body is None:
            assert not required, f"{where} needs a body"
            return None
        assert contents, f"{where} takes no body"
        kind = {name.lower(): value for name, value in request.headers.items()}["content-type"].partition(";")[0]
        assert kind in contents, f"{where} takes {', '.join(contents)}, not {kind}"
        schema = closed(self._schema(contents[kind]))
        if kind == "application/x-www-form-urlencoded":
            value = _form(parse_qsl(request.body.decode(), keep_blank_values=True), schema)
        else:
            value = json.loads(request.body)
        _check(where, value, schema)
        return schema

    def _contents(self, operation: Any, parameters: list[Any]) -> tuple[bool, dict[str, Any]]:
        """Return whether there must be a body, and its schemas by media type."""
        if not self._swagger:
            body = self._resolved(operation.get("requestBody", {}))
            return body.get("required", False), {
                kind: one.get("schema") for kind, one in body.get("content", {}).items()
            }
        bodies = [one for one in parameters if one["in"] == "body"]
        kinds = operation.get("consumes", self._document.get("consumes", ["application/json"]))
        return any(one.get("required") for one in bodies), {kind: one["schema"] for one in bodies for kind in kinds}

    def _answer(self, operation: Any, body: Schema | None) -> tuple[int, Schema | None, Schema | None]:
        status, answer = min(
            (int(status), one) for status, one in operation["responses"].items() if status.startswith("2")
        )
        answer = self._resolved(answer)
        if self._swagger:
            schema = answer.get("schema")
        else:
            contents = answer.get("content", {})
            schema = next((one.get("schema") for kind, one in contents.items() if "json" in kind), None)
        return status, body, None if schema is None else self._schema(schema)

    def _check_security(self, where: str, operation: Any, headers: Mapping[str, str], query: str) -> None:
        """Expect the credentials where one of the vendor's ways has them."""
        ways = operation.get("security", self._document.get("security", []))
        schemes = self._schemes()
        lower = {name.lower(): value for name, value in headers.items()}
        assert not ways or any(
            all(name not in schemes or _signed(schemes[name], lower, query) for name in way) for way in ways
        ), f"{where} is not signed in any way of {ways}"

    def _credentials(self, place: str) -> Iterator[str]:
        yield from (one["name"] for one in self._schemes().values() if one["type"] == "apiKey" and one["in"] == place)

    def _schemes(self) -> Mapping[str, Any]:
        components: Mapping[str, Any] = self._document.get("components", {})
        found: Mapping[str, Any] = self._document.get("securityDefinitions", components.get("securitySchemes", {}))
        return found

    def _schema(self, schema: Any) -> Schema:
        if schema is None:
            return {}
        if id(schema) not in self._plain:
            self._plain[id(schema)] = plain(schema, self._document)
        return self._plain[id(schema)]

    def _resolved(self, part: Any) -> Any:
        return resolved(part["$ref"], self._document) if "$ref" in part else part


def shape(path: str) -> str:
    """Return a path without the names in its braces: each has its own."""
    return re.sub(r"\{[^}]+\}", "{}", path)


def _signed(scheme: Mapping[str, Any], headers: Mapping[str, str], query: str) -> bool:
    sent = headers.get("authorization", "")
    match scheme["type"], scheme.get("scheme", "").lower():
        case "apiKey", _:
            place = headers if scheme["in"] == "header" else dict(parse_qsl(query))
            return bool(place.get(scheme["name"].lower() if scheme["in"] == "header" else scheme["name"]))
        case ("basic", _) | ("http", "basic"):
            return sent.startswith("Basic ") and b":" in base64.b64decode(sent.removeprefix("Basic "))
    return sent.startswith("Bearer ")  # http bearer, oauth2, openIdConnect


def _check(where: str, value: Any, schema: Schema) -> None:
    for error in jsonschema.Draft202012Validator(schema).iter_errors(value):
        raise AssertionError(f"{where}: {error.json_path}: {error.message}")


def _form(pairs: list[tuple[str, str]], schema: Schema) -> Any:
    """Return what a form with brackets says, as the schema's types."""
    made: dict[str, Any] = {}
    for name, value in pairs:
        inner = made
        *way, last = re.findall(r"[^\[\]]+|(?<=\[)(?=\])", name)
        for step in way:
            inner = inner.setdefault(step, {})
        inner[last or str(len(inner))] = value
    return _typed(made, schema)


def _typed(value: Any, schema: Schema) -> Any:
    """Return texts as what the schema says that they are."""
    ways = [*schema.get("anyOf", ()), *schema.get("oneOf", ())] or [schema]
    kinds = {
        kind for one in ways for kind in ([one["type"]] if isinstance(one.get("type"), str) else one.get("type", []))
    }
    if isinstance(value, dict):
        if "array" in kinds and all(name.isdecimal() for name in value):
            return [_typed(inner, ways[0].get("items", {})) for inner in value.values()]
        return {name: _typed(inner, _property(ways, name)) for name, inner in value.items()}
    if kinds & {"integer", "number", "boolean"} and "string" not in kinds:
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _property(ways: list[Any], name: str) -> Schema:
    for one in ways:
        if name in one.get("properties", {}):
            found: Schema = one["properties"][name]
            return found
        if isinstance(one.get("additionalProperties"), dict):
            other: Schema = one["additionalProperties"]
            return other
    return {}
