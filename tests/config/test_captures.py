"""`capture:` says where a secret goes that the provider makes: what it may be, and where it may stand."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from reconciler.config.schema import json_schema
from reconciler.providers.registry import load_spec_file
from reconciler.records import Capture

if TYPE_CHECKING:
    from tests.config.conftest import Folder

MAKER = """
title: Maker
base_url: https://api.maker.example
auth: {bearer: token}
record:
  url: url
  events: events
  secret: {at: secret, read: on_create}
create: {post: /hooks}
"""
EITHER = MAKER.replace("at: secret, read", "at: secret, write: secret, read")
HEAD = """version: 1
providers:
  argyle: {key_id: a, key_secret: b}
  lipscore: {api_key: k}
  maker: {spec: maker.yaml, token: t}
  either: {spec: either.yaml, token: t}
"""
SUBSCRIPTION = "subscriptions: {{x: {{provider: {provider}, url: https://h.example.com/, events: [e], {more}}}}}\n"


@pytest.fixture
def makers(folder: Folder) -> Folder:
    folder.add("maker.yaml", MAKER)
    folder.add("either.yaml", EITHER)
    return folder


@pytest.fixture
def wrong(makers: Folder) -> Callable[..., list[str]]:
    def problems(more: str, provider: str = "maker") -> list[str]:
        return makers.problems(SUBSCRIPTION.format(provider=provider, more=more), head=HEAD)

    return problems


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("{file: secrets/x}", Capture("secrets/x")),
        ("{command: [vault, kv, put, -]}", Capture(None, ("vault", "kv", "put", "-"))),
    ],
)
def test_a_file_or_a_command(makers: Folder, written: str, meant: Capture) -> None:
    found = makers.desired(SUBSCRIPTION.format(provider="maker", more=f"capture: {written}"), head=HEAD)["x"]
    assert found.capture == meant
    assert found.capture is not None
    assert found.capture.folder == str(makers.path)
    assert "capture" not in found.fields
    assert "capture" not in found.declared


def test_paths_are_relative_to_the_file_that_names_them(makers: Folder) -> None:
    makers.add(
        "teams/a.yaml",
        "version: 1\nsubscriptions: {y: {provider: maker, url: https://h.example.com/, events: [e], "
        "capture: {file: y}}}\n",
    )
    found = makers.desired("include: [teams/*.yaml]\n", head=HEAD)["y"].capture
    assert found is not None
    assert found.folder == str(makers.path / "teams")


EACH = """subscriptions:
  x:
    provider: maker
    url: https://h.example.com/${each.key}
    events: [e]
    for_each: [a, b]
    capture: {file: "FILE"}
"""


def test_each_copy_has_a_file_of_its_own(makers: Folder) -> None:
    found = makers.desired(EACH.replace("FILE", "secrets/${each.key}"), head=HEAD)
    assert [one.capture.file for one in found.values() if one.capture] == ["secrets/a", "secrets/b"]


def test_two_records_cannot_share_a_file(makers: Folder) -> None:
    (problem,) = makers.problems(EACH.replace("FILE", "s"), head=HEAD)
    assert "`x[b]` and `x[a]` would write their secrets to one file, s" in problem
    assert "${each.key}" in problem


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("capture: {}", "takes either `file` or `command`"),
        ("capture: {file: a, command: [b]}", "takes either `file` or `command`"),
        ("capture: {files: a}", "`files`"),
        ("capture: {file: ''}", "`file` must not be empty"),
        ("capture: {command: []}", "`command` must not be empty"),
        ("capture: {command: vault}", "must be a list"),
        ("capture: vault", "must be a mapping"),
        ("capture: {command: [vault, '${env:HOME}']}", "seen by every process"),
        ("secret: s", "maker makes `secret` itself and takes none"),
    ],
)
def test_what_it_cannot_be(wrong: Callable[..., list[str]], more: str, message: str) -> None:
    problems = wrong(more)
    assert any(message in problem for problem in problems), problems


@pytest.mark.parametrize(("provider", "hint"), [("argyle", "say `secret: ${env:NAME}`"), ("lipscore", "remove it")])
def test_it_stands_only_where_the_provider_makes_a_secret(
    wrong: Callable[..., list[str]], provider: str, hint: str
) -> None:
    (problem,) = wrong("capture: {file: s}", provider)
    assert f"{provider} makes no secret, so there is none to capture" in problem
    assert hint in problem


def test_a_provider_that_takes_or_makes_a_secret_does_one_of_the_two(
    makers: Folder, wrong: Callable[..., list[str]]
) -> None:
    text = SUBSCRIPTION.format(provider="either", more="secret: mine")
    assert makers.desired(text, head=HEAD)["x"].fields["secret"].reveal() == "mine"
    (problem,) = wrong("secret: mine, capture: {file: s}", "either")
    assert "`secret` is given, so there is none to be captured" in problem


DEFAULTS = """defaults: {events: [e], capture: {command: [keep]}}
subscriptions:
  x: {provider: maker, url: https://h.example.com/, capture: {file: s}}
  y: {provider: argyle, url: https://h.example.com/}
  z: {provider: maker, url: https://h.example.com/z}
"""


def test_a_default_is_for_those_who_can_have_it_and_is_replaced_as_a_whole(makers: Folder) -> None:
    found = makers.desired(DEFAULTS, head=HEAD)
    assert [found[name].capture for name in "xyz"] == [Capture("s"), None, Capture(None, ("keep",))]


def test_the_policy_asks_for_no_secret_that_the_provider_makes(makers: Folder) -> None:
    text = "policy: {require_secret: true}\n" + SUBSCRIPTION.format(provider="maker", more="capture: {file: s}")
    assert "x" in makers.desired(text, head=HEAD)


def test_the_schema_has_it_where_a_provider_makes_secrets(makers: Folder) -> None:
    maker = load_spec_file(makers.path / "maker.yaml")
    properties = json_schema({"maker": maker})["$defs"]["Subscription"]["properties"]
    assert "secret" not in properties
    assert properties["capture"]["maxProperties"] == 1
    either = json_schema({"either": load_spec_file(makers.path / "either.yaml")})["$defs"]["Subscription"]["properties"]
    assert {"secret", "capture"} <= either.keys()
