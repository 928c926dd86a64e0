"""What every provider does, one step after the other: what a team does with its subscriptions in their first year.

Each step begins with an account that has no record of ours, applies, and then plans again and expects nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

from reconciler.conformance.bench import Bench, Failed, Skipped
from reconciler.conformance.samples import CONNECTION, Samples


class Step(NamedTuple):
    """One thing to try. `name` is for the list of results, `does` says in a sentence what should happen."""

    name: str
    does: str
    run: Callable[[Bench], None]


def create_the_least(bench: Bench) -> None:
    """A subscription with the least that the provider takes becomes a record."""
    bench.becomes({"hook": bench.samples.minimal()}, "create")
    bench.shows_what_was_sent()


def create_with_everything(bench: Bench) -> None:
    """A subscription with every field becomes a record that reads as it was declared."""
    bench.becomes({"hook": bench.samples.full()}, "create")
    bench.shows_what_was_sent()


def create_for_several_events(bench: Bench) -> None:
    """A subscription of two events is one record, or two where a record takes one event."""
    events = bench.samples.event_names()
    if len(events) < 2:
        raise Skipped("there are no two events to choose from")
    both = {**bench.samples.minimal(), "events": events[:2]}
    bench.becomes({"hook": both}, *(["create"] * (2 if bench.samples.one_event else 1)))
    bench.shows_what_was_sent()


def apply_again(bench: Bench) -> None:
    """A second apply of the same file has nothing to do."""
    wanted = {"hook": bench.samples.full()}
    bench.becomes(wanted, "create")
    bench.becomes(wanted)


def change_one_field(bench: Bench, name: str) -> None:
    """Another value of it is an update, or a replacement where the provider cannot change it in place."""
    before = {**bench.samples.full(), name: bench.samples.value(name, 0)}
    after = {**before, name: bench.samples.value(name, 1)}
    if before[name] == after[name]:
        raise Skipped("there is no second value to try")
    bench.settles({"hook": before})
    cannot = bench.ability.cannot
    if name == "events" and bench.samples.one_event:
        actions, needed = ["create", "delete"], "delete"
    elif name in bench.ability.immutable or "update" in cannot:
        actions, needed = ["replace"], "delete"
    else:
        actions, needed = ["update"], "update"
    if needed in cannot:
        _is_blocked(bench, {"hook": after}, actions)
        return
    bench.becomes({"hook": after}, *actions)
    bench.shows_what_was_sent()


def leave_out_a_field(bench: Bench, name: str) -> None:
    """A field that leaves the file goes back to its default."""
    whole = bench.samples.full()
    bench.settles({"hook": whole})
    if {"update", "delete"} & bench.ability.cannot.keys():
        raise Skipped("that would take an update or a delete")
    bench.settles({"hook": {key: value for key, value in whole.items() if key != name}})


def adopt_what_is_there(bench: Bench) -> None:
    """An equal record that is there already is taken over; no second one is made."""
    if not bench.can_list:
        raise Skipped("without a list nobody can find what is there")
    wanted = {"hook": bench.samples.minimal()}
    bench.becomes(wanted, "create")
    bench.forget_the_state()
    bench.becomes(wanted, "adopt")
    _has(bench, 1)


def rename_it(bench: Bench) -> None:
    """Another name in the file is another address of the same record; the provider is not asked to do anything."""
    values = bench.samples.minimal()
    if "name" in bench.samples.settable:
        values["name"] = bench.samples.value("name", 0)
    bench.becomes({"hook": values}, "create")
    before = {one.id for one in bench.live()} if bench.can_read else set()
    bench.becomes({"other": values}, "rename")
    if bench.can_read and {one.id for one in bench.live()} != before:
        raise Failed("it is another record after the rename")


def delete_it(bench: Bench) -> None:
    """What leaves the file leaves the account."""
    bench.becomes({"hook": bench.samples.minimal()}, "create")
    if "delete" in bench.ability.cannot:
        _is_blocked(bench, {}, ["delete"])
        return
    bench.becomes({}, "delete")
    _has(bench, 0)


def switch_it_off(bench: Bench) -> None:
    """`enabled: false` without a switch at the provider means that no record is there."""
    if "enabled" in bench.samples.fields:
        raise Skipped("it has a switch, which is tried as a field")
    values = bench.samples.minimal()
    bench.becomes({"hook": values}, "create")
    off = {"hook": {**values, "enabled": False}}
    if "delete" in bench.ability.cannot:
        _is_blocked(bench, off, ["delete"])
        return
    bench.becomes(off, "delete")
    _has(bench, 0)


def two_records(bench: Bench) -> None:
    """Two subscriptions are two records; the one stays when the other goes."""
    _needs_room(bench, 2)
    one, two = bench.samples.minimal(0), bench.samples.minimal(1)
    bench.becomes({"one": one, "two": two}, "create", "create")
    bench.shows_what_was_sent()
    if "delete" in bench.ability.cannot:
        _is_blocked(bench, {"two": two}, ["delete"])
        return
    bench.becomes({"two": two}, "delete")
    _has(bench, 1)


def swap_two_urls(bench: Bench) -> None:
    """Two records that swap their URLs are still two records, and each has the other's."""
    _needs_room(bench, 2)
    one, two = bench.samples.minimal(0), bench.samples.minimal(1)
    bench.becomes({"one": one, "two": two}, "create", "create")
    swapped = {"one": {**one, "url": two["url"]}, "two": {**two, "url": one["url"]}}
    if {"update", "delete"} <= bench.ability.cannot.keys():
        raise Skipped("that would take an update or a delete")
    bench.settles(swapped)
    _has(bench, 2)
    bench.shows_what_was_sent()


