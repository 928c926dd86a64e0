from __future__ import annotations

from dataclasses import replace

from reconciler.output.ending import render_result
from reconciler.planning.plan import Change, Outcome, Plan, Result, Warned

NAMES = ("one", "two", "three", "four", "five")
CHANGES = tuple(Change(name, "c", "p", (), "create", "not_at_provider") for name in NAMES)
OUTCOMES = (
    Outcome("done", id_after="1"),
    Outcome("failed", "422: url is\nnot allowed"),
    Outcome("unknown", "no answer came"),
    Outcome("not_attempted", "waits for two"),
    Outcome("interrupted"),
)


def test_all_done_is_one_line() -> None:
    done = Result(Plan(CHANGES), (OUTCOMES[0],) * 5)
    assert render_result(done, color=False) == "Apply: 5 done.\n"


def test_each_change_that_is_not_done_is_told_with_its_error_and_what_next() -> None:
    text = render_result(Result(Plan(CHANGES), OUTCOMES), color=False)
    assert text == (
        "Failed\n"
        "  + two (c)\n"
        "      422: url is\\nnot allowed\n"
        "  Put the cause right and run apply again.\n"
        "\n"
        "Outcome unknown\n"
        "  + three (c)\n"
        "      no answer came\n"
        "  Run apply again: it reads first and finds what these requests did, unless it\n"
        "  says that it cannot.\n"
        "\n"
        "Not attempted\n"
        "  + four (c)\n"
        "      waits for two\n"
        "  Nothing was sent for these. Run apply again once what is told above is put\n"
        "  right.\n"
        "\n"
        "Interrupted\n"
        "  + five (c)\n"
        "  Run apply again: it reads first, and takes up what was begun.\n"
        "\n"
        "Apply: 1 done, 1 failed, 1 unknown, 1 not attempted, 1 interrupted.\n"
    )


def test_a_blocked_change_keeps_its_reason() -> None:
    change = replace(CHANGES[0], blocked="several twins")
    text = render_result(Result(Plan((change,)), (Outcome("not_attempted"),)), color=False)
    assert "  ! one (c)\n      several twins\n" in text


def test_refusals_unknown_places_and_late_warnings_are_told(full: Plan) -> None:
    plan = replace(full, changes=())
    text = render_result(Result(plan, (), (Warned("the lock was slow", "one"),)), color=False)
    assert "Refused: an apply of this plan makes no request at all\n" in text
    assert "  acme org=o: 401" in text
    assert "  - one: the lock was slow\n" in text
    assert "the state is new" not in text, "the plan's own warnings were told with the plan"
    assert text.endswith("\nApply: 0 done. 1 place could not be read, and may differ.\n")


def test_the_last_line_is_green_only_where_all_is_well(full: Plan) -> None:
    assert "\x1b[32mApply: 5 done." in render_result(Result(Plan(CHANGES), (OUTCOMES[0],) * 5), color=True)
    assert "\x1b[31mApply: 0 done." in render_result(Result(replace(full, changes=()), ()), color=True)


def test_a_secret_is_nowhere(full: Plan) -> None:
    outcomes = tuple(Outcome("failed", "no") for _ in full.changes)
    assert "canary" not in render_result(Result(full, outcomes), color=True)
