"""Each kind of fault as a client meets it, and which requests it hits."""

from __future__ import annotations

import gzip
import socket
import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from pydantic import ValidationError

from reconciler.errors import ConfigError
from reconciler.sandbox import Faults, Sandbox, read_faults
from reconciler.sandbox.faults import Injector

MakeApi = Callable[..., Any]


def faults(*lines: dict[str, Any], seed: int = 0) -> Faults:
    return Faults.model_validate({"seed": seed, "faults": list(lines)})


def hit(sandbox: Sandbox, **fault: Any) -> None:
    sandbox.faults = faults({"operation": "create", "times": 1, **fault})


def test_a_status_comes_before_anything_is_done(sandbox: Sandbox, api: MakeApi) -> None:
    hit(sandbox, kind="status", status=503, retry_after=7)
    answer = api("argyle").create()
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "7")
    assert answer.json() == {"detail": "Out of order."}
    assert sandbox.records("argyle") == []
    assert sandbox.requests[-1][4:] == (503, False)
    assert api("argyle").create().status_code == 200


def test_retry_after_may_be_a_date(sandbox: Sandbox, api: MakeApi) -> None:
    hit(sandbox, kind="status", status=429, retry_after=60, retry_after_form="date")
    header = api("argyle").create().headers["Retry-After"]
    assert 50 < parsedate_to_datetime(header).timestamp() - time.time() < 70


def test_a_status_after_hides_what_was_done(sandbox: Sandbox, api: MakeApi) -> None:
    hit(sandbox, kind="status_after", status=502)
    assert api("argyle").create().status_code == 502
    assert len(sandbox.records("argyle")) == 1
    assert sandbox.requests[-1][4:] == (502, True)


@pytest.mark.parametrize(("kind", "done"), [("reset_before", 0), ("reset_after", 1)])
def test_a_reset_is_a_reset(sandbox: Sandbox, api: MakeApi, kind: str, done: int) -> None:
    hit(sandbox, kind=kind)
    with pytest.raises(requests.ConnectionError, match="reset"):
        api("argyle").create()
    assert len(sandbox.records("argyle")) == done
    assert sandbox.requests[-1][4:] == (0, bool(done))


@pytest.mark.parametrize("kind", ["delay", "delay_after"])
def test_a_client_that_gives_up_does_not_undo_what_is_done(sandbox: Sandbox, api: MakeApi, kind: str) -> None:
    hit(sandbox, kind=kind, seconds=0.3)
    with pytest.raises(requests.Timeout):
        api("argyle").create(timeout=0.1)
    at_once = len(sandbox.records("argyle"))
    assert at_once == (kind == "delay_after")
    for _ in range(100):
        if sandbox.count("argyle", "create", committed=True):
            break
        time.sleep(0.01)
    assert len(sandbox.records("argyle")) == 1


def test_half_a_body_is_cut(sandbox: Sandbox, api: MakeApi) -> None:
    hit(sandbox, kind="half_body")
    with pytest.raises(requests.exceptions.ChunkedEncodingError, match="IncompleteRead"):
        api("argyle").create()
    assert len(sandbox.records("argyle")) == 1


def test_half_a_body_of_a_delete_that_has_none(sandbox: Sandbox, api: MakeApi) -> None:
    argyle = api("argyle")
    record_id = argyle.made()
    sandbox.faults = faults({"operation": "delete", "kind": "half_body"})
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        argyle.delete(record_id)
    assert sandbox.records("argyle") == []


@pytest.mark.parametrize(("kind", "content"), [("not_json", "application/json"), ("html", "text/html; charset=utf-8")])
def test_an_answer_that_is_not_json(sandbox: Sandbox, api: MakeApi, kind: str, content: str) -> None:
    hit(sandbox, kind=kind)
    answer = api("argyle").create()
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, content)
    with pytest.raises(requests.exceptions.JSONDecodeError):
        answer.json()
    assert len(sandbox.records("argyle")) == 1


def test_an_altered_echo_is_what_is_kept(sandbox: Sandbox, api: MakeApi) -> None:
    argyle = api("argyle")
    hit(sandbox, kind="altered_echo", alter={"url": "https://hooks.example.com/other", "config.days": 3})
    made = argyle.create().json()
    assert made["url"] == "https://hooks.example.com/other"
    assert made["config"] == {"days_synced": 30, "days": 3}
    assert sandbox.records("argyle") == [made] == argyle.items(argyle.list())


def test_an_altered_echo_reorders_and_adds_by_itself(sandbox: Sandbox, api: MakeApi) -> None:
    hit(sandbox, kind="altered_echo")
    made = api("argyle").create().json()
    assert made["events"] == ["paystubs.partially_synced", "ratings.added"]
    assert made["config"] == {"days_synced": 30, "added_by_provider": True}
    assert made["added_by_provider"] is True


def test_an_error_in_a_good_status(sandbox: Sandbox, api: MakeApi) -> None:
    hit(sandbox, kind="error_in_200")
    answer = api("flightrates").create()
    assert (answer.status_code, answer.json()["error"]) == (200, True)
    assert sandbox.records("flightrates") == []


