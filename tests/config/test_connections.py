from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from reconciler.records import Secret

if TYPE_CHECKING:
    from tests.config.conftest import Folder

END = "subscriptions: {}\n"


def settings(folder: Folder, providers: str, **options: Any) -> Any:
    return folder.expansion(f"version: 1\nproviders: {{{providers}}}\n{END}", head="", **options).settings


def problems(folder: Folder, providers: str, **options: Any) -> list[str]:
    return folder.problems(f"version: 1\nproviders: {{{providers}}}\n{END}", head="", **options)


def test_defaults_of_a_connection(folder: Folder) -> None:
    one = settings(folder, "argyle: {key_id: i, key_secret: s}")["argyle"]
    assert (one.name, one.provider, one.base_url) == ("argyle", "argyle", "https://api.argyle.com/v2")
    assert {name: secret.reveal() for name, secret in one.credentials.items()} == {"key_id": "i", "key_secret": "s"}
    assert (one.adopt, one.manage_all, one.by_state) == (True, False, False)
    assert (one.timeout, one.retry, one.rate, one.concurrency, one.settle) == (30, 40, None, None, None)


def test_everything_that_a_connection_takes(folder: Folder) -> None:
    text = (
        "f: {type: flightrates, token: t, base_url: 'http://127.0.0.1:99/x/', manage: all, adopt: false,"
        " concurrency: 2, rate: 1.5, timeout: 5, retry: 0, settle: 0, listing: state, undocumented: [delete]}"
    )
    one = settings(folder, text)["f"]
    assert one.base_url == "http://127.0.0.1:99/x"
    assert (one.provider, one.adopt, one.manage_all, one.by_state) == ("flightrates", False, True, True)
    assert (one.timeout, one.retry, one.rate, one.concurrency, one.settle) == (5, 0, 1.5, 2, 0)
    assert one.undocumented == {"delete"}


def test_an_environment_is_another_address(folder: Folder) -> None:
    text = "argyle: {environment: sandbox, key_id: i, key_secret: s}"
    assert settings(folder, text)["argyle"].base_url == "https://api-sandbox.argyle.com/v2"


def test_the_first_way_whose_credentials_are_all_given_is_taken(folder: Folder) -> None:
    found = settings(
        folder,
        "a: {type: flightrates, token: t}, b: {type: flightrates, handle: h, password: p},"
        " c: {type: flightrates, token: t, handle: h, password: p},"
        " d: {spec: acme.yaml, key_id: i, key_secret: s}",
    )
    names = {name: set(one.credentials) for name, one in found.items()}
    assert names == {"a": {"token"}, "b": {"handle", "password"}, "c": {"token"}, "d": {"key_id", "key_secret"}}


