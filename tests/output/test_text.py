from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.output.text import render_plan
from reconciler.planning.plan import Action, Change, Difference, Plan, Unknown, Unmanaged, Warned


def text_of(plan: Plan) -> str:
    return render_plan(plan, color=False)


def block(text: str, heading: str) -> str:
    """The lines of the change that begins with `heading`."""
    return text[text.index(heading) :].partition("\n\n")[0]


def test_a_create_shows_every_field_and_why(full: Plan) -> None:
    assert block(text_of(full), "  + income") == (
        "  + income (argyle-sandbox)\n"
        "      will be created: it is not at the provider\n"
        '      url                = "https://hooks.example.com/argyle"\n'
        '      events             = ["paystubs.added", "paystubs.removed"]\n'
        "      secret             = (sensitive)\n"
        "      config.days_synced = 30"
    )


def test_an_update_shows_old_and_new_of_each_field(full: Plan) -> None:
    assert block(text_of(full), "  ~ changed") == (
        "  ~ changed (argyle-sandbox repo=acme/web), id a1\n"
        "      will be changed in place: its declaration changed\n"
        "      ~ events\n"
        '            "paystubs.added"\n'
        '          - "paystubs.removed"\n'
        '          + "users.added"\n'
        "      ~ config.days_synced = 30 -> 60\n"
        '      + description = (none) -> "what it is for"\n'
        '      - name = "former" -> (none)\n'
        "      ~ secret = (sensitive) -> (sensitive, changed)\n"
        "      ~ url\n"
        '           "https://***@hooks.example.com/"\n'
        '        -> "https://***@hooks.example.com/ (sensitive, changed)"\n'
        "      ~ headers\n"
        '           {"X-Key": "(sensitive)", "X-Old": "(sensitive)"}\n'
        '        -> {"X-Key": "(sensitive, changed)"}'
    )


def test_a_replacement_names_the_field_that_forces_it(full: Plan) -> None:
    text = block(text_of(full), "-/+ replaced")
    assert "it cannot be changed in place" in text
    assert "~ url (forces replacement)" in text or "(forces replacement)" in text.split("~ url")[1].split("\n")[0]
    assert "~ note = 1 -> 2\n" in text + "\n", "a field that could be changed in place forces nothing"


def test_where_no_field_is_named_every_difference_forces_the_replacement(full: Plan) -> None:
    change = replace(full.changes[3], forced_by=frozenset())
    assert text_of(Plan((change,))).count("(forces replacement)") == 2


def test_a_replacement_across_connections_says_from_where_to_where(full: Plan) -> None:
    text = block(text_of(full), "-/+ moved")
    assert "      from moved (lipscore-test shop=x, id 17) to moved (lipscore)\n" in text
    assert "forces replacement" not in text


def test_a_delete_shows_the_id_and_what_goes(full: Plan) -> None:
    text = block(text_of(full), "  - old (lipscore), id 4711")
    assert "will be deleted: it is not declared" in text
    assert '"https://hooks.example.com/argyle"' in text
    assert "  - id 4712 (lipscore)\n" in text_of(full), "a record without an address is called by its id"


def test_adopt_rename_and_forget_are_said_in_words(full: Plan) -> None:
    text = text_of(full)
    assert "  = taken (lipscore), id 18\n      will be adopted" in text
    assert "  > new-name (lipscore)\n      will be renamed in the state alone: its address changed\n" in text
    assert "      from old-name (lipscore, id 19) to new-name (lipscore)\n" in text
    assert "  x lists[list-published] (studiewinkel), id 9\n      will be forgotten by the state" in text


def test_an_adoption_with_an_update_says_so() -> None:
    change = Change(
        "a", "c", "p", (), "adopt", "equal_record_found", id="1", differences=(Difference("name", "x", "y"),)
    )
    text = text_of(Plan((change,)))
    assert "will be adopted and changed in place" in text
    assert '~ name = "x" -> "y"' in text


def test_a_blocked_change_is_marked_and_says_why(full: Plan) -> None:
    text = block(text_of(full), "  ! fares[dbs] (flightrates), id f1")
    assert "would be deleted: it is not declared" in text
    assert "      blocked: no document names a delete; `undocumented: [delete]` on the\n" in text


def test_the_sections_tell_everything_else(full: Plan) -> None:
    text = text_of(full)
    assert "Drift: changed outside of reconcile since the last apply\n  changed (argyle-sandbox), id a1\n" in text
    assert "lists[list-published] (studiewinkel), id 9: it is gone\n" in text
    assert '  lipscore id 77: "https://***@hooks.example.com/" on rating_created\n      import it so\n' in text
    assert "reconcile import ADDRESS ID" in text
    assert "Unknown\n  acme org=o: 401 from the provider: check the credentials\n" in text
    assert "nothing is created or deleted there" in text
    assert "Refused: an apply of this plan makes no request at all\n  - 12 records would be deleted" in text
    assert "Warnings\n  - income: the state is new\n  - of everything\n" in text


