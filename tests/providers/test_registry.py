"""Where tables come from, and what is wrong with one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from reconciler.errors import ConfigError
from reconciler.providers.ability import ability_of
from reconciler.providers.protocol import Settings
from reconciler.providers.registry import catalog, load_spec, load_spec_file, spec_hash
from reconciler.providers.spec import Spec

GOOD = """\
title: Acme
base_url: https://api.acme.example
auth: {header: {X-Key: "key {api_key}"}}
scope: {org: {}}
record: {url: target, events: events, level: {at: level, only_create: true}, secret: {at: secret, read: masked}}
list: {get: "/orgs/{org}/hooks", items: data, next: {last_id: after, more: more}}
create: {post: "/orgs/{org}/hooks"}
update: {patch: "/orgs/{org}/hooks/{id}"}
delete: {delete: "/orgs/{org}/hooks/{id}"}
"""


def test_the_catalog_has_the_four_and_all_of_them_load() -> None:
    assert set(catalog()) >= {"argyle", "flightrates", "lipscore", "studiewinkel"}
    for name in catalog():
        spec = load_spec(name)
        assert spec.base_url or spec.base_url_example
        assert spec.docs is not None
        assert spec.sources
        assert load_spec(name) is spec


def test_an_unknown_provider_gets_a_suggestion() -> None:
    with pytest.raises(ConfigError, match=r"no provider 'argile'[^$]*did you mean argyle"):
        load_spec("argile")
    with pytest.raises(ConfigError, match=r"known are .*argyle, "):
        load_spec("qqqqq")


def test_a_table_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "acme.yaml").write_text(GOOD)
    spec = load_spec_file(tmp_path / "acme.yaml")
    assert spec.auths[0].credentials == ("api_key",)
    ability = ability_of(Settings("acme", "acme", spec, "https://api.acme.example", adopt=False, manage_all=True))
    assert (ability.immutable, ability.hidden) == (frozenset({"level"}), frozenset({"secret"}))
    assert (dict(ability.cannot), ability.adopt, ability.manage_all) == ({}, False, True)


BAD: list[tuple[str, str, str]] = [
    ("base_url: https://api.acme.example", "base_url: http://api.acme.example", r":2:11: .*not an https address"),
    ("base_url: https://api.acme.example", "base_url: https://api.acme.example/", r":2:11: .*ends with a slash"),
    ('{patch: "/orgs/{org}/hooks/{id}"}', '{patch: "/orgs/{orgg}/hooks/{id}"}', r":8:17: \{orgg\} is not known"),
    ('{post: "/orgs/{org}/hooks"}', '{post: "/orgs/{org}/{secret}"}', r":7:16: \{secret\} is not known"),
    ('{post: "/orgs/{org}/hooks"}', "{post: /a, effect: read}", r":7:28: `create` is a write"),
    ('{post: "/orgs/{org}/hooks"}', "{post: hooks}", r":7:16: a path begins with a slash"),
    ('{delete: "/orgs/{org}/hooks/{id}"}', "{delete: /hooks}", r":9:18: `delete` does not say which record"),
    ("scope: {org: {}}", "scope: {org: {}}\nunique: [[url, evnts]]", r":5:16: `evnts` is no field"),
    ("scope: {org: {}}", "scope: {org: {}}\nkey: [url, shop]", r":5:12: `shop` is no field"),
    (
        "scope: {org: {}}",
        "scope: {org: {}}\ntested: [{against: schema, source: npm a@1, facts: [create, updat]}]",
        r":5:61: `updat` is no call and no field",
    ),
    (
        "scope: {org: {}}",
        "scope: {org: {}}\ntested: [{against: docs, source: npm a@1, facts: [create]}]",
        r":5:20: `against` cannot be `docs`[^$]*schema, server",
    ),
    ("items: data, ", "", r":6:7: a list with `more` is not a bare array"),
    ("level: {at: level, only_create: true}", "level: {required: true}", r":5:\d+: field `level` is neither"),
    ("level: {at: level, only_create: true}", "level: {at: level, each: one}", r":5:\d+: `each` is for `events`"),
    ("level: {at: level, only_create: true}", "level: {at: l, read: never}", r":5:\d+: `read: never` is for secrets"),
    ("level: {at: level, only_create: true}", "org: {at: l}", r":5:\d+: a field cannot be called `org`"),
    ("create: {post", "craete: {post", r":7:1: .*craete"),
    ('{post: "/orgs/{org}/hooks"}', "{post: /a, put: /b}", r"exactly one verb"),
    ('{header: {X-Key: "key {api_key}"}}', "{login: {post: /login, body: {a: b}}}", r":3:15: the log-in names no cred"),
]


@pytest.mark.parametrize(("good", "bad", "told"), BAD)
def test_what_is_wrong_with_a_table_is_told_with_its_place(tmp_path: Path, good: str, bad: str, told: str) -> None:
    assert good in GOOD
    (tmp_path / "acme.yaml").write_text(GOOD.replace(good, bad))
    with pytest.raises(ConfigError, match=r"acme\.yaml" + told if told.startswith(":") else told):
        load_spec_file(tmp_path / "acme.yaml")


def test_all_that_is_wrong_is_told_in_one_go(tmp_path: Path) -> None:
    (tmp_path / "acme.yaml").write_text(GOOD.replace("{org}", "{ogr}"))
    with pytest.raises(ConfigError) as caught:
        load_spec_file(tmp_path / "acme.yaml")
    assert len(caught.value.problems) == 4


def test_a_hash_is_of_what_is_said_not_of_how(tmp_path: Path) -> None:
    for name, text in {"a": GOOD, "b": "# words\n" + GOOD.replace("url: target,", "url: {at: target},")}.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "c").write_text(GOOD.replace("target", "other"))
    a, b, c = (spec_hash(load_spec_file(tmp_path / name)) for name in "abc")
    assert a == b != c


def test_an_adapter_is_found_by_its_entry_point_and_opens_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    from reconciler.providers.engine import open_connection

    class Odd:
        spec = Spec.model_validate({"title": "Odd", "record": {"url": "u"}, "create": {"post": "/x"}})

        @staticmethod
        def open_connection(settings: Settings, fingerprint: Any, *, stop: Any = None) -> str:
            return f"opened {settings.name}"

    class Entry:
        @staticmethod
        def load() -> type[Odd]:
            return Odd

    asked = []

    def entry_points(**wanted: str) -> list[type[Entry]]:
        asked.append(wanted)
        return [Entry] if wanted["name"] == "odd" else []

    monkeypatch.setattr("importlib.metadata.entry_points", entry_points)
    try:
        assert load_spec("odd") is Odd.spec
    finally:
        load_spec.cache_clear()  # no later test knows it
    assert asked == [{"group": "reconciler.providers", "name": "odd"}]
    opened: object = open_connection(Settings("o", "odd", Odd.spec, "https://odd.example"), str)
    assert opened == "opened o"


def test_loading_tables_is_light() -> None:
    code = (
        "import sys; from reconciler.providers.registry import *; [load_spec(n) for n in catalog()];"
        "from reconciler.providers.engine import ability_of;"
        "sys.exit(any(m in sys.modules for m in ('requests', 'deepdiff', 'rich', 'cryptography')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
