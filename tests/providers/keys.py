"""Small tables, one or two a key of the format, with what a record of each holds and what is changed in it."""

from __future__ import annotations

from typing import Any

from reconciler.records import Secret

Table = dict[str, Any]

BASE: Table = {
    "title": "Acme",
    "base_url": "https://api.acme.example",
    "auth": {"bearer": "token"},
    "record": {"url": "url", "events": "events", "description": "note"},
    "list": {"get": "/hooks"},
    "get": {"get": "/hooks/{id}"},
    "create": {"post": "/hooks"},
    "update": {"patch": "/hooks/{id}"},
    "delete": {"delete": "/hooks/{id}"},
}
FIELDS: dict[str, Any] = {"url": "https://hooks.example.com/a", "events": ("a.one", "b.two"), "description": "first"}
CHANGES: dict[str, Any] = {
    "url": "https://hooks.example.com/b",
    "events": ("b.two", "c.three"),
    "description": "second",
}
KNOWN = ["a.one", "b.two", "c.three"]


def record(**fields: Any) -> Table:
    return {"record": {**BASE["record"], **fields}}


def events(**field: Any) -> Table:
    return record(events=field)


GRAPHQL: Table = {
    "list": {
        "post": "/graphql",
        "graphql": "query($n: Int, $after: String) { hooks }",
        "body": {"n": 2},
        "size": "n",
        "items": "data.hooks.edges",
        "item": "node",
        "next": {"cursor": "after", "at": "data.hooks.pageInfo.endCursor", "more": "data.hooks.pageInfo.hasNextPage"},
    },
    "get": {
        "post": "/graphql",
        "graphql": "query($id: ID!) { hook }",
        "body": {"id": "{id}"},
        "item": "data.hook",
        "null": True,
    },
    "create": {
        "post": "/graphql",
        "graphql": "mutation($input: Hook!) { hookCreate }",
        "wrap": "input",
        "item": "data.hookCreate.hook",
        "success": {"empty": ["data.hookCreate.userErrors"], "otherwise": "refused"},
    },
    "update": {
        "post": "/graphql",
        "graphql": "mutation($id: ID!, $input: Hook!) { hookUpdate }",
        "body": {"id": "{id}"},
        "wrap": "input",
        "item": "data.hookUpdate.hook",
        "sends": "changed",
    },
    "delete": {
        "post": "/graphql",
        "graphql": "mutation($id: ID!) { hookDelete }",
        "body": {"id": "{id}"},
        "success": {"empty": ["data.hookDelete.userErrors"], "otherwise": "refused"},
    },
}
RPC: Table = {
    "list": {
        "post": "/hooks/list",
        "body": {"limit": 2},
        "size": "limit",
        "parameters": "body",
        "items": "data",
        "next": {"offset": "skip", "total": "count"},
    },
    "get": {"post": "/hooks/get", "body": {"hook_id": "{id}"}, "item": "data"},
    "create": {"post": "/hooks/create", "wrap": "hook", "item": "data"},
    "update": {"post": "/hooks/update", "body": {"hook_id": "{id}"}, "wrap": "hook", "item": "data"},
    "delete": {"post": "/hooks/delete", "body": {"hook_id": "{id}"}},
}
IN_PATH: Table = {
    "auth": {"path": "/bot{token}"},
    "unique": [[]],
    "record": {
        "id": {"constant": "webhook"},
        "url": "url",
        "events": "allowed",
        "except": {"url": ""},
        "description": "note",
    },
    "list": {"get": "/getInfo", "items": "result", "single": True, "success": {"where": {"ok": True}}},
    "get": None,
    "create": {"post": "/set", "upsert": True, "success": {"where": {"ok": True}}},
    "update": {"post": "/set", "success": {"where": {"ok": True}}},
    "delete": {"post": "/unset", "success": {"where": {"ok": True}}},
}
BY_TAG: Table = {
    "scope": {"form": {}},
    "record": {
        "id": {"field": "name"},
        "url": "url",
        "events": {"at": "types", "as": "map"},
        "name": {"at": "tag", "only_create": True, "required": True},
        "description": "note",
    },
    "list": {"get": "/forms/{form}/hooks", "items": "items"},
    "get": {"get": "/forms/{form}/hooks/{name}"},
    "create": {"put": "/forms/{form}/hooks/{name}", "upsert": True},
    "update": {"put": "/forms/{form}/hooks/{id}"},
    "delete": {"delete": "/forms/{form}/hooks/{id}"},
}
BY_EVENT: Table = {
    "record": {
        "id": {"field": "events"},
        "url": {"at": "urls", "write": "url", "read": "urls", "boxed": "read"},
        "events": {"at": "id", "each": "one"},
    },
    "encoding": "form",
    "list": {"get": "/hooks", "items": "webhooks", "keyed": "id"},
    "get": None,
    "create": {"post": "/hooks", "item": "webhook"},
    "update": {"put": "/hooks/{id}"},
}
LATER: Table = record(
    enabled={
        "read": "status",
        "type": "boolean",
        "default": True,
        "values": {"true": "ACTIVE", "false": "INACTIVE"},
        "via": {"true": {"post": "/hooks/{id}/activate"}, "false": {"post": "/hooks/{id}/deactivate"}},
    },
    headers={
        "read": "clear",
        "write": "headers",
        "via": {"put": "/hooks/{id}/headers"},
        "from": {"get": "/hooks/{id}/headers", "item": "headers"},
    },
    muted={"at": "muted", "type": "boolean", "default": False, "only_update": True},
    renewed={"read": "expires", "type": "boolean", "fresh": 3, "via": {"true": {"post": "/hooks/{id}/refresh"}}},
)


