from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.config import expand, load, load_config, seal_all, state_location
from reconciler.config.schema import json_schema
from reconciler.errors import ConfigError
from reconciler.providers.registry import load_spec
from reconciler.records import Secret

if TYPE_CHECKING:
    from tests.config.conftest import Folder

ACME = "provider: acme, repo: r, url: https://x.example.com, events: [push]"


def subscriptions(**entries: str) -> str:
    return "subscriptions:\n" + "".join(f"  {name}: {{{fields}}}\n" for name, fields in entries.items())


def test_one_record_or_one_an_event(folder: Folder) -> None:
    found = folder.desired(
        subscriptions(
            a="provider: lipscore, url: https://a.example.com, events: [review_created, rating_created]",
            b="provider: argyle, url: https://b.example.com, events: [paystubs.updated, paystubs.added]",
            c="provider: lipscore, url: https://c.example.com, events: [rating_created]",
        )
    )
    assert list(found) == ["a[rating_created]", "a[review_created]", "b", "c[rating_created]"]
    assert found["a[rating_created]"].fields == {"url": "https://a.example.com", "events": ("rating_created",)}
    assert found["b"].fields["events"] == ("paystubs.added", "paystubs.updated")
    assert found["b"].location is not None
    assert str(found["b"].location) == f"{folder.file}:9:3"


def test_for_each_over_a_list_and_a_mapping(folder: Folder) -> None:
    found = folder.desired(
        subscriptions(
            a="provider: lipscore, url: 'https://${each.key}.example.com/${each.value}', events: [rating_created],"
            " for_each: [n, s]",
            b="provider: argyle, url: 'https://${each.value.host}/', events: '${each.value.events}',"
            " config: {days: '${each.value.days}', text: '${each.value.days}d'},"
            " for_each: {x: {host: h.example.com, events: [paystubs.added], days: 3}}",
        )
    )
    assert list(found) == ["a[n][rating_created]", "a[s][rating_created]", "b[x]"]
    assert found["a[s][rating_created]"].fields["url"] == "https://s.example.com/s"
    assert found["b[x]"].fields == {
        "url": "https://h.example.com/",
        "events": ("paystubs.added",),
        "config": {"days": 3, "text": "3d"},
        "name": "b-x",
    }


def test_for_each_may_choose_the_connection_and_may_be_empty(folder: Folder) -> None:
    found = folder.desired(
        subscriptions(
            a="provider: '${each.key}', url: https://a.example.com, events: [x], for_each: [lipscore, argyle]",
            b="provider: lipscore, url: https://b.example.com, events: [x], for_each: []",
        )
    )
    assert {address: one.connection for address, one in found.items()} == {
        "a[lipscore][x]": "lipscore",
        "a[argyle]": "argyle",
    }


def test_only_declared_fields_are_there_with_name_and_switch_by_default(folder: Folder) -> None:
    found = folder.desired(
        subscriptions(a=ACME, b=ACME.replace("x.ex", "y.ex") + ", name: n, enabled: false, level: low")
    )
    assert dict(found["a"].fields) == {
        "url": "https://x.example.com",
        "events": ("push",),
        "name": "a",
        "enabled": True,
    }
    assert found["a"].declared == {"url", "events", "enabled"}
    assert found["b"].fields["enabled"] is False
    assert found["b"].declared == {"url", "events", "enabled", "name", "level"}
    assert found["a"].scope == (("repo", "r"),)


def test_disabled_where_there_is_no_switch_is_no_record(folder: Folder) -> None:
    text = subscriptions(a="provider: lipscore, url: https://a.example.com, events: [rating_created], enabled: false")
    assert folder.desired(text) == {}


