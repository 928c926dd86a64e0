"""What every provider has to get through: somebody meddles, answers are lost, lists are long and break off.

These steps need the sandbox, which does all that when it is told to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from reconciler.conformance.bench import Bench, Failed, Skipped
from reconciler.conformance.samples import Samples
from reconciler.conformance.steps import Step, sentence
from reconciler.providers.shapes import encode
from reconciler.sandbox import Fault, Faults, Sandbox

PAGE = 2
"""How many records a page of the sandbox's lists holds."""


class Account:
    """One account of the sandbox: what is really there, and what goes wrong."""

    def __init__(self, sandbox: Sandbox, name: str) -> None:
        self._sandbox = sandbox
        self._name = name

    def records(self) -> list[dict[str, Any]]:
        """Return the records as the provider keeps them."""
        return self._sandbox.records(self._name)

    def change(self, record_id: str, values: Mapping[str, Any]) -> None:
        """Change a record behind everybody's back."""
        self._sandbox.change(self._name, record_id, values)

    def remove(self, record_id: str) -> None:
        """Delete a record behind everybody's back."""
        self._sandbox.remove(self._name, record_id)

    def writes(self) -> int:
        """Return how many requests have changed something."""
        return sum(one.provider == self._name and one.committed for one in self._sandbox.requests)

    def suffers(self, **fault: Any) -> None:
        """From now on this goes wrong."""
        self._sandbox.faults = Faults(faults=[Fault(provider=self._name, **fault)])

    def recovers(self) -> None:
        """From now on nothing goes wrong."""
        self._sandbox.faults = Faults()


def repair_a_deletion(bench: Bench, account: Account) -> None:
    """Somebody deletes the record there: it is made again."""
    if not bench.can_list:
        raise Skipped("nothing can be listed, so the state is the only witness and no plan sees it")
    wanted = {"hook": bench.samples.minimal()}
    bench.becomes(wanted, "create")
    account.remove(_only_id(bench))
    bench.becomes(wanted, "create")


def repair_a_change(bench: Bench, account: Account) -> None:
    """Somebody changes a field there: the plan shows the drift, and an apply changes it back."""
    if not bench.can_list:
        raise Skipped("nothing can be listed, so the state is the only witness and no plan sees it")
    if {"update", "delete"} <= bench.ability.cannot.keys():
        raise Skipped("that would take an update or a delete")
    name, values = _other_value(bench.samples)
    bench.settles({"hook": bench.samples.full()})
    account.change(_only_id(bench), values)
    plan = bench.plan()
    if [difference.path.partition(".")[0] for one in plan.drift for difference in one.differences] != [name]:
        raise Failed(f"somebody changed `{name}` there, and the plan does not show it as drift")
    bench.settles({"hook": bench.samples.full()})
    bench.shows_what_was_sent()


def keep_a_secret(bench: Bench, account: Account) -> None:
    """An update of another field leaves the secrets as they were; a mask that was read is never written back."""
    named = sorted(set(bench.samples.settable) & bench.spec.record.secret_fields())
    if not named:
        raise Skipped("a record has no secret of ours")
    other = next((one for one in _changeable(bench.samples) if one not in named), None)
    if other is None or "update" in bench.ability.cannot:
        raise Skipped("no other field can be changed in place")
    whole = bench.samples.full()
    bench.settles({"hook": whole})
    before = _texts(account.records())
    bench.settles({"hook": {**whole, other: bench.samples.value(other, 1)}})
    for name in named:
        for text in _texts(whole[name]):
            if text in before and text not in _texts(account.records()):
                raise Failed(f"an update of `{other}` has lost `{name}`")


def read_many_pages(bench: Bench, account: Account) -> None:
    """More records than a page holds are all found: none is made twice, all are taken over by a new state."""
    many = _many(bench)
    bench.becomes(many, *(["create"] * len(many)))
    bench.forget_the_state()
    bench.becomes(many, *(["adopt"] * len(many)))
    if (found := len(account.records())) != len(many):
        raise Failed(f"{len(many)} were declared, and {found} are there")


def distrust_half_a_list(bench: Bench, account: Account) -> None:
    """A list whose second page fails proves nothing: nothing is made and nothing deleted."""
    many = _many(bench)
    bench.settles(many)
    bench.forget_the_state()
    before = account.writes()
    account.suffers(operation="list", page=2, kind="status", status=500)
    result = bench.try_to_apply()
    if not result.plan.unknown or result.plan.changes:
        raise Failed("a list that broke off was believed")
    account.recovers()
    if account.writes() != before:
        raise Failed("something was written although the list broke off")
    bench.becomes(many, *(["adopt"] * len(many)))


def wait_for_a_busy_provider(bench: Bench, account: Account) -> None:
    """Too many requests: the provider says that it made nothing, and the next apply makes one record."""
    wanted = {"hook": bench.samples.minimal()}
    bench.declare(wanted)
    account.suffers(operation="create", kind="throttled")
    result = bench.try_to_apply()
    account.recovers()
    if [outcome.status for outcome in result.outcomes] != ["failed"]:
        raise Failed("a create that was put off should have failed clearly")
    bench.becomes(wanted, "create")
    if (found := len(account.records())) != 1:
        raise Failed(f"there should be one record, and there are {found}")


