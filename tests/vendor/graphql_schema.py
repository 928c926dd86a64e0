"""A vendor's GraphQL schema: whether a document and its variables are right, and what their answer may be."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
from graphql import (
    FieldNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    build_schema,
    parse,
    type_from_ast,
    validate,
)

from reconciler.http.message import Request
from reconciler.providers.spec import Call
from tests.vendor.openapi import Accepted
from tests.vendor.schemas import Schema

_SCALARS = {"Int": "integer", "Float": "number", "Boolean": "boolean"}


class GraphQl:
    """One vendor's schema, written down as SDL."""

    def __init__(self, text: str) -> None:
        self._schema = build_schema(text)

    def described(self, call: Call, base_path: str) -> Accepted:
        """Return what the vendor says of a table's call."""
        assert call.graphql is not None
        return self._judged(call.graphql)

    def received(self, request: Request) -> Accepted:
        """Return what the request is. Raises `AssertionError` where the vendor would not take it."""
        assert request.method == "POST"
        sent = json.loads(request.body or b"{}")
        judged = self._judged(sent["query"])
        for error in jsonschema.Draft202012Validator(judged.body or {}).iter_errors(sent["variables"]):
            raise AssertionError(f"{error.json_path} of the variables: {error.message}")
        return judged

    def _judged(self, text: str) -> Accepted:
        document = parse(text)
        errors = validate(self._schema, document)
        assert not errors, [error.message for error in errors]
        (operation,) = [one for one in document.definitions if isinstance(one, OperationDefinitionNode)]
        variables = {
            one.variable.name.value: type_from_ast(self._schema, one.type)
            for one in operation.variable_definitions or ()
        }
        root = self._schema.get_root_type(operation.operation)
        answer = {
            "type": "object",
            "properties": {"data": self._selected(root, operation.selection_set)},
            "required": ["data"],
        }
        return Accepted(text, 200, self._inputs(variables), answer)

    def _selected(self, kind: Any, selections: SelectionSetNode) -> dict[str, Any]:
        """Return the JSON Schema of what these selections of a type are answered with."""
        properties: dict[str, Any] = {}
        sometimes: set[str] = set()
        for one in selections.selections:
            if isinstance(one, FieldNode):
                name = one.alias.value if one.alias else one.name.value
                properties[name] = self._answered(kind.fields[one.name.value].type, one.selection_set)
            elif isinstance(one, InlineFragmentNode) and one.type_condition is not None:
                inner = self._selected(self._schema.type_map[one.type_condition.name.value], one.selection_set)
                properties |= inner["properties"]
                sometimes |= inner["properties"].keys()
        return {
            "type": "object",
            "properties": properties,
            "required": [one for one in properties if one not in sometimes],
        }

    def _answered(self, kind: Any, selections: SelectionSetNode | None) -> dict[str, Any]:
        if isinstance(kind, GraphQLNonNull):
            inner = kind.of_type
            if isinstance(inner, GraphQLList):
                return {"type": "array", "items": self._answered(inner.of_type, selections)}
            return self._selected(inner, selections) if selections else _value(inner)
        return _or_null(self._answered(GraphQLNonNull(kind), selections))

    def _inputs(self, fields: dict[str, Any]) -> Schema:
        return {
            "type": "object",
            "properties": {name: self._input(kind) for name, kind in fields.items()},
            "required": [name for name, kind in fields.items() if isinstance(kind, GraphQLNonNull)],
            "additionalProperties": False,
        }

    def _input(self, kind: Any) -> dict[str, Any]:
        if not isinstance(kind, GraphQLNonNull):
            return _or_null(self._input(GraphQLNonNull(kind)))
        inner = kind.of_type
        if isinstance(inner, GraphQLList):
            return {"type": "array", "items": self._input(inner.of_type)}
        if isinstance(inner, GraphQLInputObjectType):
            return dict(self._inputs({name: field.type for name, field in inner.fields.items()}))
        return _value(inner)


def _value(kind: GraphQLNamedType) -> dict[str, Any]:
    if isinstance(kind, GraphQLEnumType):
        return {"enum": list(kind.values)}
    return {"type": _SCALARS.get(kind.name, "string")}


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}
