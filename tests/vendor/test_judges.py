"""What judges the tables is itself tried out: it refuses what is wrong, and makes nothing that is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.http.message import Request
from tests.vendor.cut import cut
from tests.vendor.from_types import Sdl, Types, filled_outline
from tests.vendor.graphql_schema import GraphQl
from tests.vendor.made import values
from tests.vendor.openapi import OpenApi
from tests.vendor.schemas import plain

JSON = {"Content-Type": "application/json", "Authorization": "Bearer not-a-real-one"}
HOOK: dict[str, Any] = {
    "type": "object",
    "required": ["id", "url"],
    "properties": {
        "id": {"type": "integer", "readOnly": True},
        "url": {"type": "string", "maxLength": 30},
        "events": {"type": "array", "items": {"type": "string", "enum": ["push", "tag"]}},
        "parent": {"$ref": "#/components/schemas/Hook"},
        "x": {"oneOf": [{"type": "string", "nullable": True}, {"allOf": [{"type": "number"}, {"minimum": 3}]}]},
    },
}
DOCUMENT: dict[str, Any] = {
    "openapi": "3.0.3",
    "info": {"title": "Acme", "version": "1", "description": "Words."},
    "servers": [{"url": "https://api.acme.example/v1"}],
    "security": [{"bearer": []}],
    "paths": {
        "/hooks": {
            "get": {
                "parameters": [{"in": "query", "name": "limit", "schema": {"type": "integer", "maximum": 50}}],
                "responses": {
                    "200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Hook"}}}},
                    "404": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}},
                },
            },
            "post": {
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {"schema": {"$ref": "#/components/schemas/Hook"}},
                        "application/x-www-form-urlencoded": {"schema": {"$ref": "#/components/schemas/Hook"}},
                    },
                },
                "responses": {"201": {}},
            },
        },
        "/other": {"get": {"responses": {"200": {}}}},
    },
    "components": {
        "schemas": {"Hook": HOOK, "Error": {"type": "object"}},
        "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
    },
}
ACME = OpenApi(DOCUMENT)
GOOD = {"url": "https://a.example/", "events": ["push"]}


def request(method: str, path: str, body: Any = None, headers: Mapping[str, str] = JSON) -> Request:
    content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    return Request(method, f"https://api.acme.example/v1{path}", "write", headers, content)


def test_what_is_right_is_taken() -> None:
    assert ACME.received(request("POST", "/hooks", GOOD)).status == 201
    assert ACME.received(request("GET", "/hooks?limit=50")).answer is not None
    form = {**JSON, "Content-Type": "application/x-www-form-urlencoded"}
    assert ACME.received(request("POST", "/hooks", b"url=https://a.example/&events[]=push&events[]=tag", form)).body


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (request("GET", "/hook"), "none of the vendor's paths"),
        (request("PUT", "/hooks", GOOD), "has no PUT"),
        (request("GET", "/hooks?size=5"), "has no parameters"),
        (request("GET", "/hooks?limit=51"), "greater than the maximum"),
        (request("GET", "/hooks", GOOD), "takes no body"),
        (request("POST", "/hooks"), "needs a body"),
        (request("POST", "/hooks", {}), "'url' is a required property"),
        (request("POST", "/hooks", {**GOOD, "urls": 1}), "'urls' was unexpected"),
        (request("POST", "/hooks", {**GOOD, "id": 1}), "'id' was unexpected"),
        (request("POST", "/hooks", {**GOOD, "events": ["pull"]}), "is not one of"),
        (request("POST", "/hooks", GOOD, {**JSON, "Content-Type": "text/plain"}), "not text/plain"),
        (request("POST", "/hooks", GOOD, {"Content-Type": "application/json"}), "is not signed"),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_what_is_wrong_is_refused(wrong: Request, told: str) -> None:
    with pytest.raises(AssertionError, match=told):
        ACME.received(wrong)


@given(data=st.data())
def test_what_is_made_is_valid(data: st.DataObject) -> None:
    schema = plain(HOOK, DOCUMENT)

    made = data.draw(values(schema, {"events": None}))

    jsonschema.validate(made, schema, jsonschema.Draft202012Validator)
    assert "events" in made


def test_a_cut_has_what_its_paths_refer_to_and_nothing_else() -> None:
    found = cut(DOCUMENT, ["/hoo*"])

    assert (list(found["paths"]), list(found["components"]["schemas"])) == (["/hooks"], ["Hook"])
    assert found["info"] == {"title": "Acme", "version": "1"}
    assert list(found["paths"]["/hooks"]["get"]["responses"]) == ["200"]


TYPES = Types(
    """
    export interface Base { kind: 'hook' | 'mail'; /** words: {} */ gone?: void }
    export interface Hook extends Base {
        id: string; 'url'?: string | null; tags: Emptyable<Array<Hook.Tag>>; [key: string]: any;
    }
    export declare namespace Hook { type Tag = 'a' | 'b'; }
    export type Emptyable<T> = T | '';
    declare const Level: { readonly low: 1; readonly high: 2; };
    type Level = typeof Level[keyof typeof Level];
    type Scalars = { ID: string; String: string; DateTime: any; };
    type Query = { hooks: HookPage; };
    type QueryHooksArgs = { first?: InputMaybe<Scalars["String"]>; order: Order; };
    declare enum Order { Up = "up", Down = "down", }
    type HookPage = { __typename?: "HookPage"; nodes: Array<Node>; total: Node; };
    type Node = { id: Scalars["ID"]; at?: Maybe<Scalars["DateTime"]>; };
    type Mutation = { };
    """
)


def test_types_become_a_json_schema() -> None:
    outline = {"a": {"$ref": "#/components/schemas/Hook"}, "b": {"$ref": "#/components/schemas/Level"}}

    schemas = filled_outline(outline, TYPES)["components"]["schemas"]

    base, own = schemas["Hook"]["allOf"]
    assert base["properties"] == {"kind": {"enum": ["hook", "mail"]}}
    assert own["required"] == ["id", "tags"]
    assert own["properties"]["tags"] == {"anyOf": [{"type": "array", "items": {"enum": ["a", "b"]}}, {"enum": [""]}]}
    assert (own["additionalProperties"], schemas["Level"]) == ({}, {"enum": [1, 2]})


def test_types_become_a_graphql_schema_that_judges() -> None:
    text = "\n".join(Sdl(TYPES, ["Query.hooks", "HookPage.nodes"]).declarations()).replace("type Mutation {\n}", "")

    judge = GraphQl(text)

    def sent(document: str, variables: dict[str, Any]) -> Request:
        return request("POST", "/graphql", {"query": document, "variables": variables})

    document = "query($order: Order!) { hooks(order: $order) { nodes { id at } } }"
    answer = judge.received(sent(document, {"order": "up"})).answer
    assert answer is not None
    item = answer["properties"]["data"]["properties"]["hooks"]["properties"]["nodes"]["items"]
    assert item["properties"] == {"id": {"type": "string"}, "at": {"anyOf": [{"type": "string"}, {"type": "null"}]}}
    for wrong, variables in ((document, {"order": "left"}), (document, {}), ("{ hooks { total { id } } }", {})):
        with pytest.raises(AssertionError):
            judge.received(sent(wrong, variables))