def lose_the_answer_of_a_create(bench: Bench, account: Account) -> None:
    """The answer to a create is lost: there is one record in the end, not two."""
    wanted = {"hook": bench.samples.minimal()}
    bench.declare(wanted)
    account.suffers(operation="create", kind="reset_after", times=1)
    result = bench.try_to_apply()
    account.recovers()
    if bench.can_list:
        bench.settles(wanted)
    elif not any(outcome.status == "unknown" for outcome in result.outcomes):
        raise Failed("without a list nobody can know whether the record was made, and that was not said")
    if (found := len(account.records())) != 1:
        raise Failed(f"there should be one record, and there are {found}")


def lose_the_answer_of_a_delete(bench: Bench, account: Account) -> None:
    """The answer to a delete is lost: the record is gone, and the next plan knows it."""
    if "delete" in bench.ability.cannot:
        raise Skipped("it has no call that deletes")
    if not bench.can_read:
        raise Skipped("nothing can be read, so nobody can see it")
    bench.becomes({"hook": bench.samples.minimal()}, "create")
    bench.declare({})
    account.suffers(operation="delete", kind="reset_after", times=1)
    bench.try_to_apply()
    account.recovers()
    bench.settles({})
    if account.records() and bench.spec.record.id_spec.constant is None:
        raise Failed("the record is still there")


def find_the_place_taken(bench: Bench, account: Account) -> None:
    """Somebody's record has what no two may share, and is not equal to ours: ours is refused, theirs stays as it is."""
    samples = bench.samples
    shared = [set(names) for names in bench.spec.unique if set(names) < set(bench.spec.key) - {"scope"}]
    apart = [name for names in shared for name in samples.changeable if name in set(bench.spec.key) - names]
    if not apart or not bench.can_list:
        raise Skipped("records that are not equal have nothing that they may not share")
    theirs = bench.samples.minimal()
    bench.becomes({"theirs": theirs}, "create")
    before = account.records()
    bench.forget_the_state()
    bench.declare({"ours": {**theirs, apart[0]: samples.value(apart[0], 1)}})
    result = bench.try_to_apply()
    if all(one.status == "done" for one in result.outcomes) or account.records() != before:
        raise Failed("it should have been refused, and nothing changed")


def two_scopes(bench: Bench, account: Account) -> None:
    """The same subscription in two scopes is two records that know nothing of each other."""
    if not bench.spec.scope:
        raise Skipped("an account is not divided into scopes")
    name = next((one for one in bench.spec.scope if one in bench.spec.told_scope), None)
    if name is None:
        raise Skipped("a create does not tell its scope: the provider knows it by what the record is about")
    here = bench.samples.minimal()
    there = {**here, name: bench.samples.scope_value(name, 1)}
    bench.becomes({"here": here, "there": there}, "create", "create")
    if (found := len(account.records())) != 2:
        raise Failed(f"there should be two records, and there are {found}")


def troubled(account: Account) -> Iterator[Step]:
    """Yield the steps that need an account of the sandbox."""
    tries: dict[str, Callable[[Bench, Account], None]] = {
        "scopes": two_scopes,
        "taken": find_the_place_taken,
        "drift-deleted": repair_a_deletion,
        "drift-changed": repair_a_change,
        "secret-kept": keep_a_secret,
        "pages": read_many_pages,
        "page-fails": distrust_half_a_list,
        "busy": wait_for_a_busy_provider,
        "create-lost": lose_the_answer_of_a_create,
        "delete-lost": lose_the_answer_of_a_delete,
    }
    for name, run in tries.items():
        yield Step(name, sentence(run), lambda bench, run=run: run(bench, account))  # type: ignore[misc]


def _only_id(bench: Bench) -> str:
    live = bench.live()
    if len(live) != 1:
        raise Failed(f"one record was made, and {len(live)} read as ours")
    return live[0].id


def _many(bench: Bench) -> dict[str, dict[str, Any]]:
    if bench.spec.listing is None or not bench.can_list:
        raise Skipped("it cannot be listed")
    if bench.spec.listing.next is None:
        raise Skipped("its list has no pages")
    number = 2 * PAGE + 1
    if bench.samples.room < number:
        raise Skipped(f"there is room for {bench.samples.room}, which is less than three pages")
    return {f"hook-{one}": bench.samples.minimal(one) for one in range(number)}


def _changeable(samples: Samples) -> Iterator[str]:
    """Yield fields that can be changed in place and matter to no identity, the plainest first."""
    fields = samples.fields
    names = [name for name in samples.changeable if not fields[name].only_create]
    first = ("description", "name", "enabled", "events")
    yield from sorted((name for name in names if name != "url"), key=lambda one: (one not in first, one))


def _other_value(samples: Samples) -> tuple[str, dict[str, Any]]:
    """Return a field that a read shows as plain as it is written, and what somebody else may make of it."""
    secrets = samples.spec.record.secret_fields()
    for name in _changeable(samples):
        field = samples.fields[name]
        plain = name not in secrets and field.read_path is not None and field.fetched is None
        if plain and not (name == "events" and samples.one_event) and name not in samples.spec.key:
            values = dict(encode(name, field, samples.value(name, 1), "read"))
            if values and None not in values:
                return name, values
    raise Skipped("no field can be changed in place and be seen")


def _texts(value: Any) -> set[str]:
    """Return every text within a value."""
    if isinstance(value, str):
        return {value}
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ()
    return {text for one in inner for text in _texts(one)}