def test_secrets_are_secrets(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("S", "hunter2")
    fields = (
        f"{ACME}?token=hunter2, secret: '${{env:S}}', pin: hunter2, headers: {{A: hunter2, B: 'Bearer ${{env:S}}'}}"
    )
    fields = fields.replace(
        "https://x.example.com, events: [push]?token=hunter2", "'https://x.example.com?token=hunter2', events: [push]"
    )
    found = folder.desired(subscriptions(a=fields))["a"]
    assert "hunter2" not in repr(found)
    assert found.fields["secret"].reveal() == "hunter2"
    assert found.fields["headers"]["B"].reveal() == "Bearer hunter2"
    assert str(found.fields["url"]) == "https://x.example.com?token=***"


def test_defaults_merge_one_level_deep_and_skip_what_cannot_be_held(folder: Folder) -> None:
    text = (
        "defaults: {protect: true, description: d, config: {a: 1, b: {c: 1}}, level: low, events: [push]}\n"
        + subscriptions(
            a="provider: acme, repo: r, url: https://x.example.com, protect: false, config: {b: {d: 2}}",
            b="provider: lipscore, url: https://x.example.com, events: [rating_created]",
        )
    )
    found = folder.desired(text)
    assert found["a"].fields["config"] == {"a": 1, "b": {"d": 2}}
    assert (found["a"].fields["description"], found["a"].protect) == ("d", False)
    assert found["b[rating_created]"].protect is True
    assert set(found["b[rating_created]"].fields) == {"url", "events"}


def test_unordered_arrays_are_sorted_and_others_are_not(folder: Folder) -> None:
    found = folder.desired(subscriptions(a=f"{ACME}, tags: [b, a], steps: [b, a]"))["a"]
    assert (found.fields["tags"], found.fields["steps"]) == (["a", "b"], ["b", "a"])


def test_references_make_texts(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("N", "1e3")
    found = folder.desired(
        subscriptions(a=f"{ACME}, description: '${{env:N}}', config: {{n: '${{env:N}}', l: '$${{x}}'}}")
    )
    assert found["a"].fields["description"] == "1e3"
    assert found["a"].fields["config"] == {"n": "1e3", "l": "${x}"}


def test_validate_needs_no_value_and_skips_what_depends_on_one(folder: Folder) -> None:
    fields = (
        "provider: acme, repo: '${env:R}', url: '${env:U}', events: ['${env:E}'], level: '${env:L}', pin: '${file:s}'"
    )
    assert set(folder.desired(subscriptions(a=fields, b=fields), resolve=False)) == {"a", "b"}


def test_repeated_and_unknown_events_warn(folder: Folder) -> None:
    expansion = folder.expansion(
        subscriptions(a="provider: lipscore, url: https://a.example.com, events: [ratingcreated, other, other]")
    )
    assert [(warned.address, warned.message.removeprefix(f"{folder.file}:")) for warned in expansion.warnings] == [
        ("a", "8:63: `events` repeats other"),
        ("a", "8:79: `other` is no event that the documents of Lipscore name"),
        ("a", "8:64: `ratingcreated` is no event that the documents of Lipscore name; did you mean `rating_created`?"),
    ]
    assert len(expansion.desired) == 2


def test_records_that_would_be_one_are_an_error_of_both(folder: Folder) -> None:
    other = ACME.replace("repo: r", "repo: s")
    found = folder.problems(subscriptions(a=ACME + ", name: x", b=ACME + ", name: y", c=other + ", name: z"))
    message = "3:3: `b` and `a` would be one record at `acme`: same scope, url, events"
    assert found == [f"{message}\n    remove one, or change one; the other is at {folder.file}:8:3"]


def test_what_the_provider_wants_unique_is_checked_within_a_scope(folder: Folder) -> None:
    other = ACME.replace("x.example.com", "y.example.com")
    found = folder.problems(subscriptions(a=ACME + ", name: n", b=other + ", name: n"))
    assert found[0].startswith("3:3: `b` and `a` would be one record at `acme`: same name")
    elsewhere = other.replace("repo: r", "repo: s")
    assert len(folder.desired(subscriptions(a=ACME + ", name: n", b=elsewhere + ", name: n"))) == 2


def test_a_further_field_of_the_key_makes_two_records(folder: Folder) -> None:
    fields = "provider: flightrates, url: https://x.example.com, events: [dbs], shop: "
    assert len(folder.desired(subscriptions(a=fields + "s1", b=fields + "s2"))) == 2
    assert len(folder.problems(subscriptions(a=fields + "s1", b=fields + "s1"))) == 1


def test_sealing_gives_keys_and_fingerprints(folder: Folder) -> None:
    expansion = folder.expansion(subscriptions(a=f"{ACME}, secret: s", b=ACME.replace("x.ex", "y.ex")))
    one, two = seal_all(expansion.desired, lambda text: f"<{text}>", expansion.specs)
    assert one.fields["secret"].fingerprint == "<s>"
    assert json.loads(one.key) == ["acme", [["repo", "r"]], "https://x.example.com/", ["push"]]
    assert one.key != two.key


def test_policy(folder: Folder) -> None:
    text = "policy: {max_deletes: 3, require_secret: true, require_https: false, allowed_hosts: ['*.EXAMPLE.com']}\n"
    lipscore = "provider: lipscore, url: http://a.example.com, events: [rating_created]"
    expansion = folder.expansion(text + subscriptions(a=f"{ACME}, secret: s", b=lipscore))
    assert expansion.policy.max_deletes == 3
    found = folder.problems(text + subscriptions(a=ACME, b=lipscore.replace("a.example.com", "example.com")))
    assert found[0].startswith("3:6: `secret` is missing; policy.require_secret wants one")
    assert found[1].startswith("4:32: the host example.com is not among policy.allowed_hosts")


@pytest.mark.parametrize(
    "url", ["http://localhost:1/x", "http://127.0.0.1", "http://[::1]:80/", "https://bücher.example"]
)
def test_urls_that_are_good(folder: Folder, url: str) -> None:
    assert len(folder.desired(subscriptions(a=f"provider: lipscore, url: '{url}', events: [rating_created]"))) == 1


def test_include(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = "provider: lipscore, events: [rating_created], url: 'https://{}.example.com/${{file:path}}'"
    folder.add("teams/a.yaml", subscriptions(a=entry.format("a")))
    folder.add("teams/b.yaml", "version: 1\n" + subscriptions(b=entry.format("b")))
    folder.add("teams/path", "t\n")
    found = folder.desired("include: ['teams/*.yaml', teams/a.yaml]\n")
    assert [one.fields["url"] for one in found.values()] == ["https://a.example.com/t", "https://b.example.com/t"]
    location = found["b[rating_created]"].location
    assert location is not None
    assert (Path(location.file).name, location.line) == ("b.yaml", 3)


def test_what_cannot_be_included(folder: Folder) -> None:
    entry = "provider: lipscore, events: [rating_created], url: https://a.example.com"
    folder.add("a.yaml", "include: [b.yaml]\nproviders: {}\n" + subscriptions(a=entry, b=entry))
    folder.add("b.yaml", "a: {}\n")
    folder.add("c/d.yaml", "x")
    found = folder.problems("include: [none/*, hooks.yaml, a.yaml, b.yaml, c]\n" + subscriptions(a=entry))
    found = [message.partition("\n")[0] for message in found]
    assert found[0] == "1:11: `none/*` matches no file"
    assert found[1] == "1:19: `hooks.yaml` includes the file itself"
    assert "a.yaml:1:1: unknown key `include`" in found
    assert "a.yaml:2:1: unknown key `providers`" in found
    assert "a.yaml:4:3: the subscription `a` is declared twice" in found
    assert "b.yaml:1:1: `subscriptions` is missing" in found
    assert any(message.startswith("1:47: ") and message.endswith("is a directory") for message in found)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("", "{folder}/.reconcile/state.db"),
        ("state: my.db\n", "{folder}/my.db"),
        ("state: sqlite:///my.db\n", "sqlite:///{folder}/my.db"),
        ("state: /abs/my.db\n", "/abs/my.db"),
        ("state: 's3://${env:BUCKET}/x'\n", "s3://bucket/x"),
    ],
)
def test_where_the_state_is(folder: Folder, monkeypatch: pytest.MonkeyPatch, line: str, expected: str) -> None:
    monkeypatch.setenv("BUCKET", "bucket")
    text = f"{line}subscriptions: {{}}\n"
    expected = expected.format(folder=folder.path)
    assert folder.expansion(text).state == expected
    assert state_location(folder.file) == expected


def test_the_place_of_the_state_needs_no_other_value(folder: Folder) -> None:
    folder.file.write_text("version: 1\nproviders: {lipscore: {api_key: '${env:UNSET}'}}\nsubscriptions: {}\n")
    assert state_location(folder.file).endswith("state.db")
    folder.file.write_text("version: 1\nstate: '${env:UNSET}'\nsubscriptions: {}\n")
    with pytest.raises(ConfigError, match="2:8: the environment variable UNSET is not set"):
        state_location(folder.file)
    assert load_config(folder.file, resolve=False).state is None


def test_loading_and_expanding_apart(folder: Folder) -> None:
    folder.file.write_text(
        "version: 1\nproviders: {argyle: {key_id: a, key_secret: b}}\n" + subscriptions(a="provider: argle")
    )
    config = load(folder.file)
    with pytest.raises(ConfigError, match="did you mean `argyle`"):
        expand(config, {"argyle": load_spec("argyle")}, resolve=False)


def test_secret_values_do_not_show_in_an_expansion(folder: Folder) -> None:
    expansion = folder.expansion(subscriptions(a=f"{ACME}, secret: hunter2"))
    assert "hunter2" not in repr(expansion)
    assert isinstance(expansion.desired[0].fields["secret"], Secret)


def test_the_schema_has_every_field_and_agrees_with_the_loader() -> None:
    schema = json_schema()
    subscription = schema["$defs"]["Subscription"]["properties"]
    assert {"provider", "url", "events", "secret", "name", "enabled", "protect", "for_each", "shop", "config"} <= set(
        subscription
    )
    connection = schema["$defs"]["Connection"]["properties"]
    assert {"type", "spec", "api_key", "key_id", "token", "handle", "listing", "retry"} <= set(connection)
    assert schema["properties"]["version"]["const"] == 1
    assert schema["additionalProperties"] is schema["$defs"]["Subscription"]["additionalProperties"] is False
    assert all("description" in one for one in subscription.values())
    assert "$defs" not in json.dumps({name: value for name, value in schema.items() if name != "$defs"}).replace(
        "#/$defs/", ""
    )


_VALUE: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(alphabet="ab${}:.envachky[]*/ \x00", max_size=12)
    | st.sampled_from(["${each.value}", "${env:X}", "lipscore", "https://x.example.com", "rating_created"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["lipscore", "argyle", "api_key", "provider", "url", "events", "for_each", "enabled"]),
        inner,
        max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip


@given(
    st.dictionaries(
        st.sampled_from(["version", "state", "include", "providers", "defaults", "subscriptions", "policy", "x"]),
        _VALUE,
    ),
    st.booleans(),
)
def test_no_file_ends_in_anything_but_an_expansion_or_a_config_error(
    tmp_path_factory: pytest.TempPathFactory, data: dict[str, Any], resolve: bool
) -> None:
    file = tmp_path_factory.getbasetemp() / "fuzz.yaml"
    file.write_text(json.dumps({"version": 1, "subscriptions": {}, **data}))
    with contextlib.suppress(ConfigError):
        load_config(file, resolve=resolve)
