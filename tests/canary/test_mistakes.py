"""No message about a mistake shows what stands beside it, or what a variable gave."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.canary.conftest import with_choices
from tests.canary.marked import secret

if TYPE_CHECKING:
    from tests.canary.conftest import World


LITERAL = json.dumps(secret("literal"))
BROKEN = {
    "an unknown key": "providers: {argyle: {key_id: a, key_secret: b, key_sekret: LITERAL}}",
    "an unknown field": "subscriptions: {x: {provider: argyle, url: 'https://h', events: [a], sekret: LITERAL}}",
    "a list for a text": "subscriptions: {x: {provider: argyle, url: 'https://h', events: [a], secret: [LITERAL]}}",
    "a mapping for a text": "providers: {argyle: {key_id: a, key_secret: {b: LITERAL}}}",
    "a text for a mapping": "subscriptions: {x: {provider: acme, url: 'https://h', events: [a], headers: LITERAL}}",
    "a list within": "subscriptions: {x: {provider: acme, url: 'https://h', events: [a], headers: {a: [LITERAL]}}}",
    "no YAML": "providers: {argyle: {key_id: a, key_secret: LITERAL",
    "a key twice": "providers: {argyle: {key_id: a, key_secret: LITERAL, key_secret: LITERAL}}",
    "an odd reference": "providers: {argyle: {key_id: a, key_secret: '${LITERALCORE}'}}",
    "a reference not closed": "providers: {argyle: {key_id: a, key_secret: 'LITERALCORE${env:X'}}",
    "a tag": "providers: {argyle: {key_id: a, key_secret: !secret LITERAL}}",
    "a bad URL": "subscriptions: {x: {provider: argyle, url: 'https://u:LITERALCORE@h:x/?key=LITERALCORE'}}",
    "a plain URL": "subscriptions: {x: {provider: argyle, url: 'http://u:LITERALCORE@h/?key=LITERALCORE'}}",
    "a bad base URL": "providers: {argyle: {base_url: 'https://u:LITERALCORE@h', key_id: a, key_secret: b}}",
    "a number": "providers: {argyle: {key_id: a, key_secret: 1}, studiewinkel: {token: LITERAL, tokens: LITERAL}}",
    "two alike": "subscriptions: {x: {provider: lipscore, url: 'https://h/?token=LITERALCORE', events: [a]}, "
    "y: {provider: lipscore, url: 'https://h/?token=LITERALCORE', events: [a]}}",
}  # fmt: skip
PROVIDERS = "providers: {argyle: {key_id: a, key_secret: b}, lipscore: {api_key: k}, acme: {spec: acme.yaml, key: k}}\n"


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN.keys())
def test_no_mistake_in_the_file_shows_what_stands_beside_it(world: World, text: str) -> None:
    head = "version: 1\n" + ("" if text.startswith("providers") else PROVIDERS)
    tail = "\nsubscriptions: {}\n" if text.startswith("providers") else "\n"
    core = secret("literal")[:18]
    written = head + text.replace("LITERALCORE", core).replace("LITERAL", LITERAL) + tail
    (world.folder / "hooks.yaml").write_text(written)
    for command in ("validate", "plan"):
        world.run(command, "-vv", codes=(0, 1))
    (world.folder / "hooks.yaml").unlink()


@pytest.mark.parametrize("name", ["ARGYLE_SECRET", "ARGYLE_SIGNING", "ACME_URL", "ACME_HEADER", "LIPSCORE_KEY"])
def test_no_mistake_in_a_variable_shows_it(world: World, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, f"{secret('literal')}\n\x1b[31m{secret('literal')}")
    world.run("plan", "-vv", codes=(0, 1))
    world.run("apply", "--auto-approve", "-vv", codes=(0, 1))


ODD = {
    "a field of few values": "subscriptions: {x: {provider: acme, url: 'https://h', events: [a], level: '${env:ODD}'}}",
    "a field of another type": "subscriptions: {x: {provider: acme, url: 'https://h', size: '${env:ODD}'}}",
    "a connection's choice": "providers: {argyle: {listing: '${env:ODD}', key_id: a, key_secret: b}}",
    "an environment": "providers: {argyle: {environment: '${env:ODD}', key_id: a, key_secret: b}}",
    "an address": "providers: {argyle: {base_url: 'ftp://${env:ODD}', key_id: a, key_secret: b}}",
    "a connection's name": "subscriptions: {x: {provider: '${env:ODD}', url: 'https://h', events: [a]}}",
    "the state": "state: 'redis://u:${env:ODD}@h/x'",
    "a state in PostgreSQL": "state: 'postgresql://u:${env:ODD}@127.0.0.1:1/x'",
    "a state in a bucket": "state: 's3://u:${env:ODD}@bucket/key'",
    "a URL whose password is not quoted": "subscriptions: {x: {provider: argyle, url: 'https://u:${env:ODD}@h/'}}",
    "a host": "policy: {allowed_hosts: ['${env:ODD}']}",
}


@pytest.mark.parametrize("text", ODD.values(), ids=ODD.keys())
def test_no_value_of_a_reference_is_quoted(world: World, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Whatever the key: a message shows what stands in the file, not what a variable gave."""
    monkeypatch.setenv("ODD", secret("literal"))
    (world.folder / "acme.yaml").write_text(yaml.safe_dump(with_choices()))
    head = "version: 1\n" + ("" if text.startswith("providers") else PROVIDERS)
    tail = "" if text.startswith("subscriptions") else "\nsubscriptions: {}\n"
    (world.folder / "hooks.yaml").write_text(f"{head}{text}{tail}")
    for command in ("validate", "plan"):
        world.run(command, "-vv", codes=(0, 1))