def test_changes_come_by_connection_then_address(full: Plan) -> None:
    headings = re.findall(r"^(?:  [+~=>x!-]|-/\+) (\S+) \((\S+?)[ )]", text_of(full), re.MULTILINE)
    places = [(connection, name) for name, connection in headings]
    assert places == sorted(places)
    assert len(places) == 9


def test_the_last_line_counts(full: Plan) -> None:
    assert text_of(full).splitlines()[-2:] == [
        "1 to rename, 1 to forget, 3 unchanged, 1 blocked, 1 unknown.",
        "Plan: 1 to create, 1 to update, 2 to replace, 3 to delete, 1 to adopt.",
    ]
    small = Plan(full.changes[1:2], unchanged=3)
    assert text_of(small).splitlines()[-1] == "Plan: 1 to create, 0 to update, 0 to replace, 0 to delete. 3 unchanged."


def test_no_changes_is_said_only_of_what_could_be_read(full: Plan) -> None:
    assert text_of(Plan(unchanged=4)) == "No changes. 4 records are as declared.\n"
    assert text_of(Plan(unchanged=1)) == "No changes. 1 record is as declared.\n"
    unread = text_of(Plan(unchanged=4, unknown=full.unknown))
    assert unread.splitlines()[-2:] == [
        "1 place could not be read, and may differ.",
        "No changes elsewhere. 4 records are as declared.",
    ]


def test_an_unresolved_address_is_told_by_name() -> None:
    text = text_of(Plan(unknown=(Unknown("c", (), "an earlier create may have happened", "income"),)))
    assert "  income (c): an earlier create may have happened\n" in text
    assert "nothing is created" not in text


def test_at_most_twenty_unmanaged_records_are_listed() -> None:
    many = tuple(Unmanaged("c", (), f"{number:02}", "https://x.example/", ("e",)) for number in range(25))
    text = text_of(Plan(unmanaged=many))
    assert text.count("c id ") == 20
    assert "  and 5 more\n" in text
    assert "more\n" not in text_of(Plan(unmanaged=many[:20]))


def test_long_values_break_into_items() -> None:
    events = tuple(f"an.event.with.a.long.name.{number}" for number in range(4))
    change = Change("a", "c", "p", (), "create", "not_at_provider", after={"url": "https://x/", "events": events})
    assert '      events = [\n          "an.event.with.a.long.name.0"\n' in text_of(Plan((change,)))


def test_lines_keep_within_the_width_unless_one_word_is_longer(full: Plan) -> None:
    wordy = Change(
        "a" * 60,
        "connection",
        "p",
        (),
        "update",
        "field_changed",
        id="b" * 40,
        differences=(
            Difference("description", "many words " * 20, "other words " * 20),
            Difference("nested", {"list": ["some text"] * 12, "map": {"k": "v " * 60}}, {"list": [], "map": {}}),
        ),
        blocked="because of many reasons " * 9,
    )
    plan = replace(full, changes=(*full.changes, wordy), warnings=(Warned("word " * 60),))
    for width in (80, 60):
        for line in render_plan(plan, color=False, width=width).splitlines():
            longest = max(map(len, line.split()), default=0)
            assert len(line) <= width or longest > width - 30, line


def test_colour_adds_nothing_but_colour(full: Plan) -> None:
    colored = render_plan(full, color=True)
    assert "\x1b[32m" in colored
    assert re.sub(r"\x1b\[\d+m", "", colored) == text_of(full)
    assert "\x1b" not in text_of(full)


@pytest.mark.parametrize("color", [False, True])
def test_a_secret_is_nowhere(full: Plan, color: bool) -> None:
    assert "canary" not in render_plan(full, color=color)


HOSTILE = st.text(alphabet="a\x1b[2J\n\r\u202e\u200b\x07\x9b\ud800", max_size=8)


@given(HOSTILE, HOSTILE)
def test_no_text_from_outside_reaches_the_terminal_raw(name: str, value: str) -> None:
    actions: tuple[Action, ...] = ("create", "update", "delete", "rename")
    plan = Plan(
        changes=tuple(
            Change(
                name,
                name,
                name,
                ((name, value),),
                action,
                value,
                id=value,
                before={name: value},
                after={name: {value: [value]}},
                blocked=value,
                differences=(Difference(name, {name: value}, (value,)),) if action == "update" else (),
            )
            for action in actions
        ),
        unmanaged=(Unmanaged(name, (), value, value, (value,), note=value),),
        unknown=(Unknown(name, ((name, value),), value, value or None),),
        warnings=(Warned(value, name),),
        refusals=(value,),
    )
    for line in text_of(plan).split("\n"):
        assert line.isprintable()