def test_a_redirect_leads_elsewhere(sandbox: Sandbox, api: MakeApi) -> None:
    hit(sandbox, kind="redirect")
    answer = api("lipscore").create(allow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (307, "https://elsewhere.invalid/")
    assert sandbox.records("lipscore") == []


def test_a_gzip_bomb_is_small_until_it_is_unpacked(sandbox: Sandbox, api: MakeApi) -> None:
    hit(sandbox, kind="gzip_bomb", size=5_000_000)
    answer = api("argyle").create(stream=True)
    packed = answer.raw.read(decode_content=False)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(packed) < 20_000
    assert len(gzip.decompress(packed)) >= 5_000_000


def test_a_huge_body_may_be_left_half_read(sandbox: Sandbox, api: MakeApi) -> None:
    hit(sandbox, kind="huge", size=5_000_000)
    answer = api("argyle").create(stream=True)
    assert int(answer.headers["Content-Length"]) >= 5_000_000
    answer.raw.read(1000)
    answer.close()
    assert api("argyle").list().status_code == 200


def test_a_page_of_a_list(api: MakeApi) -> None:
    with Sandbox(page_limit=2) as sandbox:
        argyle = api("argyle", sandbox.base_url("argyle"))
        for number in range(5):
            argyle.made(number)
        sandbox.faults = faults({"operation": "list", "kind": "status", "status": 500, "page": 2})
        first = argyle.list()
        assert first.status_code == 200
        assert argyle.session.get(first.json()["next"]).status_code == 500
        assert argyle.list().status_code == 200


def choices(injector: Injector, count: int, operation: str = "create", provider: str = "argyle") -> str:
    return "".join("x" if injector.choose(provider, operation) else "." for _ in range(count))


@pytest.mark.parametrize(
    ("limits", "hits"),
    [
        ({}, "xxxxxx"),
        ({"times": 2}, "xx...."),
        ({"after": 2}, "..xxxx"),
        ({"after": 2, "times": 1}, "..x..."),
        ({"nth": 3}, "..x..."),
        ({"after": 1, "nth": 3}, "...x.."),
        ({"rate": 0}, "......"),
        ({"rate": 1}, "xxxxxx"),
        ({"operation": "delete"}, "......"),
        ({"operation": "c*"}, "xxxxxx"),
        ({"provider": "arg?le"}, "xxxxxx"),
        ({"provider": "argyle@team2"}, "......"),
        ({"page": 1}, "......"),
    ],
)
def test_which_requests_are_hit(limits: dict[str, Any], hits: str) -> None:
    assert choices(Injector(faults({"kind": "html", **limits})), 6) == hits


def test_a_fault_is_for_all_accounts_or_for_one() -> None:
    assert choices(Injector(faults({"kind": "html", "provider": "argyle"})), 2, provider="argyle@team2") == "xx"
    assert choices(Injector(faults({"kind": "html", "provider": "argyle@*"})), 2, provider="argyle@team2") == "xx"


def test_the_first_fault_that_is_due_hits_and_the_others_count_on() -> None:
    injector = Injector(faults({"kind": "html", "nth": 2}, {"kind": "status", "times": 2}))
    kinds = [fault.kind if (fault := injector.choose("argyle", "list")) else None for _ in range(4)]
    assert kinds == ["status", "html", "status", None]


def test_chances_repeat_with_their_seed_and_only_then() -> None:
    line = {"kind": "html", "rate": 0.3}
    first = choices(Injector(faults(line, seed=1)), 300)
    assert first == choices(Injector(faults(line, seed=1)), 300)
    assert first != choices(Injector(faults(line, seed=2)), 300)
    assert 50 < first.count("x") < 130


def test_chances_of_one_fault_do_not_move_those_of_another() -> None:
    rare = {"kind": "html", "rate": 0.3, "operation": "delete"}
    alone = choices(Injector(faults({"kind": "html", "rate": 0.5, "operation": "get"}, rare)), 50, "delete")
    mixed = Injector(faults({"kind": "html", "rate": 0.5, "operation": "get"}, rare))
    choices(mixed, 20, "get")
    assert choices(mixed, 50, "delete") == alone


def test_a_file_of_faults_is_read_and_its_mistakes_are_told_with_their_places(tmp_path: Path) -> None:
    file = tmp_path / "faults.yaml"
    file.write_text(
        "seed: 7\nfaults:\n"
        "  - {provider: argyle, operation: create, kind: status, retry_after: 1}\n"
        '  - {kind: html, provider: "*"}\n'
    )
    assert [fault.kind for fault in read_faults(file).faults] == ["status", "html"]
    assert read_faults(file).seed == 7

    file.write_text("faults:\n  - {kind: statu}\n  - {kind: html, tims: 1}\n  - {kind: html, operation: crete}\n")
    with pytest.raises(ConfigError) as caught:
        read_faults(file)
    assert [problem.location and problem.location.line for problem in caught.value.problems] == [2, 3, 4]


def test_a_fault_for_nobody_is_told(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="argile"):
        sandbox.faults = faults({"kind": "html", "provider": "argile"})
    with pytest.raises(ValidationError):
        faults({"kind": "html", "rate": 2})


def test_a_raw_client_sees_the_reset_and_no_byte(sandbox: Sandbox) -> None:
    sandbox.faults = faults({"kind": "reset_after"})
    port = int(sandbox.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port)) as raw:
        raw.sendall(b"GET /lipscore/hooks?api_key=k HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        with pytest.raises(ConnectionResetError):
            raw.recv(1)
