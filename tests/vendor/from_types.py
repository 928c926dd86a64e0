"""Makes a schema of the TypeScript types of a vendor's own client, where the vendor publishes no other with a licence.

    python tests/vendor/from_types.py openapi OUTLINE TYPES… > tests/vendor/NAME/openapi.json
    python tests/vendor/from_types.py graphql Query.hooks,Mutation.hookCreate TYPES… > tests/vendor/NAME/schema.graphql

OUTLINE is a YAML file in OpenAPI's form: the client's calls, whose `$ref`s name its types; what they refer to is added.
For GraphQL the types are those that GraphQL Code Generator writes; of answers, plain fields are kept, and those that
are named.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import yaml

_TOKEN = re.compile(r"\s*('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|-?\d+(?:\.\d+)?|[A-Za-z_$][\w$.]*|=>|[^\s\w])")
_PLAIN: Mapping[str, dict[str, Any]] = {
    "string": {"type": "string"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "null": {"type": "null"},
    "Date": {"type": "string", "format": "date-time"},
    "true": {"const": True},
    "false": {"const": False},
    "any": {},
    "unknown": {},
}


class Named(NamedTuple):
    """A type by its name, with what is between `<` and `>`; of `Scalars["ID"]` the name alone."""

    name: str
    inner: list[Type]


class Literal(NamedTuple):
    """A value as a type."""

    value: Any


class Union(NamedTuple):
    """One of several."""

    parts: list[Type]


class Members(NamedTuple):
    """An object: its members with whether they may be left out; `other` is the type of any further member."""

    named: dict[str, tuple[Type, bool]]
    other: Type | None
    bases: list[Type]


Type: TypeAlias = Named | Literal | Union | Members


class Types:
    """The declarations of one or more files. Only those that are asked for are read."""

    def __init__(self, text: str) -> None:
        self._text = re.sub(r"/\*.*?\*/|^\s*//.*?$", "", text, flags=re.DOTALL | re.MULTILINE)

    def declared(self, name: str) -> tuple[list[str], Type]:
        """Return the parameters and the type of a declaration, wherever its namespace is."""
        start = 0
        *spaces, last = name.split(".")
        for space in spaces:
            start = self._after(rf"\bnamespace {re.escape(space)}\s*{{", start)
        pattern = rf"\b(?:interface|type|enum) {re.escape(last)}\b\s*(?:<([^>]*)>)?\s*(?:extends ([^{{]*))?(?:=|(?={{))"
        found = re.compile(pattern).search(self._text, start)
        if found is None:
            raise SystemExit(f"there is no type {name}")
        if found.group().startswith("enum"):
            return [], _Reader(self._text, found.end()).enumeration()
        constant = re.compile(r"\s*(?:ClosedEnum<\s*)?typeof (\w+)\s*[\[>]").match(self._text, found.end())
        if constant is not None:
            start = self._after(rf"\bconst {constant.group(1)}\s*[:=]\s*{{", 0)
            return [], _Reader(self._text, start).constants()
        bases = [_Reader(base, 0).type() for base in (found.group(2) or "").split(",") if base.strip()]
        read = _Reader(self._text, found.end()).type()
        parameters = [one.split()[0] for one in (found.group(1) or "").split(",") if one.strip()]
        return parameters, Members(read.named, read.other, [*read.bases, *bases]) if isinstance(read, Members) else read

    def _after(self, pattern: str, start: int) -> int:
        found = re.compile(pattern).search(self._text, start)
        if found is None:
            raise SystemExit(f"there is nothing like {pattern}")
        return found.end()


class _Reader:
    """Reads one type from a place in a text."""

    def __init__(self, text: str, place: int) -> None:
        self._text = text
        self._place = place

    def type(self) -> Type:
        parts = []
        self._takes("|")
        while True:
            parts.append(self._all())
            if not self._takes("|"):
                return parts[0] if len(parts) == 1 else Union(parts)

    def _all(self) -> Type:
        read, bases = self._one(), list[Type]()
        while self._takes("&"):
            bases.append(read)
            read = self._one()
        if isinstance(read, Members):
            return Members(read.named, read.other, bases) if bases else read
        return Members({}, None, [*bases, read]) if bases else read

    def enumeration(self) -> Type:
        return Union(
            [Literal(value) for value in re.findall(r'=\s*"([^"]*)"', self._text[self._place :].partition("}")[0])]
        )

    def constants(self) -> Type:
        body = self._text[self._place :].partition("}")[0]
        return Union([Literal(ast.literal_eval(value)) for value in re.findall(r":\s*(\"[^\"]*\"|\d+)\s*[;,]", body)])

    def _one(self) -> Type:
        token = self._next()
        read: Type
        if token == "{":
            read = self._members()
        elif token == "(":
            read = self.type()
            self._next()
        elif token[0] in "'\"" or token.lstrip("-")[:1].isdigit():
            read = Literal(ast.literal_eval(token))
        else:
            read = Named(token, [])
            if self._takes("<"):
                read.inner.append(self.type())
                while self._takes(","):
                    read.inner.append(self.type())
                self._next()
        while self._text[self._place : self._place + 1] == "[" and self._takes("["):  # one on a new line is a member
            if self._takes("]"):
                read = Named("Array", [read])
            else:
                read = Named(ast.literal_eval(self._next()), [])
                self._next()
        return read

    def _members(self) -> Members:
        named: dict[str, tuple[Type, bool]] = {}
        other = None
        while not self._takes("}"):
            name = self._next()
            if name == "[":
                while self._next() != "]":
                    pass
                self._next()
                other = self.type()
            elif name not in (";", ",", "readonly"):
                optional = self._takes("?")
                self._next()
                named[name.strip("'\"")] = (self.type(), optional)
        return Members(named, other, [])

    def _next(self) -> str:
        found = _TOKEN.match(self._text, self._place)
        if found is None:
            raise SystemExit("the text ends within a type")
        self._place = found.end()
        return found.group(1)

    def _takes(self, token: str) -> bool:
        found = _TOKEN.match(self._text, self._place)
        if found is None or found.group(1) != token:
            return False
        self._place = found.end()
        return True


_NOTHING = (Named("void", []), Named("undefined", []))


def as_json_schema(read: Type, types: Types, known: Mapping[str, Type]) -> dict[str, Any]:
    """Return a type as JSON Schema. `known` are what the parameters of a declaration stand for."""
    match read:
        case Literal(value):
            return {"enum": [value]}
        case Union(parts):
            return _one_of([as_json_schema(part, types, known) for part in parts if part not in _NOTHING])
        case Members(named, other, bases):
            made = [as_json_schema(base, types, known) for base in bases]
            members = {name: inner for name, inner in named.items() if inner[0] not in _NOTHING}
            schema: dict[str, Any] = {"type": "object"}
            if members:
                schema["properties"] = {name: as_json_schema(one, types, known) for name, (one, _) in members.items()}
                schema["required"] = [name for name, (_, optional) in members.items() if not optional]
            if other is not None:
                schema["additionalProperties"] = as_json_schema(other, types, known)
            return {"allOf": [*made, schema]} if made else schema
        case Named("Array", [inner]):
            return {"type": "array", "items": as_json_schema(inner, types, known)}
        case Named(name, inner):
            if name in known:
                return as_json_schema(known[name], types, {})
            if name in _PLAIN:
                return dict(_PLAIN[name])
            parameters, declared = types.declared(name)
            bound = {one: _bound(given, known) for one, given in zip(parameters, inner, strict=True)}
            return as_json_schema(declared, types, bound)


def _bound(given: Type, known: Mapping[str, Type]) -> Type:
    return known.get(given.name, given) if isinstance(given, Named) else given


def _one_of(parts: list[dict[str, Any]]) -> dict[str, Any]:
    values = [value for part in parts for value in part.get("enum", ())]
    rest = [part for part in parts if "enum" not in part]
    if not rest:
        return {"enum": values}
    if len(rest) == 1 and not values:
        return rest[0]
    return {"anyOf": [*rest, *([{"enum": values}] if values else [])]}


def filled_outline(outline: dict[str, Any], types: Types) -> dict[str, Any]:
    """Return an outline with the schemas of all types that it refers to."""
    names = sorted(set(re.findall(r'#/components/schemas/([\w.]+)"', json.dumps(outline))))
    schemas = {name: as_json_schema(Named(name, []), types, {}) for name in names}
    return {**outline, "components": {**outline.get("components", {}), "schemas": schemas}}


_SCALARS = {"String", "Int", "Float", "Boolean", "ID"}


class Sdl:
    """Writes a GraphQL schema. Of what is answered it keeps plain fields, and those objects that are `wanted`."""

    def __init__(self, types: Types, wanted: list[str]) -> None:
        self._types = types
        self._wanted = wanted
        self._custom = _members("Scalars", types).keys() - _SCALARS
        self._left: list[str] = []

    def declarations(self) -> Iterator[str]:
        """Yield the roots, then everything that they need."""
        for root in ("Query", "Mutation"):
            names = [one.partition(".")[2] for one in self._wanted if one.startswith(f"{root}.")]
            members = _members(root, self._types)
            lines = [f"  {name}{self._arguments(root, name)}: {self._written(*members[name])}" for name in names]
            yield "\n".join([f"type {root} {{", *lines, "}"])
        told: set[str] = set()
        while self._left:
            name = self._left.pop(0)
            if name not in told | _SCALARS:
                told.add(name)
                yield self._declaration(name)

    def _arguments(self, root: str, name: str) -> str:
        found = _members(f"{root}{name[0].upper()}{name[1:]}Args", self._types)
        return "(" + ", ".join(f"{one}: {self._written(*said)}" for one, said in found.items()) + ")"

    def _declaration(self, name: str) -> str:
        if name in self._custom:
            return f"scalar {name}"
        _, read = self._types.declared(name)
        if isinstance(read, Union):
            values = [str(part.value) for part in read.parts if isinstance(part, Literal)]
            return f"enum {name} {{ {' '.join(values)} }}"
        kind = "input" if name.endswith("Input") else "type"
        members = _members(name, self._types)
        kept = [one for one, said in members.items() if kind == "input" or self._is_kept(name, one, said[0])]
        return "\n".join([f"{kind} {name} {{", *(f"  {one}: {self._written(*members[one])}" for one in kept), "}"])

    def _is_kept(self, name: str, field: str, read: Type) -> bool:
        return f"{name}.{field}" in self._wanted or _core(read) in _SCALARS | self._custom

    def _written(self, read: Type, optional: bool) -> str:
        if isinstance(read, Named) and read.name in ("Maybe", "InputMaybe"):
            return self._written(read.inner[0], optional=True)
        if isinstance(read, Named) and read.name == "Array":
            text = f"[{self._written(read.inner[0], optional=False)}]"
        else:
            text = _core(read)
            self._left.append(text)
        return text if optional else f"{text}!"


def _core(read: Type) -> str:
    while isinstance(read, Named) and read.inner:
        read = read.inner[0]
    return read.name if isinstance(read, Named) else ""


def _members(name: str, types: Types) -> dict[str, tuple[Type, bool]]:
    _, read = types.declared(name)
    return {one: said for one, said in read.named.items() if one != "__typename"} if isinstance(read, Members) else {}


if __name__ == "__main__":
    way, given, *files = sys.argv[1:]
    read = Types("\n".join(Path(file).read_text(encoding="utf-8") for file in files))
    if way == "openapi":
        made = filled_outline(yaml.safe_load(Path(given).read_text(encoding="utf-8")), read)
        sys.stdout.write(json.dumps(made, separators=(",", ":"), ensure_ascii=False) + "\n")
    else:
        sys.stdout.write("\n\n".join(Sdl(read, given.split(",")).declarations()) + "\n")
