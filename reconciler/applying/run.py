"""Carrying out a plan: the steps in their order, partial failure, and what is read back at the end."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from reconciler.applying.ledger import Ledger
from reconciler.applying.order import Step, steps
from reconciler.applying.perform import perform
from reconciler.applying.progress import Progress
from reconciler.applying.schedule import run_steps
from reconciler.applying.writes import Writer
from reconciler.errors import ReconcileError, StateError, Unreadable
from reconciler.planning.compare import lost_events
from reconciler.planning.plan import Change, Outcome, Plan, Result, Warned
from reconciler.providers.protocol import Connection
from reconciler.reading import Place
from reconciler.records import Ability, View, url_identity
from reconciler.state.model import SetEcho


@dataclass(frozen=True, slots=True)
class Means:
    """What an apply works with."""

    connections: Mapping[str, Connection]
    abilities: Mapping[str, Ability]
    ledger: Ledger
    progress: Progress
    stop: threading.Event
    parallelism: int = 10


def carry_out(plan: Plan, views: Sequence[View], means: Means) -> Result:
    """Carry out every change of a plan that is not blocked, and return the outcome of each.

    One that fails does not stop the independent ones; those that wait for it are not attempted.
    After `stop` is set what is under way is finished and recorded and nothing else begins.
    """
    progress = _Told(means.progress)
    writer = Writer(means.connections, means.ledger, _ids_by_url(views), means.stop)
    todo = steps(plan.changes, means.abilities)
    ended: dict[int, Outcome] = {}
    failures: list[str] = []

    def one(step: Step) -> Outcome:
        change = plan.changes[step.change]
        progress.start(step.change, change)
        try:
            outcome = perform(step, change, writer, means.ledger, lambda message: progress.note(change, message))
        except StateError as error:
            means.stop.set()
            failures.append(str(error))
            outcome = Outcome("unknown", f"the state failed while this was under way: {error}")
        except ReconcileError as error:
            outcome = Outcome("failed", str(error))
        ended[step.index] = outcome
        if step.last or outcome.status != "done":
            made = [ended[number].id_after for number in step.after if number in ended and step.kind == "remove"]
            progress.finish(change, replace(outcome, id_after=outcome.id_after or next(iter(made), None)))
        return outcome

    means.progress.began(len(plan.changes))
    try:
        run_steps(todo, plan.changes, one, means.parallelism, means.stop)
        outcomes = _outcomes(plan, todo, ended, writer, means)
        warnings = [] if means.stop.is_set() else _read_back(plan, outcomes, means)
    finally:
        means.progress.ended()
    return Result(plan, tuple(outcomes), (*(Warned(one) for one in failures[:1]), *warnings))


def _outcomes(
    plan: Plan, todo: Sequence[Step], ended: Mapping[int, Outcome], writer: Writer, means: Means
) -> list[Outcome]:
    """Fold the steps of each change into one outcome."""
    by_change: dict[int, list[Step]] = defaultdict(list)
    for step in todo:
        by_change[step.change].append(step)
    outcomes = []
    for number, change in enumerate(plan.changes):
        if change.blocked is not None:
            outcomes.append(Outcome("not_attempted", f"blocked: {change.blocked}"))
            continue
        parts = [ended[step.index] for step in by_change[number] if step.index in ended]
        bad = next((part for part in parts if part.status != "done"), None)
        made = next((part.id_after for part in parts if part.id_after is not None), None)
        if bad is not None:
            if not means.stop.is_set():
                bad = writer.resolve_late(change, bad)
            outcomes.append(Outcome(bad.status, bad.error, bad.id_after or made))
        elif len(parts) == len(by_change[number]):
            outcomes.append(Outcome("done", id_after=made))
        elif means.stop.is_set():
            half = "the run was interrupted between its two halves; the next apply goes on" if parts else None
            outcomes.append(Outcome("interrupted" if parts else "not_attempted", half or "interrupted before it began"))
        else:
            outcomes.append(Outcome("not_attempted", _waited_for(plan, todo, by_change[number], ended)))
    return outcomes


def _waited_for(plan: Plan, todo: Sequence[Step], mine: Sequence[Step], ended: Mapping[int, Outcome]) -> str:
    """Say what a change waited for that did not come about."""
    waiting = {index for step in mine for index in step.after if index not in ended or ended[index].status != "done"}
    names = sorted({plan.changes[todo[index].change].address or "a record" for index in waiting})
    return f"it waits for {', '.join(names)}"


def _ids_by_url(views: Sequence[View]) -> dict[tuple[Place, str], tuple[str, ...]]:
    """The ids that were there before this run, by place and URL."""
    found: dict[tuple[Place, str], list[str]] = defaultdict(list)
    for view in views:
        for live in view.live:
            found[(view.connection, view.scope), url_identity(live.fields.get("url"))].append(live.id)
    return {place: tuple(ids) for place, ids in found.items()}


def _read_back(plan: Plan, outcomes: Sequence[Outcome], means: Means) -> list[Warned]:
    """Read every place that was written to, once, and remember what the provider made of it: the echo."""
    written: dict[Place, dict[str, str]] = defaultdict(dict)
    for change, outcome in zip(plan.changes, outcomes, strict=True):
        known = means.ledger.known(change.address)
        if outcome.status == "done" and known is not None and known.echo is None:
            written[known.connection, known.scope][known.address] = known.id
    warnings = []
    for place, records in written.items():
        connection = means.connections[place[0]]
        if not connection.can_list:
            continue
        try:
            missing = _echo(connection, place, records, means)
            if missing and not means.stop.wait(connection.settle):
                missing = _echo(connection, place, missing, means)
        except Unreadable as error:
            message = f"{place[0]} could not be read back after the writes ({error}); the next run will"
            warnings.append(Warned(message))
            continue
        warnings += [
            Warned(f"{record_id} was written and a complete read does not show it yet; plan again", address)
            for address, record_id in missing.items()
        ]
        for address in records:
            known = means.ledger.known(address)
            lost = lost_events(known) if known is not None else ()
            if lost:
                warnings.append(Warned(f"the provider did not take these events: {', '.join(lost)}", address))
    return warnings


def _echo(connection: Connection, place: Place, records: Mapping[str, str], means: Means) -> dict[str, str]:
    """Store the echoes that one complete read shows; return what it does not show."""
    live = {one.id: one for one in connection.list(place[1])}
    found = [SetEcho(address, record, live[record].fields) for address, record in records.items() if record in live]
    if found:
        means.ledger.commit(*found)
    return {address: record for address, record in records.items() if record not in live}


class _Told:
    """Passes on progress one call at a time, and each change's start once."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._lock = threading.Lock()
        self._begun: set[int] = set()

    def start(self, number: int, change: Change) -> None:
        with self._lock:
            if number not in self._begun:
                self._begun.add(number)
                self._progress.started(change)

    def note(self, change: Change, message: str) -> None:
        with self._lock:
            self._progress.note(change, message)

    def finish(self, change: Change, outcome: Outcome) -> None:
        with self._lock:
            self._progress.finished(change, outcome)
