"""What the user calls a state, and who the user is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from reconciler.errors import StateError
from reconciler.secrets.fingerprints import Key
from reconciler.state.actor import actor
from reconciler.state.open import open_store


@pytest.mark.parametrize(
    ("location", "made"),
    [
        ("state.db", "base/state.db"),
        (".reconcile/state.db", "base/.reconcile/state.db"),
        ("a file #1?.db", "base/a file #1?.db"),
        ("sqlite:///state.db", "base/state.db"),
        ("SQLite:///../state.db", "state.db"),
    ],
)
def test_a_relative_place_starts_from_the_base(tmp_path: Path, location: str, made: str) -> None:
    (tmp_path / "base").mkdir()
    store = open_store(location, tmp_path / "base", {})
    with store.locked("test"):
        assert (tmp_path / made).is_file()
    store.close()


@pytest.mark.parametrize("scheme", ["", "sqlite:///"])
def test_an_absolute_place_is_that(tmp_path: Path, scheme: str) -> None:
    store = open_store(f"{scheme}{tmp_path}/state.db", Path("elsewhere"), {})
    assert store.location == f"{tmp_path}/state.db"
    with store.locked("test"):
        assert (tmp_path / "state.db").is_file()
    store.close()


@pytest.mark.parametrize(
    ("location", "shown"),
    [
        ("postgresql://me:hush@db.example.com:5432/hooks?sslmode=require", "postgresql://db.example.com:5432/hooks"),
        ("postgres://me:hush@/hooks?host=/run/pg&schema=team_a", "postgresql:///hooks?schema=team_a"),
        ("POSTGRESQL://one:1,two:2/hooks?password=hush&sslpassword=hush", "postgresql://one:1,two:2/hooks"),
        ("s3://bucket/teams/a.json", "s3://bucket/teams/a.json"),
        ("gs://bucket/a", "gs://bucket/a"),
        ("az://container/a/", "az://container/a"),
    ],
)
def test_a_shared_place_is_opened_without_asking_it_and_shown_without_credentials(location: str, shown: str) -> None:
    assert open_store(location, environ={}).location == shown


@pytest.mark.parametrize(
    ("location", "message"),
    [
        ("mysql://me:hush@db/x", "mysql:// is not known"),
        ("file:///x?token=hush", "file:// is not known"),
        ("s3://bucket/key?secret=hush", "come from the environment"),
        ("s3://me:hush@bucket/key", "come from the environment"),
        ("az://container/key?sig=hush", "CONTAINER/KEY"),
        ("s3://bucket", "names no object"),
        ("s3://bucket/a/../b", "names no object"),
        ("gs:///key", "names no object"),
        ("postgresql://me:hush@db/x?nonsense=1", r"Write postgresql://user@host"),
        ("postgresql://me:hush@db/x?schema=Team-A", "lower-case letters"),
    ],
)
def test_no_place_at_all_is_refused_in_words_without_credentials(location: str, message: str) -> None:
    with pytest.raises(StateError, match=message) as raised:
        open_store(location, environ={})
    assert "hush" not in str(raised.value)


@pytest.mark.parametrize(
    ("location", "package", "extra"),
    [("postgresql://db/x", "psycopg", "postgres"), ("s3://bucket/key", "obstore", "objects")],
)
def test_a_package_that_is_not_installed_is_named(
    monkeypatch: pytest.MonkeyPatch, location: str, package: str, extra: str
) -> None:
    monkeypatch.setattr("reconciler.state.open.find_spec", lambda name: None)
    with pytest.raises(StateError, match=rf"package {package} is needed.*\[{extra}\]"):
        open_store(location, environ={})


def test_the_drivers_are_loaded_for_their_kind_only(tmp_path: Path) -> None:
    script = (
        "import sys; from reconciler.state.open import open_store; store = open_store(sys.argv[1], environ={});"
        "print([name for name in ('psycopg', 'obstore', 'cryptography', 'sqlite3') if name in sys.modules])"
    )
    for location, expected in ((tmp_path / "s.db", ["sqlite3"]), ("postgresql://db/x", ["psycopg"])):
        command = [sys.executable, "-c", script, str(location)]
        assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip() == str(expected)


@pytest.mark.parametrize(
    ("environ", "message"),
    [({"RECONCILE_STATE_ENCRYPT": "1"}, "no key to encrypt with"), ({"RECONCILE_STATE_ENCRYPT": "maybe"}, "1 or 0")],
)
def test_what_cannot_be_meant_by_the_keys_is_refused(environ: dict[str, str], message: str) -> None:
    with pytest.raises(StateError, match=message):
        open_store("state.db", environ=environ)


@pytest.mark.parametrize("location", ["", "sqlite://", "sqlite:///", "sqlite://state.db", "a\0b"])
def test_a_place_without_a_path_is_refused(location: str) -> None:
    with pytest.raises(StateError, match=r"path|PATH"):
        open_store(location)


def test_the_key_is_taken_from_the_environment_where_it_is_set(tmp_path: Path) -> None:
    given = open_store("state.db", tmp_path, {"RECONCILE_STATE_KEY": "a phrase"})
    assert given.fingerprint("x") == Key.from_text("a phrase").fingerprint("x")
    empty = open_store("state.db", tmp_path, {"RECONCILE_STATE_KEY": ""})
    assert empty.fingerprint("x") != Key.from_text("").fingerprint("x")


def test_a_pipeline_names_the_person() -> None:
    assert actor({"GITHUB_ACTOR": "octo", "USER": "runner"}) == "octo"
    assert actor({"GITHUB_ACTOR": "", "GITLAB_USER_LOGIN": "tanuki", "USER": "runner"}) == "tanuki"
    assert actor({"USER": "alice"}) == "alice"
    assert actor({"USER": "al\udcffice"}) == "al\\udcffice"
    assert actor({})


def test_a_number_without_a_name_is_somebody(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise KeyError("getpwuid(): uid not found")

    monkeypatch.setattr("getpass.getuser", nobody)
    assert actor({}).startswith(("uid ", "unknown"))
