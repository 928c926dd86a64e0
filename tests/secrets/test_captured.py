"""Secrets that a provider makes, from the create to their sink, through the command line."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from reconciler.sandbox import Faults
from reconciler.secrets import keeping

if TYPE_CHECKING:
    from tests.secrets.conftest import Place

FILE = {"file": "secret.txt"}
DONE = [("create", "not_at_provider", "done")]


def faults(**fault: Any) -> Faults:
    return Faults.model_validate({"faults": [fault]})


def test_the_secret_of_a_create_goes_to_its_file_once(place: Place) -> None:
    place.write("makes", capture=FILE)
    planned = place.plan()
    assert planned.json["changes"][0]["capture"] == FILE
    assert planned.warnings == []
    applied = place.apply("-vv")
    assert (applied.code, applied.changes) == (0, DONE)
    secret = place.record("makes")["secret"]
    target = place.folder / "secret.txt"
    assert target.read_text() == secret
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert secret not in applied.out + applied.err + place.state()
    assert place.plan().json["changes"] == []
    target.unlink()
    assert place.apply().changes == []
    assert not target.exists()
    lines = [(one["operation"], one["outcome"], one["detail"]) for one in place.run("history", "--format", "json").json]
    assert lines[:2] == [("capture", "done", "the file secret.txt"), ("create", "done", None)]


def test_a_command_takes_it_on_its_input(place: Place, taker: Callable[[str], list[str]]) -> None:
    command = [*taker('cat > "got-$RECONCILE_ADDRESS-$1"; echo "stored as $RECONCILE_RECORD_ID"'), "here"]
    place.write("makes", capture={"command": command})
    applied = place.apply("-v")
    assert applied.code == 0
    record = place.record("makes")
    assert (place.folder / "got-one-here").read_text() == record["secret"]
    assert f"./take took the secret: stored as {record['id']}" in applied.err


def test_the_plan_says_where_it_goes_and_warns_where_it_goes_nowhere(place: Place) -> None:
    place.write("makes", capture={"command": ["sh", "-c", "cat"]})
    assert "its secret goes to the command sh -c cat" in place.run("plan").out
    place.write("makes")
    assert "makes its secret and shows it once, to nobody here" in place.plan().warnings[0]
    applied = place.apply()
    assert (applied.code, applied.changes) == (0, DONE)
    assert place.record("makes")["secret"] not in applied.out + applied.err + place.state()
    assert place.plan().warnings == []


@pytest.mark.parametrize(
    ("capture", "message"),
    [
        ({"file": "nowhere/secret.txt"}, "No such file or directory"),
        ({"command": ["./no-such-program"]}, "is not there or cannot be executed"),
    ],
)
def test_the_sink_is_checked_before_anything_is_sent(place: Place, capture: Any, message: str) -> None:
    place.write("makes", capture=capture)
    applied = place.apply()
    assert applied.code == 1
    assert message in applied.error
    assert "nothing was sent" in applied.error
    assert place.count("makes", "create") == 0
    assert place.run("state", "list").err == ""


def test_without_the_package_that_keeps_it_nothing_is_sent(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "find_spec", lambda name: None)
    place.write("makes", capture=FILE)
    applied = place.apply()
    assert "webhook-reconciler[encryption]" in applied.error
    assert place.count("makes", "create") == 0


def test_a_replacement_is_not_begun_for_a_sink_that_is_not_there(place: Place) -> None:
    place.write("makes", capture=FILE)
    assert place.apply().code == 0
    place.write("makes", capture={"file": "nowhere/secret.txt"}, description="changed")
    applied = place.apply()
    assert applied.changes == [("replace", "immutable_field_changed", "failed")]
    assert (place.count("makes", "create"), place.count("makes", "delete")) == (1, 0)


def test_a_sink_that_fails_afterwards_loses_nothing(place: Place, taker: Callable[[str], list[str]]) -> None:
    command = taker("cat; exit 7")
    place.write("makes", capture={"command": command})
    applied = place.apply("-vv")
    secret = place.record("makes")["secret"]
    assert applied.code == 1
    assert applied.changes == [("create", "not_at_provider", "failed")]
    assert "ended with exit code 7: (sensitive). It is kept in the state, encrypted" in applied.error
    assert applied.json["changes"][0]["id_after"] == place.record("makes")["id"]
    assert secret not in applied.out + applied.err + place.state()
    assert secret not in place.run("state", "pull").out + place.run("state", "show", "one").out

    planned = place.plan("--detailed-exitcode")
    assert (planned.code, planned.changes) == (2, [("update", "secret_kept", None)])
    assert "will have its secret handed over" in place.run("plan").out
    again = place.apply()
    assert (again.code, again.changes) == (1, [("update", "secret_kept", "failed")])

    taker("cat > got")
    last = place.apply()
    assert (last.code, last.changes) == (0, [("update", "secret_kept", "done")])
    assert (place.folder / "got").read_text() == secret
    assert place.plan().json["changes"] == []
    assert place.count("makes", "create") == 1


def test_a_kept_secret_goes_where_the_file_says_by_then(place: Place, taker: Callable[[str], list[str]]) -> None:
    place.write("makes", capture={"command": taker("exit 1")})
    assert place.apply().code == 1
    place.write("makes")
    planned = place.plan()
    assert planned.json["changes"] == []
    assert "kept in the state, encrypted, for no `capture` says where it should go" in planned.warnings[0]
    place.write("makes", capture=FILE)
    assert place.apply().code == 0
    assert (place.folder / "secret.txt").read_text() == place.record("makes")["secret"]


def test_a_kept_secret_goes_along_with_a_move_and_another_change(
    place: Place, taker: Callable[[str], list[str]]
) -> None:
    place.write("renews", capture={"command": taker("exit 1")})
    assert place.apply().code == 1
    assert place.run("state", "mv", "one", "two").code == 0
    assert place.run("state", "mv", "two", "one").code == 0
    taker("cat > got")
    place.write("renews", capture={"command": ["./take"]}, description="changed")
    applied = place.apply()
    assert (applied.code, applied.changes) == (0, [("update", "field_changed", "done")])
    assert (place.folder / "got").read_text() == place.record("renews")["secret"]


def test_the_old_half_of_a_replacement_stays_until_the_new_secret_has_arrived(
    place: Place, taker: Callable[[str], list[str]]
) -> None:
    command = taker("cat > got")
    place.write("makes", capture={"command": command})
    assert place.apply().code == 0
    taker("exit 1")
    place.write("makes", capture={"command": command}, description="changed")
    for _ in range(2):
        assert place.apply().code == 1
        assert len(place.sandbox.records("makes")) == 2
    taker("cat > got")
    assert place.apply().code == 0
    assert (place.folder / "got").read_text() == place.record("makes")["secret"]
    assert place.plan().json["changes"] == []


@pytest.mark.parametrize("kind", ["reset_after", "status_after", "half_body", "html"])
def test_a_lost_answer_is_said_and_so_is_the_way_on(place: Place, kind: str) -> None:
    place.write("renews", capture=FILE)
    place.sandbox.faults = faults(kind=kind, operation="create", times=1)
    applied = place.apply()
    assert applied.code == 1
    assert f"it is there, as {place.record('renews')['id']}" in applied.error
    assert "`reconcile rotate one` makes a new one" in applied.error
    assert not (place.folder / "secret.txt").exists()
    planned = place.plan()
    assert planned.json["changes"] == []
    assert "never captured" in planned.warnings[0]
    assert place.rotate().code == 0
    assert (place.folder / "secret.txt").read_text() == place.record("renews")["secret"]
    assert place.plan().warnings == []


def test_what_a_dead_run_had_made_is_found_without_its_secret(place: Place) -> None:
    place.write("renews", capture=FILE)
    place.sandbox.faults = Faults.model_validate(
        {
            "faults": [
                {"kind": "reset_after", "operation": "create"},
                {"kind": "status", "operation": "list", "after": 1},
            ]
        }
    )
    assert place.apply().changes == [("create", "not_at_provider", "unknown")]
    place.sandbox.faults = Faults()
    planned = place.plan()
    assert planned.json["changes"] == []
    assert any("never captured" in one for one in planned.warnings)


def test_the_secret_is_handed_over_again_where_that_could_not_be_recorded(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    from reconciler.applying.ledger import Ledger
    from reconciler.errors import StateError

    commit = Ledger.commit

    def failing(self: Ledger, *operations: Any) -> None:
        if any(getattr(getattr(one, "entry", None), "operation", "") == "capture" for one in operations):
            raise StateError("the disk is full")
        commit(self, *operations)

    monkeypatch.setattr(Ledger, "commit", failing)
    place.write("makes", capture=FILE)
    applied = place.apply()
    assert applied.changes == [("create", "not_at_provider", "unknown")]
    assert "so it will go there again: the disk is full" in applied.error
    monkeypatch.undo()
    monkeypatch.chdir(place.folder)
    (place.folder / "secret.txt").unlink()
    assert place.apply().changes == [("update", "secret_kept", "done")]
    assert (place.folder / "secret.txt").read_text() == place.record("makes")["secret"]


def test_a_reviewed_plan_goes_on_where_its_sink_failed(place: Place, taker: Callable[[str], list[str]]) -> None:
    place.write("makes", capture={"command": taker("exit 1")})
    assert place.run("plan", "--out", "saved.plan").code == 0
    assert place.run("apply", "saved.plan").code == 1
    taker("cat > got")
    again = place.run("apply", "saved.plan", "--format", "json")
    assert (again.code, again.changes) == (0, [("update", "secret_kept", "done")])
    assert (place.folder / "got").read_text() == place.record("makes")["secret"]


def test_a_reviewed_plan_takes_the_secret_nowhere_else(place: Place, taker: Callable[[str], list[str]]) -> None:
    place.write("makes", capture={"command": taker("exit 1")})
    assert place.run("plan", "--out", "saved.plan").code == 0
    assert place.run("apply", "saved.plan").code == 1
    place.write("makes", capture=FILE)
    refused = place.run("apply", "saved.plan", "--format", "json")
    assert refused.code == 1
    assert "not what was reviewed" in refused.json["refusals"][0]
    assert not (place.folder / "secret.txt").exists()


def test_a_state_of_another_key_cannot_give_the_kept_secret_away(
    place: Place, taker: Callable[[str], list[str]]
) -> None:
    place.write("makes", capture={"command": taker("exit 1")})
    assert place.apply().code == 1
    pulled = json.loads(place.run("state", "pull").out)
    (place.folder / "pulled.json").write_text(json.dumps(pulled))
    other = ["--state", str(place.folder / "other.db")]
    assert place.run("state", "push", "pulled.json", "--force", *other).code == 0
    taker("cat > got")
    applied = place.apply(*other)
    assert applied.code == 1
    assert "kept under another key" in applied.error
    assert not (place.folder / "got").exists()


def test_adopting_says_that_the_secret_is_not_to_be_had(place: Place) -> None:
    place.sandbox.insert("renews", {"url": "https://hooks.example.com/one", "events": ["a"]})
    place.write("renews", capture=FILE)
    assert place.apply().changes == [("adopt", "equal_record_found", "done")]
    assert "`reconcile rotate one` makes a new one" in place.plan().warnings[0]
