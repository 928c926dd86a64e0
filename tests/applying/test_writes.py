"""One write: what every answer comes to, and that none is sent again that may have been carried out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from reconciler.errors import Ambiguous, NotSent, Refused
from reconciler.records import Secret
from tests.applying.bench import (
    Bench,
    FakeConnection,
    actions,
    dropped,
    failing,
    hidden,
    late,
    lost,
    outcomes,
    unreadable,
    wanted,
    well,
)


def ids(bench: Bench) -> dict[str, str]:
    return {address: one.id for address, one in bench.state().records.items()}


def test_a_create_is_recorded_with_what_was_sent_and_what_came_of_it(bench: Bench) -> None:
    bench.there.alter = {"events": ("e", "f")}
    result = bench.apply(wanted(events=["e"]))
    assert (outcomes(result), result.ok) == ({"hook": "done"}, True)
    known = bench.state().records["hook"]
    assert (known.id, known.sent["events"]) == ("acme-1", ("e",))
    assert known.echo is not None
    assert known.echo["events"] == ("e", "f")
    assert bench.state().intents == {}
    assert bench.plan_is_empty(wanted(events=["e"]))


@pytest.mark.parametrize("how", [lost, late])
def test_a_create_whose_answer_is_lost_is_found_and_not_sent_again(bench: Bench, how: Any) -> None:
    bench.there.writes = [how]
    assert outcomes(bench.apply(wanted())) == {"hook": "done"}
    assert bench.there.calls == [("create", "")]
    assert ids(bench) == {"hook": "acme-1"}
    assert bench.plan_is_empty(wanted())


def test_a_create_that_did_nothing_is_sent_again_after_two_reads(bench: Bench) -> None:
    reads: list[str] = []

    def read(do: Callable[[], Any]) -> Any:
        reads.append(bench.there.calls[-1][0] if bench.there.calls else "before")
        return do()

    bench.there.writes, bench.there.reads = [dropped], [read] * 9
    assert outcomes(bench.apply(wanted())) == {"hook": "done"}
    assert bench.there.calls == [("create", "")] * 2
    assert reads == ["before", "create", "create", "create"]  # the plan, twice for what is absent, and the echo
    assert len(bench.there.records) == 1


def test_what_shows_only_on_the_second_read_is_found(bench: Bench) -> None:
    bench.there.writes, bench.there.reads = [late], [well, lambda do: ()]
    assert outcomes(bench.apply(wanted())) == {"hook": "done"}
    assert len(bench.there.records) == 1


def test_a_create_is_given_up_after_three_tries(bench: Bench) -> None:
    bench.there.writes = [dropped] * 9
    result = bench.apply(wanted())
    assert outcomes(result) == {"hook": "failed"}
    assert "tried 3 times" in str(result.outcomes[0].error)
    assert len(bench.there.calls) == 3
    assert bench.state().intents == {}


@pytest.mark.parametrize("error", [Refused("400 Bad Request", 400), NotSent("429 Too Many Requests")])
def test_a_clear_refusal_is_final_and_leaves_no_intent(bench: Bench, error: Exception) -> None:
    bench.there.writes = [failing(error)]
    result = bench.apply(wanted("a"), wanted("b", "b"))
    assert outcomes(result) == {"a": "failed", "b": "done"}
    assert not result.ok
    assert result.outcomes[0].error == str(error)
    assert (set(ids(bench)), bench.state().intents) == ({"b"}, {})


def test_where_nothing_can_be_read_the_intent_stays_and_the_next_run_takes_it_up(bench: Bench) -> None:
    bench.there.writes, bench.there.reads = [lost], [well, unreadable, unreadable, unreadable]
    result = bench.apply(wanted())
    assert outcomes(result) == {"hook": "unknown"}
    assert "outcome unknown" in str(result.outcomes[0].error)
    assert not result.ok
    assert len(bench.state().intents) == 1
    bench.there.reads.clear()
    assert outcomes(bench.apply(wanted())) == {}
    assert "taken over" in bench.recovery.notes[0][1]
    assert ids(bench) == {"hook": "acme-1"}
    assert bench.there.calls == [("create", "")]


def test_nothing_is_planned_for_an_address_of_unknown_outcome(bench: Bench) -> None:
    bench.there.writes, bench.there.reads = [lost], [well, unreadable, unreadable]
    bench.apply(wanted())
    bench.there.reads = [unreadable]
    result = bench.apply(wanted())
    assert (outcomes(result), result.ok) == ({}, False)
    assert len(bench.there.calls) == 1


def test_what_could_not_be_read_is_looked_for_once_more_in_the_end(bench: Bench) -> None:
    bench.there.writes, bench.there.reads = [lost], [well, unreadable]
    result = bench.apply(wanted())
    assert (outcomes(result), result.ok) == ({"hook": "done"}, True)
    assert result.outcomes[0].id_after == "acme-1"


def test_nothing_found_in_the_end_either_is_a_failure_and_no_longer_unknown(bench: Bench) -> None:
    bench.there.writes, bench.there.reads = [dropped], [well, unreadable]
    result = bench.apply(wanted())
    assert outcomes(result) == {"hook": "failed"}
    assert bench.state().intents == {}


def test_a_replacement_found_in_the_end_goes_on_with_its_old_half(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(FakeConnection(ability=hidden(cannot={"update": "no"})))
    bench.apply(wanted(level=1))
    bench.there.writes, bench.there.reads = [lost], [well, unreadable]
    result = bench.apply(wanted(level=2))
    assert (outcomes(result), result.ok) == ({"hook": "done"}, True)
    assert [one.fields["level"] for one in bench.there.records.values()] == [2]
    assert bench.plan_is_empty(wanted(level=2))


def test_without_a_list_it_says_that_it_cannot_know_and_how_to_tell_it(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(FakeConnection(can_list=False))
    bench.there.writes = [lost]
    result = bench.apply(wanted())
    assert outcomes(result) == {"hook": "unknown"}
    for way in ("reconcile import hook ID", "reconcile state rm hook"):
        assert way in str(result.outcomes[0].error)
    again = bench.apply(wanted())
    assert (outcomes(again), again.ok) == ({}, False)
    assert "reconcile import hook ID" in again.plan.unknown[0].error
    assert len(bench.there.calls) == 1


# A 409


def taken(bench: Bench, **fields: Any) -> str:
    """Another writer's record comes about after the plan was made, in the place of ours."""
    made: list[str] = []

    def conflict(do: Callable[[], Any]) -> Any:
        made.append(bench.there.put({**wanted().fields, **fields}).id)
        raise Refused("409 Conflict", 409)

    bench.there.writes = [conflict]
    return f"acme-{bench.there.number + 1}"


