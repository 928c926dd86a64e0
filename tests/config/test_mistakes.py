"""Every mistake gets its message and its place, and all of them in one run."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.config.conftest import Folder

MANY = """version: 1
polcy: {}
policy: {allowed_hosts: ["*.example.com"]}
providers:
  lipscore: {api_key: "${env:NO_SUCH_KEY}"}
  argyle: {key_id: a, key_sekret: b}
  flightrates: {token: t}
  flyrates: {token: t}
subscriptions:
  unknown-connection: {provider: lipscor, url: https://a.example.com, events: [rating_created]}
  no-url: {provider: lipscore, events: [rating_created]}
  bad-url: {provider: lipscore, url: nonsense, events: [rating_created]}
  cannot-hold: {provider: lipscore, url: https://b.example.com, events: [rating_created], name: x}
  no-shop: {provider: flightrates, url: https://c.example.com, events: [dbs]}
  twice: {provider: lipscore, url: https://d.example.com, events: [rating_created]}
  twice: {provider: lipscore, url: https://e.example.com, events: [rating_created]}
  clash: {provider: lipscore, url: "https://D.example.com:443", events: [rating_created]}
  bad-reference: {provider: flightrates, url: https://f.example.com, events: [dbs], shop: "${evn:X}"}
  bad-each: {provider: lipscore, url: https://g.example.com, events: [rating_created], for_each: 3}
  plain-http: {provider: lipscore, url: http://h.example.com, events: [rating_created]}
  bad-host: {provider: lipscore, url: https://evil.test, events: [rating_created]}
  wrong-type: {provider: lipscore, url: https://i.example.com, events: rating_created, protect: on}
"""

EXPECTED = [
    ("2:1", "unknown key `polcy`\n    did you mean `policy`?"),
    ("5:23", "the environment variable NO_SUCH_KEY is not set"),
    ("6:3", "the connection `argyle` lacks `key_secret`"),
    ("6:23", "the connection `argyle` (Argyle) has no key `key_sekret`\n    did you mean `key_secret`?"),
    ("8:3", "there is no provider 'flyrates'\n    did you mean flightrates?"),
    ("10:34", "there is no connection `lipscor` under `providers:`\n    did you mean `lipscore`?"),
    ("11:11", "`url` is missing"),
    ("12:38", "`url` is no URL to send to: it must begin with https://"),
    ("13:91", "lipscore has no field `name`\n    remove it; its fields are: url, events"),
    ("14:12", "`shop` is missing"),
    ("16:3", "the key `twice` stands twice in one mapping\n    the first is at"),
    ("17:3", "`clash[rating_created]` and `twice[rating_created]` would be one record"),
    ("18:91", "this reference is none that is known"),
    ("19:98", "`for_each` must be a list of texts or a mapping"),
    ("20:41", "`url` is http, and policy.require_https wants https"),
    ("21:39", "the host evil.test is not among policy.allowed_hosts"),
    ("22:72", "`events` must be a list, and this is a text"),
    ("22:97", "`protect` must be true or false, and this is a text"),
]


def test_a_file_of_many_mistakes_tells_them_all_in_one_run(folder: Folder) -> None:
    found = folder.problems(MANY, head="")
    places = [message.split(": ")[0] for message in found]
    assert places == [place for place, _ in EXPECTED]
    for message, (place, words) in zip(found, EXPECTED, strict=True):
        assert message.startswith(f"{place}: {words}")


def test_without_values_only_the_missing_variable_is_not_told(folder: Folder) -> None:
    found = folder.problems(MANY, head="", resolve=False)
    assert [message.split(": ")[0] for message in found] == [place for place, _ in EXPECTED if place != "5:23"]


GOOD = "provider: acme, repo: r, url: https://x.example.com, events: [push]"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (
            "",
            "1:20: `provider` is missing\n    name a connection under `providers:` (lipscore, argyle, ",
        ),
        ("provider: 5", "1:31: `provider` must be a text"),
        ("provider: '${env:YES}'", "1:31: `provider` cannot come from the environment or a file"),
        ("provider: acme, url: https://x.example.com, events: [push]", "1:20: `repo` is missing; Acme requires it"),
        ("provider: acme, repo: r, url: https://x.example.com", "1:20: `events` is missing; Acme requires it"),
        (f"{GOOD}, repo2: x", "1:90: acme has no field `repo2`\n    did you mean `repo`?"),
        (f"{GOOD}, secret: ''", "1:98: `secret` must not be empty"),
        (f"{GOOD}, secret: 5", "1:98: `secret` must be a text, and this is a number\n    write it in quotes"),
        (f"{GOOD}, pin: 1234", "1:95: `pin` must be a text"),
        (f"{GOOD}, secret: '${{env:UNSET}}'", "1:98: the environment variable UNSET is not set"),
        (f"{GOOD}, secret: '${{env:EMPTY}}'", "1:98: the environment variable EMPTY is empty"),
        (f"{GOOD}, headers: {{A: 1}}", "1:103: `A` must be a text, and this is a number"),
        (f"{GOOD}, headers: {{A: '${{env:EMPTY}}'}}", "1:103: the environment variable EMPTY is empty"),
        (f"{GOOD}, level: hihg", "1:97: `level` cannot be `hihg`\n    did you mean `high`?"),
        (f"{GOOD}, size: '3'", "1:96: `size` must be a whole number, and this is a text\n    write the number without"),
        (f"{GOOD}, size: true", "1:96: `size` must be a whole number, and this is `true`"),
        (f"{GOOD}, ratio: x", "1:97: `ratio` must be a number"),
        (f"{GOOD}, tags: x", "1:96: `tags` must be a list"),
        (f"{GOOD}, config: [x]", "1:98: `config` must be a mapping, and this is a list"),
        (f"{GOOD}, enabled: on", "1:99: `enabled` must be true or false, and this is a text"),
        (f"{GOOD}, enabled: '${{env:YES}}'", "1:99: `enabled` must be true or false, and this is a text"),
        (f"{GOOD}, description: ~", "1:103: `description` must be a text, and this is empty"),
        (f"{GOOD}, config: {{a: '${{each.key}}'}}", "1:102: ${each.key} stands in a subscription without for_each"),
        ("provider: acme, repo: r, url: https://x.example.com, events: []", "1:82: `events` must not be empty"),
        ("provider: acme, repo: r, url: https://x.example.com, events: [1]", "1:83: item 1 of `events` must be a text"),
        ("provider: lipscore, url: https://x.example.com, events: ['a[b']", "1:77: an event cannot hold `[`"),
        (f"{GOOD}, for_each: [a, 1]", "1:104: a key of `for_each` must be a text"),
        (f"{GOOD}, for_each: [a, a]", "1:104: `for_each` names `a` twice"),
        (f"{GOOD}, for_each: ['a[b]']", "1:101: 'a[b]' cannot be a key of `for_each`"),
        (f"{GOOD}, for_each: ['${{env:A}}']", "1:101: a key of `for_each` cannot hold a reference"),
        (f"{GOOD}, for_each: {{'': 1}}", "1:101: '' cannot be a key of `for_each`: it is empty"),
        (f"{GOOD}, for_each: ~", "1:100: `for_each` must be a list of texts or a mapping"),
    ],
)
def test_a_mistake_in_a_subscription(
    one: Callable[[str], list[str]], monkeypatch: pytest.MonkeyPatch, fields: str, expected: str
) -> None:
    monkeypatch.setenv("EMPTY", "")
    monkeypatch.setenv("YES", "true")
    found = one(fields)
    assert any(message.startswith(expected) for message in found), found


@pytest.mark.parametrize(
    "url",
    ["nonsense", "ftp://x.example.com", "https://", "https:///x", "//x.example.com", "https://x y.example.com",
     "https://x.example.com/a b", "https://x.example.com:99999", "https://x.example.com:p", "https://[::1",
     "mailto:a@example.com", "https://x.example.com/\\n", "https://\\x.example.com", "https://?a", "https://..."],
)  # fmt: skip
def test_what_is_no_url(one: Callable[[str], list[str]], url: str) -> None:
    found = one(f'provider: lipscore, events: [rating_created], url: "{url}"'.replace("\\x", "\\\\x"))
    assert len(found) == 1
    assert found[0].startswith("1:72: `url` is no URL to send to: ")


def test_no_value_of_a_reference_gets_into_a_message(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CANARY", "canary value")
    text = """subscriptions:
  a: {provider: acme, repo: "${env:CANARY}", url: "${env:CANARY}", events: [push], level: "${env:CANARY}",
      size: "${env:CANARY}", enabled: "${env:CANARY}", config: "${env:CANARY}"}
"""
    head = """version: 1
policy: {require_https: "${env:CANARY}"}
providers:
  acme: {spec: acme.yaml, token: "${env:CANARY}", environment: "${env:CANARY}", manage: "${env:CANARY}"}
  more: {spec: acme.yaml, token: "${env:CANARY}", base_url: "${env:CANARY}"}
"""
    found = folder.problems(text, head=head)
    assert len(found) == 9
    assert "canary" not in "".join(found)


def test_a_mistake_in_the_defaults_is_told_once(folder: Folder) -> None:
    text = "defaults: {protect: no, protct: 1}\nsubscriptions:\n" + "".join(
        f"  s{i}: {{provider: lipscore, url: https://x.example.com/{i}, events: [rating_created]}}\n" for i in range(3)
    )
    found = folder.problems(text)
    assert [message.partition("\n")[0] for message in found] == [
        "1:21: `protect` must be true or false, and this is a text",
        "1:25: unknown key `protct`: no provider of this file has it",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "1:1: the file is empty"),
        ("version: 2\nsubscriptions: {}\n", "1:10: `version` cannot be `2`\n    one of: 1"),
        ("subscriptions: {}\n", "1:1: `version` is missing"),
        ("version: 1\n", "1:1: `subscriptions` is missing\n    write `subscriptions: {}`"),
        ("version: 1\nsubscriptions:\n", "2:15: `subscriptions` must be a mapping, and this is empty\n    write {}"),
        ("version: 1\nsubscriptions: [a]\n", "2:16: `subscriptions` must be a mapping, and this is a list"),
        ("version: 1\nsubscriptions: {a: 5}\n", "2:20: `a` must be a mapping, and this is a number"),
        ("version: 1\nsubscriptions: {'a b': {}}\n", "2:17: 'a b' cannot be the name of a subscription"),
        ("version: 1\nsubscriptions: {'a[b]': {}}\n", "2:17: 'a[b]' cannot be the name of a subscription"),
        ("version: 1\nproviders: {'a*': {}}\nsubscriptions: {}\n", "2:13: 'a*' cannot be the name of a connection"),
        ("version: 1\nproviders: {lipscore: }\nsubscriptions: {}\n", "2:23: `lipscore` must be a mapping"),
        ("version: 1\nstate: 5\nsubscriptions: {}\n", "2:8: `state` must be a text"),
        ("version: 1\nstate: ''\nsubscriptions: {}\n", "2:8: `state` must not be empty"),
        ("version: 1\nstate: '${env:UNSET}'\nsubscriptions: {}\n", "2:8: the environment variable UNSET is not set"),
        ("version: 1\ninclude: a.yaml\nsubscriptions: {}\n", "2:10: `include` must be a list, and this is a text"),
        ("version: 1\npolicy: {max_deletes: -1}\nsubscriptions: {}\n", "2:23: `max_deletes` must be at least 0"),
        (
            "version: 1\npolicy: {max_delets: 1}\nsubscriptions: {}\n",
            "2:10: unknown key `max_delets`\n    did you mean",
        ),
        ("- a\n", "1:1: the file must be a mapping, and this is a list"),
        ("hello\n", "1:1: the file must be a mapping, and this is a text"),
    ],
)
def test_a_mistake_in_the_shape_of_the_file(folder: Folder, text: str, expected: str) -> None:
    found = folder.problems(text, head="")
    assert any(message.startswith(expected) for message in found), found


def test_a_subscription_of_an_unknown_connection_is_checked_as_far_as_it_can_be(folder: Folder) -> None:
    found = folder.problems(
        "version: 1\n"
        "providers: {argyle: {key_id: a, key_secret: b}}\n"
        "subscriptions:\n"
        "  income: {provider: argyl, url: ftp://hooks.example.com, event: [a]}\n"
        "  wages: {provider: nobody, events: created}\n",
        head="",
    )
    assert [one.partition(" ")[0].rpartition("hooks.yaml:")[2] for one in found] == [
        "4:22:",
        "4:34:",
        "4:59:",
        "5:10:",
        "5:21:",
        "5:37:",
    ]
    assert sum("unknown key `event`" in one for one in found) == 1
    assert sum("`url` is missing" in one for one in found) == 1