def case(table: Table, more: Table | None = None, other: Table | None = None) -> tuple[Table, Table, Table]:
    """A table's keys over `BASE`, more fields of its record, and what an update makes of them."""
    return table, more or {}, other or {}


CASES: dict[str, tuple[Table, Table, Table]] = {
    "as it is": case({}),
    "a scope in the query": case(
        {"scope": {"site": {}, "team": {"default": ""}}, "query": {"site_id": "{site}", "team_id": "{team}"}}
    ),
    "a scope in a header": case({"scope": {"site": {}}, "headers": {"X-Site": "{site}", "Accept": "application/x"}}),
    "a scope of lists alone": case({"scope": {"team": {}}, "list": {"get": "/hooks", "query": {"team": "{team}"}}}),
    "a scope of lists and creates alone": case(
        {"scope": {"team": {}}, "list": {"get": "/teams/{team}/hooks"}, "create": {"post": "/teams/{team}/hooks"}}
    ),
    "next URL": case(
        {"list": {"get": "/hooks", "query": {"n": 1}, "size": "n", "items": "values", "next": {"url": "next"}}}
    ),
    "link header": case({"list": {"get": "/hooks", "query": {"n": 1}, "size": "n", "next": {"link": "next"}}}),
    "cursor": case(
        {
            "list": {
                "get": "/hooks",
                "query": {"n": 1},
                "size": "n",
                "items": "data",
                "next": {"cursor": "after", "at": "paging.next"},
            }
        }
    ),
    "cursor with a sign": case(
        {
            "list": {
                "get": "/hooks",
                "query": {"n": 1},
                "size": "n",
                "items": "data",
                "next": {"cursor": "after", "at": "cursor", "more": "more"},
            }
        }
    ),
    "last id": case({"list": {"get": "/hooks", "query": {"n": 1}, "size": "n", "next": {"last_id": "after"}}}),
    "page with a sign": case(
        {
            "list": {
                "get": "/hooks",
                "query": {"n": 1},
                "size": "n",
                "items": "data",
                "next": {"page": "p", "more": "meta.more"},
            }
        }
    ),
    "offset": case(
        {
            "list": {
                "get": "/hooks",
                "query": {"n": 1},
                "size": "n",
                "items": "data",
                "next": {"offset": "skip", "more": "more"},
            }
        }
    ),
    "range": case({"list": {"get": "/hooks", "next": {"range": "Next-Range"}}}),
    "an object of records": case({"list": {"get": "/hooks", "items": "hooks", "keyed": "id"}}),
    "empty lists left out": case({"list": {"get": "/hooks", "items": "hooks", "empty": ["absent"]}}),
    "empty lists null": case({"list": {"get": "/hooks", "items": "hooks", "empty": ["null"]}}),
    "empty lists without content": case({"list": {"get": "/hooks", "items": "hooks", "empty": ["no_content"]}}),
    "one by one": case({"list": {"get": "/hooks", "items": "entries", "one_by_one": True}}),
    "each in an envelope": case({"list": {"get": "/hooks", "items": "hooks", "item": "hook"}}),
    "GraphQL": case({**GRAPHQL, "throttled": {"errors.0.extensions.code": ["BUSY", "WAIT"]}}),
    "RPC": case({**RPC, **record(id={"at": "id", "type": "integer"})}),
    "a singleton with its credential in the path": case(IN_PATH),
    "upsert by a name": case(BY_TAG, {"name": "tag-1"}, {}),
    "upsert by a name that only the path has": case(
        {
            **BY_TAG,
            "record": {
                **BY_TAG["record"],
                "name": {"read": "tag", "only_create": True, "required": True, "values": {"tag-1": "TAG 1"}},
            },
        },
        {"name": "tag-1"},
        {},
    ),
    "a field that only the create's query has": case(
        {
            **record(kind={"read": "kind", "only_create": True, "required": True}),
            "create": {"post": "/hooks", "query": {"type": "{kind}"}},
        },
        {"kind": "web"},
        {},
    ),
    "upsert by the event": case(BY_EVENT, {"events": ("opened",), "description": None}, {"url": CHANGES["url"]}),
    "an id in a header": case(record(id={"at": "id", "header": "Location"})),
    "an id in a URL": case(record(id={"at": "self", "last_segment": True})),
    "an id of parts": case(
        {
            **record(id={"parts": {"kind": "kind", "number": "meta.seq"}}),
            "get": {"get": "/hooks/{kind}/{number}"},
            "update": {"patch": "/hooks/{kind}/{number}"},
            "delete": {"delete": "/hooks/{kind}/{number}"},
        }
    ),
    "an integer id": case(record(id={"at": "id", "type": "integer"})),
    "a form": case({"encoding": "form"}),
    "a form with indexed arrays": case({"encoding": {"arrays": "indexed"}}),
    "a form with repeated names": case({"encoding": {"arrays": "repeat", "nested": "dots"}}),
    "a form in parts": case(
        {"encoding": {"arrays": "repeat", "multipart": True}},
        {"description": 'of "two" lines\r\n--and é'},
        {"events": ("c.three",)},
    ),
    "the query": case({"encoding": "query"}),
    "a form's types": case(
        {
            "encoding": "form",
            **record(retries={"at": "r.max", "type": "integer"}, enabled={"at": "on", "type": "boolean"}),
        },
        {"retries": 3, "enabled": True},
        {"retries": 4, "enabled": False},
    ),
    "JSON Patch": case({"update": {"patch": "/hooks/{id}", "sends": "json_patch"}}),
    "merged": case({"update": {"put": "/hooks/{id}", "sends": "merged"}}),
    "a revision": case(
        {
            **record(revision={"at": "sys.version"}),
            "update": {"put": "/hooks/{id}", "headers": {"X-Version": "{revision}"}},
        }
    ),
    "an ETag": case(
        {
            **record(revision={"header": "ETag"}),
            "update": {"put": "/hooks/{id}", "headers": {"If-Match": "{revision}"}, "refused": [412]},
            "delete": {"delete": "/hooks/{id}", "headers": {"If-Match": "{revision}"}},
        }
    ),
    "text": case(events(at="events", **{"as": "text"})),
    "objects": case(events(at="events", **{"as": "objects", "keys": ["name"]})),
    "objects of parts": case(events(at="events", **{"as": "objects", "keys": ["entity", "action"]})),
    "flags": case(
        events(
            **{
                "as": "flags",
                "known": KNOWN,
                "values": {"a.one": "one_events", "b.two": "two_events", "c.three": "three_events"},
            }
        )
    ),
    "nested flags": case(
        events(
            at="on",
            **{
                "as": "flags",
                "known": KNOWN,
                "values": {"a.one": "One.Enabled", "b.two": "Two.Enabled", "c.three": "Three.Enabled"},
            },
        )
    ),
    "a map": case(events(at="types", **{"as": "map", "values": {"a.one": "one", "b.two": "two"}})),
    "names in, objects out": case(events(at="events", read_as="objects", keys=["name"])),
    "one event in parts": case(
        events(each="one", keys=["object", "action"]), {"events": ("a.one",)}, {"events": ("b.two",)}
    ),
    "no events": case({"record": {"url": "url", "description": "note"}}, {"events": None}, {}),
    "values": case(
        record(enabled={"at": "status", "type": "boolean", "values": {"true": "on", "false": ["off", "paused"]}}),
        {"enabled": True},
        {"enabled": False},
    ),
    "written as one thing, read as another": case(
        record(
            enabled={"write": "disabled", "read": "is_off", "type": "boolean", "values": {"true": False, "false": True}}
        ),
        {"enabled": True},
        {"enabled": False},
    ),
    "booleans in texts": case(
        record(
            enabled={"at": "on", "type": "boolean", "encoded": "text"},
            retries={"at": "max", "type": "integer", "encoded": "text"},
        ),
        {"enabled": True, "retries": 3},
        {"enabled": False, "retries": 4},
    ),
    "JSON in a text": case(
        record(config={"at": "configuration", "type": "object", "encoded": "json"}),
        {"config": {"a": [1]}},
        {"config": {"a": [2], "b": None}},
    ),
    "boxed": case(record(channel={"at": "channels", "boxed": "both"}), {"channel": "x"}, {"channel": "y"}),
    "elements of a list": case(
        {
            "record": {
                "url": "targets.0.address",
                "events": "events",
                "description": "targets.0.note",
                "secret": {"at": "targets.0.auth", "read": "clear"},
                "backup": "targets.1.address",
                "constants": {"targets.0.type": "http"},
            },
            "update": {"patch": "/hooks/{id}"},
        },
        {"secret": Secret("s1", "1"), "backup": "https://hooks.example.com/spare"},
    ),
    "elements of a list by JSON Patch": case(
        {
            "record": {"url": "targets.0.address", "events": "events", "description": "targets.0.note"},
            "update": {"patch": "/hooks/{id}", "sends": "json_patch"},
        }
    ),
    "elements of a list in a form": case(
        {
            "record": {"url": "targets.0.address", "events": "events", "description": "targets.0.note"},
            "encoding": {"arrays": "indexed"},
        }
    ),
    "pairs": case(
        record(labels={"at": "labels", "type": "object", "pairs": ["key", "value"]}),
        {"labels": {"a": "1"}},
        {"labels": {"a": "2", "b": "3"}},
    ),
    "fields of calls of their own": case(
        LATER,
        {"enabled": False, "headers": {"X-A": Secret("h1", "1")}, "muted": True, "renewed": True},
        {"enabled": True, "headers": {"X-A": Secret("h2", "2")}, "muted": False},
    ),
    "whether a key is there": case(
        record(
            enabled={"at": "enabled", "type": "boolean", "default": True},
            signed={
                "write": "enabled",  # of a call of its own, and not of the record
                "read": "meta.public_key",
                "present": True,
                "type": "boolean",
                "default": False,
                "via": {"patch": "/hooks/signed/{id}"},
            },
        ),
        {"enabled": False, "signed": True},
        {"enabled": True, "signed": False},
    ),
    "resent and repeated": case(
        {
            **record(
                events={"at": "events", "resend": True},
                kind={"at": "kind", "only_create": True, "repeat": True, "required": True},
            )
        },
        {"kind": "k"},
        {},
    ),
    "kinds mixed": case(record(only={"type": ["url", "hook"]})),
    "log-in with a header of its own": case(
        {
            "auth": {
                "login": {
                    "post": "/login",
                    "body": {"user": "{user}", "key": "{token}"},
                    "token": "data.t",
                    "send": {"X-Auth": "t {access_token}"},
                }
            }
        }
    ),
    "OAuth2": case({"auth": {"oauth2": {"token_url": "/oauth/token", "scope": "hooks"}}}),
    "OAuth2 elsewhere, by basic": case(
        {
            "auth": {
                "oauth2": {
                    "token_url": "https://login.acme.example/token",
                    "send": "basic",
                    "body": {"audience": "{user}"},
                    "encoding": "json",
                }
            }
        }
    ),
    "basic of templates": case({"auth": {"basic": {"user": "{user}/token", "password": "{token}"}}}),
    "credentials in the body": case({**RPC, "auth": {"body": {"auth.user": "user", "token": "token"}}}),
    "a credential within the path": case(
        {
            "auth": {"query": {"key": "user", "token": "token"}},
            "encoding": "query",
            "list": {"get": "/tokens/{token}/hooks"},
            "update": {"put": "/tokens/{token}/hooks/{id}"},
        }
    ),
    "headers": case({"auth": {"header": {"X-Key": "{token}", "X-App": "app={user}"}}}),
}
