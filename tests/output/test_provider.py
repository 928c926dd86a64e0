from __future__ import annotations

import json

import pytest

from reconciler.output.provider import abilities, provider_json, render_provider, render_providers
from reconciler.providers.registry import catalog, load_spec
from reconciler.providers.spec import Spec

ACME = Spec.model_validate(
    {
        "title": "Acme",
        "docs": "https://acme.example/docs",
        "environments": {"test": "https://test.acme.example"},
        "auth": [{"bearer": "token"}, {"basic": ["user", "password"]}],
        "scope": {"org": {"description": "The organisation."}},
        "notes": ["A note \x1b[2J."],
        "sources": ["https://acme.example/docs/hooks"],
        "tested": [{"against": "schema", "source": "npm acme@1.0.0", "facts": ["create", "url"]}],
        "record": {
            "url": "url",
            "events": {"at": "event", "each": "one", "known": ["a.made", "a.gone"]},
            "name": {"at": "name", "required": True},
            "secret": {"at": "secret", "read": "masked"},
            "level": {
                "at": "lvl",
                "type": "integer",
                "default": 3,
                "only_create": True,
                "source": "https://a.example/",
            },
            "mode": {"at": "mode", "values": {"fast": 1, "slow": 2}, "inferred": True},
        },
        "create": {"post": "/hooks"},
        "delete": {"delete": "/hooks/{id}", "documented": False},
    }
)


def test_abilities_tell_documented_calls_from_others() -> None:
    assert abilities(ACME) == {
        "list": "no",
        "get": "no",
        "create": "yes",
        "update": "no",
        "delete": "undocumented",
    }


def test_one_provider_as_text() -> None:
    text = render_provider("acme", ACME, color=False)
    assert text.startswith("acme: Acme\n  documents         https://acme.example/docs\n")
    for line in (
        "  base URL          none: the connection says it\n",
        "  environment test  https://test.acme.example\n",
        "  credentials       token or user and password\n",
        "  change a record in place  no: a change is a replacement\n",
        "  delete a record           no document names the call; `undocumented: [delete]`\n",
        "  org: string, required\n      The organisation.\n",
        "  url: string, required\n",
        "  name: string, default the subscription's name\n",
        "  secret: string, secret (the provider shows it masked: compared with what was\n",
        "  level: integer, cannot be changed, default 3\n      source: https://a.example/\n",
        "  mode: string, one of fast, slow, inferred\n",
        "Events seen in documents\n  a.made  a.gone\n",
        "  - A note \\x1b[2J.\n",
        "Tested against\n  - the vendor's own schema (npm acme@1.0.0): create, url\n",
    ):
        assert line in text


def test_one_provider_as_json() -> None:
    document = json.loads(json.dumps(provider_json("acme", ACME)))
    assert document["credentials"] == [["token"], ["user", "password"]]
    assert document["one_event_a_record"] is True
    assert document["tested"] == [{"against": "schema", "source": "npm acme@1.0.0", "facts": ["create", "url"]}]
    assert document["events"] == ["a.made", "a.gone"]
    fields = {field["name"]: field for field in document["fields"]}
    assert list(fields) == ["url", "events", "secret", "name", "level", "mode"]
    assert (fields["url"]["required"], fields["name"]["required"]) == (True, False)
    assert (fields["secret"]["secret"], fields["secret"]["read"]) == (True, "masked")
    assert (fields["mode"]["values"], fields["level"]["default"]) == (["fast", "slow"], 3)


def test_all_providers_as_a_table() -> None:
    lines = render_providers({"acme": ACME}, color=False).splitlines()
    assert lines[0].split() == ["PROVIDER", "LIST", "GET", "CREATE", "UPDATE", "DELETE", "EVENTS", "TITLE"]
    assert lines[1].split() == ["acme", "no", "no", "yes", "no", "yes*", "one", "Acme"]
    assert any(line.startswith("* no document") for line in lines)


@pytest.mark.parametrize("name", catalog())
def test_the_catalog_fits_eighty_columns(name: str) -> None:
    spec = load_spec(name)
    texts = render_provider(name, spec, color=False), render_providers({name: spec}, color=False)
    for line in "".join(texts).splitlines():
        assert len(line) <= 80 or len(line.split()) == 1, line
