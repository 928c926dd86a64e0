"""What the user calls a state, and who the user is."""

from __future__ import annotations

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
    "location", ["postgresql://me:hush@db/x", "s3://bucket/key?secret=hush", "gs://b/k", "az://b/k", "file:///x"]
)
def test_other_kinds_are_refused_in_words_without_credentials(location: str) -> None:
    with pytest.raises(StateError, match="SQLite file only") as raised:
        open_store(location)
    assert "hush" not in str(raised.value)


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
