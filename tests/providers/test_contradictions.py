"""A table that contradicts itself is told so, where it stands, with what would be right."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.errors import ConfigError
from reconciler.providers.registry import load_spec_file, table_schema

TABLE = """\
title: Acme
base_url: https://api.acme.example
auth: {bearer: token}
unique: []
record:
  id: id
  url: url
  events: {at: events}
  name: name
  mode: {at: mode}
  secret: {at: secret, read: never}
list: {get: /hooks}
create: {post: /hooks}
update: {patch: "/hooks/{id}"}
delete: {delete: "/hooks/{id}"}
"""
CASES: list[tuple[str, str, str, str]] = [
    # what is replaced, by what, where it is told, what is told
    ("mode: {at: mode}", "mode: {at: mode, as: text}", "10:24", "`as` is for `events`, not for `mode`"),
    ("mode: {at: mode}", "mode: {at: mode, pairs: [k, v]}", "10:27", "`pairs` are for a mapping"),
    ("mode: {at: mode}", "mode: {at: 0.mode}", "10:14", "a number picks from a list"),
    ("mode: {at: mode}", "mode: {at: mode, fresh: 2}", "10:27", "makes a time into true or false"),
    ("mode: {at: mode}", "mode: {at: mode, present: true}", "10:29", "makes what is there into true or false"),
    ("mode: {at: mode}", "mode: {at: mode, repeat: true}", "10:28", "`repeat` is for what cannot change"),
    ("mode: {at: mode}", "mode: {at: mode, only_update: true}", "10:33", "`only_update` needs `default`"),
    ("mode: {at: mode}", 'mode: {via: {post: "/hooks/{id}/mode"}}', "10:15", "carries it nowhere"),
    (
        "mode: {at: mode}",
        'mode: {at: mode, only_create: true, via: {put: "/hooks/{id}/m"}}',
        "10:33",
        "cannot be set after the create",
    ),
    ("mode: {at: mode}", "mode: {at: mode, via: {post: '/hooks/{key}/m'}}", "10:32", "{key} is not known in this call"),
    ("url: url", "url: {at: url, via: {post: '/hooks/{id}/u'}}", "7:8", "`url` goes with its create"),
    ("events: {at: events}", "events: {at: events, as: objects}", "8:11", "needs their keys"),
    ("events: {at: events}", "events: {as: flags}", "8:11", "flags need `known`"),
    ("events: {at: events}", "events: {at: e, each: one, as: text}", "8:34", "a single event is a text"),
    ("events: {at: events}", "events: {at: e, keys: [a]}", "8:25", "`keys` are those of objects"),
    ("events: {at: events}", "events: {at: e, separator: x}", "8:30", "`separator` is for one text"),
    ("read: never}", "read: never, shown: {at: key}}", "11:44", "`shown` is where a create's answer has a secret"),
    ("read: never}", "read: on_create, shown: {}}", "11:48", "it is either `at` a path"),
    ("read: never}", "read: never, from: {get: '/hooks/{id}/s'}}", "11:30", "is `clear`, or made at create"),
    ("id: id", "id: {at: id, constant: one}", "6:7", "an id comes from one place"),
    ("id: id", "id: {constant: one}", "6:7", "means one record a scope"),
    ("id: id", "id: {field: tag}", "6:15", "`tag` is no field of this table"),
    ("id: id", "id: {field: events}", "6:15", "events are an id where a record has one"),
    ("id: id", "revision: {at: version}", "6:13", "`revision` needs `get`"),
    ("auth: {bearer: token}", "auth: [{none: true}, {bearer: token}]", "3:8", "what comes after `none` is never taken"),
    ("id: id", "revision: {}", "6:13", "a revision is either"),
    ("create: {post: /hooks}", "create: {post: /hooks, upsert: true}", "13:32", "`upsert` needs an id that is known"),
    ("list: {get: /hooks}", "list: {get: /hooks, one_by_one: true}", "12:33", "`one_by_one` needs `get`"),
    ("list: {get: /hooks}", "list: {get: /hooks, single: true, keyed: id}", "12:42", "either one record or an object"),
    ("list: {get: /hooks}", "list: {get: /hooks, single: true, next: {link: next}}", "12:41", "has no next page"),
    ("list: {get: /hooks}", "list: {get: /hooks, size: limit}", "12:27", "`limit` is not among the list's `query`"),
    ("list: {get: /hooks}", "list: {get: /hooks, next: {link: next, url: x}}", "12:28", "unknown key `link`"),
    ("list: {get: /hooks}", "list: {put: /hooks, graphql: q}", "12:13", "a GraphQL call is a `post`"),
    ('{patch: "/hooks/{id}"}', '{patch: "/hooks"}', "14:17", "does not say which record it is about"),
    ('{patch: "/hooks/{id}"}', '{put: "/hooks/{id}", sends: merged}', "14:37", "`sends: merged` needs `get`"),
    ('{patch: "/hooks/{id}"}', '{patch: "/hooks/{id}", sends: json_patch, wrap: w}', "14:57", "has no envelope"),
    ('{patch: "/hooks/{id}"}', '{post: /hooks, body: {n: "{nme}"}}', "14:34", "{nme} is not known in this call"),
    ("mode: {at: mode}", "mode: {read: mode}", "10:16", "nothing sets `mode`"),
    (
        "mode: {at: mode}\n  secret: {at: secret, read: never}\nlist: {get: /hooks}\ncreate: {post: /hooks}",
        "mode: {read: mode, required: true}\nlist: {get: /hooks}\ncreate: {post: '/hooks/{mode}'}",
        "10:16",
        "goes with the create alone",
    ),
    ("create: {post: /hooks}", "create: {post: '/hooks/{mode}'}", "13:16", "a subscription may be without `mode`"),
    ("create: {post: /hooks}", "create: {post: '/hooks/{url}'}", "13:16", "{url} is not known in this call"),
    ("create: {post: /hooks}", "create: {post: '/hooks/{events}'}", "13:16", "{events} is not known in this call"),
    ("list: {get: /hooks}", "list: {get: '/h/{tokn}'}", "12:13", "{tokn} is not known in this call"),
    ("list: {get: /hooks}", "list: {get: /hooks, query: {t: '{token}'}}", "12:32", "{token} is not known in this call"),
    ("create: {post: /hooks}", "scope: {token: {}}\ncreate: {post: '/h/{token}'}", "14:16", "may be the credential"),
    ("auth: {bearer: token}", "auth: {body: {key: key}}", "12:13", "a `get` has no body"),
    (
        TABLE[TABLE.index("auth:") : TABLE.index("delete:")],
        "auth: {body: {k: k}}\nrecord: {url: url}\ncreate: {post: /h}\nupdate: {patch: '/h/{id}', sends: json_patch}\n",
        "6:35",
        "a JSON Patch has no place for credentials",
    ),
    ("auth: {bearer: token}", "auth: {path: bot}", "3:14", "no beginning of a path with a credential"),
    ("auth: {bearer: token}", "auth: {basic: {user: me}}", "3:15", "it names no credential"),
    ("auth: {bearer: token}", "auth: {basic: [one]}", "3:7", "`basic` has two names"),
    ("auth: {bearer: token}", "auth: {oauth2: {token_url: http://a.example/t}}", "3:28", "is not an https address"),
    ("auth: {bearer: token}", "headers: {X: '{org}'}", "3:14", "{org} is not known in this call"),
    ("unique: []", "base_url_example: https://x.example", "4:19", "is for a table without `base_url`"),
]


@pytest.mark.parametrize(("good", "bad", "where", "told"), CASES)
def test_a_contradiction_is_told_where_it_stands(tmp_path: Path, good: str, bad: str, where: str, told: str) -> None:
    assert TABLE.count(good) == 1
    file = tmp_path / "acme.yaml"
    file.write_text(TABLE.replace(good, bad), encoding="utf-8")
    with pytest.raises(ConfigError) as wrong:
        load_spec_file(file)
    found = [
        (f"{one.location.line}:{one.location.column}", one.message) for one in wrong.value.problems if one.location
    ]
    assert any(place == where and told in message for place, message in found), found


def test_the_schema_for_editors_takes_short_forms_and_names_every_key() -> None:
    schema = table_schema()
    assert {"list", "get", "create", "record", "scope", "limits"} <= schema["properties"].keys()
    short, long = schema["$defs"]["FieldSpec"]["anyOf"]
    assert short["type"] == "string"
    assert {"as", "read_as", "from", "via"} <= long["properties"].keys()
    undescribed = [
        f"{name}.{key}"
        for name, definition in schema["$defs"].items()
        for key, one in (definition.get("properties") or {}).items()
        if not (one.get("description") or "$ref" in one or "$ref" in str(one.get("anyOf")))
    ]
    assert set(undescribed) <= {
        f"{call}.{verb}" for call in schema["$defs"] for verb in ("get", "post", "put", "patch", "delete")
    }