def test_a_twin_behind_a_409_is_adopted(bench: Bench) -> None:
    twin = taken(bench)
    result = bench.apply(wanted())
    assert (outcomes(result), result.outcomes[0].id_after) == ({"hook": "done"}, twin)
    assert bench.there.calls == [("create", "")]
    assert bench.plan_is_empty(wanted())


def test_a_twin_behind_a_409_that_differs_is_left_to_the_next_plan(bench: Bench) -> None:
    twin = taken(bench, level=9)
    result = bench.apply(wanted(level=1))
    assert outcomes(result) == {"hook": "failed"}
    assert twin in str(result.outcomes[0].error)
    assert actions(bench.apply(wanted(level=1)).plan) == {"hook": "adopt"}
    assert bench.there.records[(), twin].fields["level"] == 1
    assert bench.plan_is_empty(wanted(level=1))


def test_a_twin_behind_a_409_is_left_where_adoption_is_off(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(FakeConnection(ability=hidden(adopt=False)))
    taken(bench)
    assert outcomes(bench.apply(wanted())) == {"hook": "failed"}
    assert (bench.state().records, bench.state().intents) == ({}, {})


def test_a_409_to_our_own_second_try_is_ours_even_where_adoption_is_off(make_bench: Callable[..., Bench]) -> None:
    """The first try was slow: it is absent from two reads, and there when it is sent again."""
    bench = make_bench(FakeConnection(ability=hidden(adopt=False, unique=(("url",),))))
    slow: list[Callable[[], Any]] = []

    def slowly(do: Callable[[], Any]) -> Any:
        slow.append(do)
        raise Ambiguous("no answer within 30 s", timed_out=True)

    def now(do: Callable[[], Any]) -> Any:
        slow[0]()
        return do()

    bench.there.writes = [slowly, now]
    assert outcomes(bench.apply(wanted())) == {"hook": "done"}
    assert len(bench.there.records) == 1
    assert ids(bench) == {"hook": "acme-1"}


def test_a_409_without_a_twin_is_a_failure(bench: Bench) -> None:
    bench.there.writes = [failing(Refused("409 Conflict", 409))]
    assert outcomes(bench.apply(wanted())) == {"hook": "failed"}
    assert bench.state().intents == {}


def test_a_409_whose_twin_cannot_be_read_is_a_failure_that_left_nothing(bench: Bench) -> None:
    bench.there.writes, bench.there.reads = [failing(Refused("409 Conflict", 409))], [well, unreadable]
    assert outcomes(bench.apply(wanted())) == {"hook": "failed"}
    assert bench.state().intents == {}


def test_a_record_that_another_address_holds_is_never_a_twin(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(FakeConnection(ability=hidden(unique=(("url",),), key=("scope", "url"))))
    bench.apply(wanted("one"))
    bench.there.writes = [failing(Refused("409 Conflict", 409))]
    result = bench.apply(wanted("one"), wanted("two", events=["f"]))
    assert outcomes(result) == {"two": "failed"}
    assert set(ids(bench)) == {"one"}


# Updates


def sealed(text: str) -> Secret:
    return Secret(text, f"print of {text}")


def test_an_update_whose_answer_is_lost_is_found(bench: Bench) -> None:
    bench.apply(wanted(level=1))
    bench.there.calls.clear()
    bench.there.writes = [late]
    assert outcomes(bench.apply(wanted(level=2))) == {"hook": "done"}
    assert bench.there.calls == [("update", "acme-1")]
    assert bench.plan_is_empty(wanted(level=2))


def test_an_update_that_did_nothing_is_sent_again(bench: Bench) -> None:
    bench.apply(wanted(level=1))
    bench.there.writes = [dropped, dropped]
    assert outcomes(bench.apply(wanted(level=2))) == {"hook": "done"}
    assert [one.fields["level"] for one in bench.there.records.values()] == [2]


def test_an_update_of_a_hidden_secret_is_sent_until_an_answer_comes(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(FakeConnection(ability=hidden("secret")))
    bench.apply(wanted(secret=sealed("old")))
    bench.there.writes = [lost]
    assert outcomes(bench.apply(wanted(secret=sealed("new")))) == {"hook": "done"}
    assert [name for name, _ in bench.there.calls] == ["create", "update", "update"]
    assert bench.plan_is_empty(wanted(secret=sealed("new")))


@pytest.mark.parametrize("end", [Refused("403 Forbidden", 403), Ambiguous("the connection was reset")])
def test_after_a_doubtful_update_no_hidden_value_counts_as_sent(
    make_bench: Callable[..., Bench], end: Exception
) -> None:
    """The new secret may be there; going back to the old one in the file must send it."""
    bench = make_bench(FakeConnection(ability=hidden("secret")))
    bench.apply(wanted(secret=sealed("old")))
    bench.there.writes = [lost, failing(end), failing(end)]
    assert outcomes(bench.apply(wanted(secret=sealed("new")))) == {"hook": "failed"}
    bench.there.writes.clear()
    assert outcomes(bench.apply(wanted(secret=sealed("old")))) == {"hook": "done"}
    assert bench.plan_is_empty(wanted(secret=sealed("old")))


def test_a_refused_update_keeps_what_was_sent_before(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(FakeConnection(ability=hidden("secret")))
    bench.apply(wanted(secret=sealed("old")))
    bench.there.writes = [failing(Refused("400 Bad Request", 400))]
    assert outcomes(bench.apply(wanted(secret=sealed("new")))) == {"hook": "failed"}
    assert bench.plan_is_empty(wanted(secret=sealed("old")))


def test_a_field_that_leaves_the_file_goes_back_to_its_default(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(FakeConnection(ability=hidden(defaults={"level": 1})))
    bench.apply(wanted(level=5, note="x"))
    assert outcomes(bench.apply(wanted())) == {"hook": "done"}
    (live,) = bench.there.records.values()
    assert (live.fields["level"], "note" in live.fields) == (1, False)
    assert bench.plan_is_empty(wanted())


def test_an_update_of_what_is_gone_fails_and_the_next_run_makes_it(bench: Bench) -> None:
    bench.apply(wanted(level=1))

    def vanish(do: Callable[[], Any]) -> Any:
        bench.there.records.clear()
        raise Ambiguous("the connection was reset")

    bench.there.writes = [vanish]
    assert outcomes(bench.apply(wanted(level=2))) == {"hook": "failed"}
    assert actions(bench.apply(wanted(level=2)).plan) == {"hook": "create"}


# Deletes


@pytest.mark.parametrize("how", [lost, late, well, failing(Ambiguous("reset"))])
def test_a_delete_ends_with_the_record_gone(bench: Bench, how: Any) -> None:
    bench.apply(wanted("a"), wanted("b", "b"))
    bench.there.writes = [how]
    assert outcomes(bench.apply(wanted("b", "b"))) == {"a": "done"}
    assert (set(ids(bench)), len(bench.there.records)) == ({"b"}, 1)


def test_a_delete_that_is_refused_keeps_the_record_in_the_state(bench: Bench) -> None:
    bench.apply(wanted("a"), wanted("b", "b"))
    bench.there.writes = [failing(Refused("403 Forbidden", 403))]
    assert outcomes(bench.apply(wanted("b", "b"))) == {"a": "failed"}
    assert set(ids(bench)) == {"a", "b"}


def test_a_delete_whose_end_cannot_be_read_is_unknown_and_done_by_the_next_run(bench: Bench) -> None:
    bench.apply(wanted("a"), wanted("b", "b"))
    bench.there.writes, bench.there.reads = [lost], [well, unreadable]
    assert outcomes(bench.apply(wanted("b", "b"))) == {"a": "unknown"}
    assert outcomes(bench.apply(wanted("b", "b"))) == {}
    assert (set(ids(bench)), bench.state().intents) == ({"b"}, {})


def test_a_connection_with_a_read_of_one_needs_no_list(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(FakeConnection(can_list=False, can_get=True))
    bench.apply(wanted(level=1))
    bench.there.writes = [lost]
    assert outcomes(bench.apply(wanted(level=2))) == {"hook": "done"}
    bench.there.writes = [lost]
    assert outcomes(bench.apply()) == {"hook": "done"}
    assert bench.there.records == {}