def refuse_without_permission(bench: Bench) -> None:
    """A call that no document names is made only where the connection allows it."""
    calls = {"create": bench.spec.create, "update": bench.spec.update, "delete": bench.spec.delete}
    doubtful = [name for name, call in calls.items() if call is not None and not call.documented]
    if "delete" not in doubtful:
        raise Skipped("every call is documented" if not doubtful else f"it is about {', '.join(doubtful)}")
    bench.becomes({"hook": bench.samples.minimal()}, "create")
    bench.declare({}, undocumented=[])
    plan = bench.plan()
    bench.expect(plan, "delete")
    if plan.changes[0].blocked is None:
        raise Failed("the delete is not blocked")


def everyday(samples: Samples) -> Iterator[Step]:
    """Yield the steps that need nothing but the provider itself."""
    yield _step("create", create_the_least)
    yield _step("create-everything", create_with_everything)
    yield _step("create-events", create_for_several_events)
    yield _step("again", apply_again)
    for name in samples.changeable:
        yield Step(f"change {name}", sentence(change_one_field), partial(change_one_field, name=name))
    for name in samples.changeable:
        if "default" in samples.fields[name].model_fields_set and name != "enabled":
            yield Step(f"leave-out {name}", sentence(leave_out_a_field), partial(leave_out_a_field, name=name))
    yield _step("adopt", adopt_what_is_there)
    yield _step("rename", rename_it)
    yield _step("delete", delete_it)
    yield _step("off", switch_it_off)
    yield _step("two", two_records)
    yield _step("swap", swap_two_urls)
    yield _step("undocumented", refuse_without_permission)


def _step(name: str, run: Callable[[Bench], None]) -> Step:
    return Step(name, sentence(run), run)


def sentence(run: Callable[..., None]) -> str:
    """Return what a step's function says of itself: what should happen."""
    return (run.__doc__ or "").strip()


def _needs_room(bench: Bench, number: int) -> None:
    if bench.samples.room < number:
        raise Skipped(f"there is room for {bench.samples.room} here, and this needs {number}")


def _has(bench: Bench, number: int) -> None:
    """Expect so many records of ours in the account, where it can be listed."""
    if bench.can_list and (found := len(bench.live())) != number:
        raise Failed(f"there should be {number} at {CONNECTION}'s account and there are {found}")


def _is_blocked(bench: Bench, subscriptions: dict[str, dict[str, object]], actions: list[str]) -> None:
    """Expect the changes in the plan, the impossible one blocked with a reason, and nothing done about that one."""
    bench.declare(subscriptions)
    plan = bench.plan()
    bench.expect(plan, *actions)
    if not any(change.blocked for change in plan.changes):
        raise Failed(f"the table has no call for it, and {' and '.join(actions)} is not blocked")