def test_credentials_are_secrets_and_come_from_references(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEY", "hunter2")
    folder.add("key.txt", "from-file\n")
    found = settings(folder, "argyle: {key_id: '${env:KEY}', key_secret: '${file:key.txt}'}")["argyle"]
    assert found.credentials == {"key_id": Secret("hunter2"), "key_secret": Secret("from-file")}
    assert "hunter2" not in repr(found)


def test_without_values_there_are_no_credentials_and_none_is_needed(folder: Folder) -> None:
    text = "argyle: {key_id: '${env:UNSET}', key_secret: '${file:none}', base_url: '${env:UNSET}/x'}"
    assert settings(folder, text, resolve=False)["argyle"].credentials == {}


def test_a_server_that_may_be_open_needs_no_credentials(folder: Folder) -> None:
    assert settings(folder, "mlflow: {base_url: 'https://mlflow.test'}")["mlflow"].credentials == {}
    signed = settings(folder, "mlflow: {base_url: 'https://mlflow.test', token: t}")["mlflow"]
    assert signed.credentials == {"token": Secret("t")}


@pytest.mark.parametrize(
    ("providers", "expected"),
    [
        ("argyl: {}", "2:13: there is no provider 'argyl'\n    did you mean argyle?"),
        ("x: {type: argyl}", "2:23: there is no provider 'argyl'\n    did you mean argyle?"),
        ("x: {spec: none.yaml}", "2:23: "),
        ("x: {type: 5}", "2:23: `type` must be a text"),
        ("lipscore: {}", "2:13: the connection `lipscore` lacks `api_key`\n    Lipscore needs `api_key`"),
        ("lipscore: {api_kee: x}", "2:24: the connection `lipscore` (Lipscore) has no key `api_kee`\n    did you mean"),
        ("lipscore: {api_key: 5}", "2:33: `api_key` must be a text\n    write it in quotes"),
        ("lipscore: {api_key: }", "2:33: `api_key` must be a text\n    write it as ${env:NAME}"),
        ("lipscore: {api_key: ' '}", "2:33: `api_key` is empty"),
        ('lipscore: {api_key: "a\\r\\nX: y"}', "2:33: `api_key` holds a line break"),
        ("lipscore: {api_key: '${env:EMPTY}'}", "2:33: the environment variable EMPTY is empty"),
        ("flightrates: {handle: x}", "2:13: the connection `flightrates` lacks `password`"),
        (
            "mlflow: {base_url: 'https://mlflow.test', username: x}",
            "2:13: the connection `mlflow` lacks `password`\n    MLflow needs `username` and `password`, or `token`",
        ),
        ("lipscore: {api_key: x, environment: eu}", "2:49: Lipscore has no environment `eu`\n    it has: none"),
        (
            "argyle: {key_id: a, key_secret: b, environment: sandbax}",
            "2:61: Argyle has no environment `sandbax`\n    did",
        ),
        ("lipscore: {api_key: x, base_url: 'http://x.test'}", "2:46: `base_url` cannot be this: it must be https"),
        ("lipscore: {api_key: x, base_url: 'https://u:p@x.test'}", "2:46: `base_url` cannot be this: it holds a user"),
        (
            "lipscore: {api_key: x, base_url: 'https://x.test?a=b'}",
            "2:46: `base_url` cannot be this: it ends in a query",
        ),
        (
            "argyle: {key_id: a, key_secret: b, base_url: 'https://x.test', environment: sandbox}",
            "2:48: `environment` and",
        ),
        ("lipscore: {api_key: x, manage: al}", "2:44: `manage` cannot be `al`\n    did you mean `all`?"),
        ("lipscore: {api_key: x, adopt: no}", "2:43: `adopt` must be true or false, and this is a text"),
        ("lipscore: {api_key: x, concurrency: 0}", "2:49: `concurrency` must be greater than 0"),
        ("lipscore: {api_key: x, timeout: 0}", "2:45: `timeout` must be greater than 0"),
        ("lipscore: {api_key: x, listing: never}", "2:45: `listing` cannot be `never`"),
        ("lipscore: {api_key: x, undocumented: [delete]}", "2:51: `delete` cannot be allowed: Lipscore documents it"),
        (
            "lipscore: {api_key: x, undocumented: [update]}",
            "2:51: `update` cannot be allowed: Lipscore has no such call",
        ),
        (
            "lipscore: {api_key: x, undocumented: [delte]}",
            "2:51: item 1 of `undocumented` cannot be `delte`\n    did you",
        ),
        (
            "lipscore: {api_key: x}, b: {type: lipscore, api_key: x, manage: all, base_url: 'https://API.lipscore.com:443'}",
            "2:37: `b` and `lipscore` are one account, and one of them has `manage: all`",
        ),
    ],
)
def test_a_mistake_in_a_connection(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, providers: str, expected: str
) -> None:
    monkeypatch.setenv("EMPTY", "")
    found = problems(folder, providers)
    assert any(message.startswith(expected) for message in found), found


@pytest.mark.parametrize("base", ["http://localhost:1", "http://127.9.9.9/x", "http://[::1]:8080", "https://x.test/y"])
def test_addresses_that_are_good(folder: Folder, base: str) -> None:
    assert settings(folder, f"lipscore: {{api_key: x, base_url: '{base}'}}")["lipscore"].base_url == base


def test_two_connections_of_one_account_are_fine_where_none_manages_all(folder: Folder) -> None:
    assert len(settings(folder, "lipscore: {api_key: x}, b: {type: lipscore, api_key: x}")) == 2


def test_two_accounts_may_both_be_managed_whole(folder: Folder) -> None:
    text = "lipscore: {api_key: x, manage: all}, b: {type: lipscore, api_key: y, manage: all}"
    assert len(settings(folder, text)) == 2


def test_a_provider_file_of_the_users_own_is_checked_with_positions(folder: Folder) -> None:
    folder.add("mine.yaml", "title: Mine\nrecord: {url: {at: u, tipe: x}}\ncreate: {post: /x}\n")
    assert problems(folder, "x: {spec: mine.yaml}")[0].startswith("mine.yaml:2:23: unknown key `tipe`")


def test_a_table_without_an_address_needs_one(folder: Folder) -> None:
    folder.add("mine.yaml", "title: Mine\nrecord: {url: u}\ncreate: {post: /x}\nlist: {get: /x}\n")
    assert problems(folder, "x: {spec: mine.yaml}") == [
        "2:13: the connection `x` has no address\n    give it `base_url:`"
    ]
