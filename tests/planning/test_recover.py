"""What became of a create whose answer was lost: exact key first, one left-over pair, else unclear."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reconciler.planning.recover import resolve_creates
from reconciler.records import Intent, identity, url_identity
from tests.planning.world import KEY, live

URL = "https://h.example.com/a"


def intent(name, url=URL, events=("e",), before=()):
    key = identity("c", (), {"url": url, "events": events}, KEY)
    return Intent(name, name, "c", (), "create", key, url_identity(url), tuple(before))


def outcome(intents, records, held=()):
    found = resolve_creates(intents, records, set(held))
    return {one.intent.id: one.made.id if one.made else "absent" if one.absent else "unclear" for one in found}


def test_a_new_record_of_its_key_is_ours():
    assert outcome([intent("a")], [live("7")]) == {"a": "7"}


def test_nothing_new_means_that_nothing_was_made():
    assert outcome([intent("a", before=["7"])], [live("7")]) == {"a": "absent"}
    assert outcome([intent("a")], [live("7")], held=["7"]) == {"a": "absent"}


def test_two_new_records_of_its_key_are_unclear():
    assert outcome([intent("a")], [live("7"), live("8")]) == {"a": "unclear"}


def test_an_altered_echo_is_ours_where_it_is_the_only_one_left_over():
    assert outcome([intent("a")], [live("7", events=["other"])]) == {"a": "7"}


def test_two_altered_echoes_for_one_intent_are_unclear():
    assert outcome([intent("a")], [live("7", events=["x"]), live("8", events=["y"])]) == {"a": "unclear"}


def test_exact_keys_go_first_and_leave_the_rest_over():
    intents = [intent("a"), intent("b", events=("f",))]
    assert outcome(intents, [live("7"), live("8", events=["altered"])]) == {"a": "7", "b": "8"}


def test_another_url_is_never_ours():
    assert outcome([intent("a")], [live("7", url="https://h.example.com/other")]) == {"a": "absent"}


records = st.lists(
    st.builds(
        lambda number, path, events: live(str(number), url=f"https://h.example.com/{path}", events=events),
        st.integers(0, 9),
        st.sampled_from("ab"),
        st.sampled_from([["e"], ["f"]]),
    ),
    unique_by=lambda record: record.id,
    max_size=6,
)
intents = st.lists(
    st.builds(
        lambda number, path, events, before: intent(str(number), f"https://h.example.com/{path}", events, before),
        st.integers(0, 9),
        st.sampled_from("ab"),
        st.sampled_from([("e",), ("f",)]),
        st.lists(st.sampled_from("0123456789"), max_size=3),
    ),
    unique_by=lambda one: one.id,
    max_size=4,
)


@given(intents, records, st.sets(st.sampled_from("0123456789")))
def test_no_record_goes_to_two_intents_and_none_that_was_there_or_is_held(open_intents, there, held):
    found = resolve_creates(open_intents, there, held)
    assert [one.intent for one in found] == open_intents
    made = [one.made.id for one in found if one.made]
    assert len(made) == len(set(made))
    assert not set(made) & held
    for one in found:
        assert (one.made is not None) + one.absent + (one.unclear is not None) == 1
        if one.made:
            assert url_identity(one.made.fields["url"]) == one.intent.url
