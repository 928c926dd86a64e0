"""What is object stores' own: conditions of writes, lost answers, the history's segments, the environment."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciler.errors import StateError
from reconciler.records import Known
from reconciler.state import objects, objects_file, objects_open
from reconciler.state.base import BaseStore
from reconciler.state.grouping import Outage
from reconciler.state.model import AddHistory, Entry, PutRecord
from reconciler.state.objects_file import ObjectFile
from reconciler.state.objects_open import open_bucket
from reconciler.state.open import open_store
from tests.servers.fixtures import Place
from tests.servers.objects import BUCKET, SECRET
from tests.servers.processes import free_port
from tests.servers.proxy import Proxy, lossy

Make = Callable[..., Known]
Open = Callable[..., BaseStore[Any]]
KINDS = ("s3", "azure", "google")


@pytest.fixture
def place(places: Callable[[str], Place]) -> str:
    return places("s3")()


@pytest.fixture
def bucket(place: str) -> objects_open.Bucket:
    return open_bucket("s3", BUCKET, retries=0)


@pytest.fixture
def proxy(place: str, s3_environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    """All goes by a proxy from here on."""
    with lossy(int(s3_environment["AWS_ENDPOINT_URL"].rpartition(":")[2])) as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{proxy.port}")
        yield proxy


def _line(name: str) -> AddHistory:
    return AddHistory(Entry(name, "run", "me", "here", "create", "done"))


def _key(place: str) -> str:
    return place.partition(f"//{BUCKET}/")[2]


def _attempts(store: BaseStore[Any]) -> list[Callable[[], object]]:
    return [
        store.load,
        lambda: list(store.history()),
        lambda: store.unlock("none"),
        lambda: store.locked("test").__enter__(),
    ]


def test_a_server_that_ignores_conditions_is_refused_before_anything_is_written(
    places: Callable[[str], Place], open_at: Open
) -> None:
    place = places("careless")()
    store = open_at(place)
    for _ in range(2):
        with pytest.raises(StateError, match=r"ignores the conditions of a write.*If-None-Match"), store.locked("x"):
            pass
    assert store.load().fresh
    names = [one["path"] for many in open_bucket("s3", BUCKET, retries=0).list() for one in many]
    assert names == [f"{_key(place)}.probe"]


@pytest.mark.parametrize("ignored", ["create", "replace"])
def test_a_server_that_keeps_to_one_condition_alone_is_refused(
    place: str, open_at: Open, bucket: objects_open.Bucket, monkeypatch: pytest.MonkeyPatch, ignored: str
) -> None:
    real = ObjectFile.write

    def write(self: ObjectFile, content: bytes, version: Any, beside: str = "") -> Any:
        if (version is None) == (ignored == "create"):
            return bucket.put(self._key + beside, content)
        return real(self, content, version, beside)

    monkeypatch.setattr(ObjectFile, "write", write)
    with pytest.raises(StateError, match="ignores the conditions of a write"), open_at(place).locked("x"):
        pass


@pytest.mark.parametrize("arrives", [True, False])
@pytest.mark.parametrize("times", [1, 3])
def test_a_write_whose_answer_was_lost_happens_once(
    place: str, proxy: Proxy, open_at: Open, known: Make, arrives: bool, times: int
) -> None:
    store = open_at(place)
    with open_at(place).locked("probe"):
        pass
    proxy.lose(b"PUT", times, arrives=arrives)
    with store.locked("apply"):
        proxy.lose(b"PUT", times, arrives=arrives)
        store.commit(PutRecord(known("a")), _line("a"))
        proxy.lose(b"GET", 1, arrives=arrives)
        store.check_held()
        store.commit(PutRecord(known("b")), _line("b"))
        proxy.lose(b"PUT", times, arrives=arrives)
    with store.locked("again"):
        store.commit(PutRecord(known("c")), _line("c"))
    assert sorted(store.load().records) == ["a", "b", "c"]
    assert store.load().serial == 3
    assert [entry.at for entry in store.history()] == ["c", "b", "a"]


def test_a_lock_whose_answer_was_lost_is_ours(place: str, proxy: Proxy, open_at: Open) -> None:
    store = open_at(place)
    with store.locked("first"):
        pass
    proxy.lose(b"PUT", arrives=True)
    with store.locked("second") as holder:
        store.check_held()
        assert open_at(place).unlock(holder.id) == holder


def test_a_segment_whose_answer_was_lost_is_written_once(
    place: str, proxy: Proxy, open_at: Open, bucket: objects_open.Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(objects, "LINES", 2)
    store = open_at(place)
    with store.locked("apply"):
        for number in range(8):
            proxy.lose(b".history/", arrives=bool(number % 2))
            store.commit(_line(str(number)))
    assert [entry.at for entry in store.history()] == list("76543210")
    assert [entry.at for entry in store.history(4)] == list("7654")
    found = [one["path"] for many in bucket.list(f"{_key(place)}.history") for one in many]
    assert len(found) == 2


def test_a_server_that_stays_away_ends_the_run_in_words(
    place: str, open_at: Open, known: Make, monkeypatch: pytest.MonkeyPatch, s3_environment: dict[str, str]
) -> None:
    monkeypatch.setattr(objects_file, "PATIENCE", 0.5)
    monkeypatch.setattr(objects_open, "RETRIES", 0)
    with lossy(int(s3_environment["AWS_ENDPOINT_URL"].rpartition(":")[2])) as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{proxy.port}")
        store = open_at(place)
        held = store.locked("apply")
        held.__enter__()
        store.commit(PutRecord(known("a")))
    errors: list[Exception] = []

    def commit(number: int) -> None:
        try:
            store.commit(PutRecord(known(f"b-{number}")))
        except StateError as error:
            errors.append(error)

    threads = [threading.Thread(target=commit, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(errors) == 8
    assert {type(error) for error in errors} == {Outage}
    assert SECRET not in str(errors)
    held.__exit__(None, None, None)
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3_environment["AWS_ENDPOINT_URL"])
    assert list(open_at(place).load().records) == ["a"]


def test_commits_of_many_threads_share_writes(place: str, proxy: Proxy, open_at: Open, known: Make) -> None:
    store = open_at(place)
    with store.locked("apply"):
        before = len(proxy.seen)
        threads = [
            threading.Thread(target=store.commit, args=(PutRecord(known(str(number))), _line(str(number))))
            for number in range(64)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        puts = sum(data.startswith(b"PUT ") for data in proxy.seen[before:])
    assert store.load().serial == len(store.load().records) == 64
    assert puts < 32


def test_a_write_beside_the_lock_is_noticed_and_not_overwritten(
    place: str, open_at: Open, known: Make, bucket: objects_open.Bucket
) -> None:
    store = open_at(place)
    with store.locked("apply"):
        store.commit(PutRecord(known("a")))
        document = json.loads(bytes(bucket.get(_key(place)).bytes()))
        document["content"]["state"]["serial"] = 77
        bucket.put(_key(place), json.dumps(document).encode())
        with pytest.raises(StateError, match="does not hold its lock"):
            store.commit(PutRecord(known("b")))
    assert store.load().serial == 77


def test_an_object_that_is_gone_is_not_made_anew_under_the_lock(
    place: str, open_at: Open, known: Make, bucket: objects_open.Bucket
) -> None:
    store = open_at(place)
    with store.locked("apply"):
        store.commit(PutRecord(known("a")))
        bucket.delete(_key(place))
        with pytest.raises(StateError, match="broken"):
            store.commit(PutRecord(known("b")))
        with pytest.raises(StateError, match="broken"):
            store.check_held()


@pytest.mark.parametrize("kind", KINDS)
def test_a_bucket_that_is_not_there_is_told(places: Callable[[str], Place], kind: str, open_at: Open) -> None:
    place = places(kind)().replace(f"//{BUCKET}/", "//nowhere-at-all/")
    store = open_at(place)
    if kind == "google":  # this emulator does not tell a missing bucket from a missing object
        with pytest.raises(StateError, match=r"not there\. Create it"), store.locked("test"):
            pass
        return
    for attempt in _attempts(store):
        with pytest.raises(StateError, match=r"bucket or container is not there\. Create it"):
            attempt()


def test_wrong_credentials_are_told_and_not_shown(
    places: Callable[[str], Place], open_at: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = places("azure")()
    wrong = "d3JvbmctQ0FOQVJZ"
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_KEY", wrong)
    for attempt in _attempts(open_at(place)):
        with pytest.raises(StateError, match=r"permission was denied.*credentials of the environment") as raised:
            attempt()
        assert wrong not in repr(raised.value)
    monkeypatch.delenv("AZURE_STORAGE_ACCOUNT_KEY")
    monkeypatch.setenv("AZURE_STORAGE_SAS_TOKEN", "sv=2021-12-02&sig=CANARY-of-a-signature&sp=rw")
    for attempt in _attempts(open_at(place)):
        with pytest.raises(StateError) as raised:
            attempt()
        assert "CANARY" not in repr(raised.value)


@pytest.mark.parametrize("content", [b"", b"version: 1\n", b"[]", b'{"format": "other"}', b"\xff\xfe"])
def test_another_programs_object_is_refused_and_left_alone(
    place: str, open_at: Open, bucket: objects_open.Bucket, content: bytes
) -> None:
    bucket.put(_key(place), content)
    for attempt in _attempts(open_at(place)):
        with pytest.raises(StateError, match="another program's object"):
            attempt()
    assert bytes(bucket.get(_key(place)).bytes()) == content


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("version", 99, "written by a newer reconcile.*Update reconcile"),
        ("token", "x", "cannot be read.*token"),
        ("lock", 5, "cannot be read"),
        ("lock", {"id": "x"}, "cannot be read"),
        ("key", "!", "cannot be read"),
        ("extra", 1, "cannot be read"),
        ("sealed", True, "cannot be read"),
        ("content", 5, "cannot be read"),
        ("content", {}, "cannot be read"),
        ("content.state", {}, "cannot be read"),
        ("content.history", [{}], "cannot be read"),
        ("content.segments", [1], "cannot be read"),
    ],
)
def test_damage_is_told(
    place: str, open_at: Open, known: Make, bucket: objects_open.Bucket, path: str, value: object, message: str
) -> None:
    store = open_at(place)
    with store.locked("apply"):
        store.commit(PutRecord(known("a")), _line("a"))
    document = json.loads(bytes(bucket.get(_key(place)).bytes()))
    *parents, last = path.split(".")
    part = document
    for name in parents:
        part = part[name]
    part[last] = value
    bucket.put(_key(place), json.dumps(document).encode())
    with pytest.raises(StateError, match=message):
        open_at(place).load()


def test_a_segment_that_is_gone_or_damaged_is_told(
    place: str, open_at: Open, bucket: objects_open.Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(objects, "LINES", 1)
    with (store := open_at(place)).locked("apply"):
        store.commit(_line("1"), _line("2"))
        store.commit(_line("3"))
    (segment,) = [one["path"] for many in bucket.list(f"{_key(place)}.history") for one in many]
    bucket.put(segment, b"[5]")
    assert [entry.at for entry in store.history(1)] == ["3"]
    with pytest.raises(StateError, match="cannot be read"):
        list(store.history())
    bucket.delete(segment)
    with pytest.raises(StateError, match="cannot be read"):
        list(store.history())
    assert store.load().serial == 2


def test_plain_http_is_for_loopback_addresses(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://storage.invalid")
    with pytest.raises(StateError, match=r"cannot be read or written.*endpoint"):
        open_store(place, environ={}).load()


def test_azures_connection_string_is_taken(
    places: Callable[[str], Place], azure_environment: dict[str, str], open_at: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = places("azure")()
    for name in azure_environment:
        monkeypatch.delenv(name)
    parts = [
        "DefaultEndpointsProtocol=http",
        f"AccountName={azure_environment['AZURE_STORAGE_ACCOUNT_NAME']}",
        f"AccountKey={azure_environment['AZURE_STORAGE_ACCOUNT_KEY']}",
        f"BlobEndpoint={azure_environment['AZURE_STORAGE_ENDPOINT']}/",
    ]
    monkeypatch.setenv("AZURE_STORAGE_CONNECTION_STRING", ";".join(parts))
    with open_at(place).locked("test"):
        pass
    monkeypatch.setenv("AZURE_STORAGE_CONNECTION_STRING", "nonsense")
    with pytest.raises(StateError, match="Copy it anew"):
        open_at(place).load()


def test_a_profile_of_the_aws_tools_is_taken(
    place: str, open_at: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"):
        monkeypatch.delenv(name)
    (tmp_path / "credentials").write_text("[team]\naws_access_key_id = x\naws_secret_access_key = y\n")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_PROFILE", "team")
    with open_at(place).locked("test"):
        pass
    monkeypatch.setattr(objects_open, "find_spec", lambda name: None)
    with pytest.raises(StateError, match="pip install boto3"):
        open_at(place).load()


def test_an_address_that_nobody_listens_on_is_told_without_a_credential(
    place: str, open_at: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(objects_open, "RETRIES", 0)
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
    for attempt in _attempts(open_at(place)):
        with pytest.raises(StateError, match="Check the endpoint") as raised:
            attempt()
        assert SECRET not in repr(raised.value)
