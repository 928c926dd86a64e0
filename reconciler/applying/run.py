"""Carrying out a plan: the steps in their order, partial failure, and what is read back at the end."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from reconciler.applying.captures import Captures
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
from reconciler.slotted import dataclass
from reconciler.state.model import SetEcho

_HALF = "One of its two halves is done; the next apply goes on with the other"


@dataclass(frozen=True, slots=True)
class Means:
    """What an apply works with."""

    connections: Mapping[str, Connection]
    abilities: Mapping[str, Ability]
    ledger: Ledger
    progress: Progress
    stop: threading.Event
    captures: Captures
    parallelism: int = 10


def carry_out(plan: Plan, views: Sequence[View], means: Means) -> Result:
    """Carry out every change of a plan that is not blocked, and return the outcome of each.

    One that fails does not stop the independent ones; those that wait for it are not attempted.
    After `stop` is set, or the state failed, what is under way is finished and nothing else begins.
    """
    means.progress.began(len(plan.changes))
    try:
        run = _Run(plan, views, means)
        run.steps()
        outcomes = run.outcomes()
        warnings = [] if run.halted() else _read_back(plan, outcomes, means)
    finally:
        means.progress.ended()
    return Result(plan, tuple(outcomes), (*(Warned(one) for one in run.failures[:1]), *warnings))


class _Run:
    """The steps of one plan while they are carried out, and how each ended."""

    def __init__(self, plan: Plan, views: Sequence[View], means: Means) -> None:
        self.failures: list[str] = []
        self._plan = plan
        self._means = means
        self._progress = _Told(means.progress)
        self._writer = Writer(means.connections, means.ledger, _ids_by_url(views), means.stop, means.captures)
        self._todo = steps(plan.changes, means.abilities)
        self._ended: dict[int, Outcome] = {}

    def halted(self) -> bool:
        """Whether nothing further may begin: an interrupt, or a state that cannot be written."""
        return self._means.stop.is_set() or bool(self.failures)

    def steps(self) -> None:
        """Carry out all steps, and once more those for which a lost answer was found in the end."""
        self._round()
        if not self.halted() and self._look_again():
            self._round()
        for step in self._todo:
            outcome = self._ended.get(step.index)
            if outcome is not None and outcome.status == "unknown":
                self._progress.finish(self._plan.changes[step.change], outcome)

    def outcomes(self) -> list[Outcome]:
        """Fold the steps of each change into one outcome."""
        by_change: dict[int, list[Step]] = defaultdict(list)
        for step in self._todo:
            by_change[step.change].append(step)
        return [self._outcome(change, by_change[number]) for number, change in enumerate(self._plan.changes)]

    def _round(self) -> None:
        run_steps(self._todo, self._plan.changes, self._one, self._means.parallelism, self.halted, self._ended)

    def _one(self, step: Step) -> Outcome:
        change = self._plan.changes[step.change]
        self._progress.start(step.change, change)
        try:
            outcome = perform(
                step, change, self._writer, self._means.ledger, lambda message: self._progress.note(change, message)
            )
        except StateError as error:
            self.failures.append(str(error))
            outcome = self._unrecorded(step, change, str(error))
        except ReconcileError as error:
            outcome = Outcome("failed", str(error))
        if outcome.status != "unknown" and (step.last or outcome.status != "done"):
            made = [self._ended[number].id_after for number in step.after if step.kind == "remove"]
            self._progress.finish(change, replace(outcome, id_after=outcome.id_after or next(iter(made), None)))
        return outcome

    def _unrecorded(self, step: Step, change: Change, error: str) -> Outcome:
        """The state failed: before the request, whose intent must be recorded first, or after it."""
        if self._means.ledger.under_way(change.address, change.id):
            return Outcome("unknown", f"its outcome could not be recorded: {error}")
        if any(self._todo[index].change == step.change for index in step.after):
            return Outcome("interrupted", f"{error} {_HALF}")
        return Outcome("not_attempted", f"nothing was sent: {error}")

    def _look_again(self) -> bool:
        """Look once more for what creates of unknown outcome made; return whether any of it is told by now."""
        doubtful: dict[str, Step] = {}
        for step in self._todo:
            outcome = self._ended.get(step.index)
            if step.kind == "make" and outcome is not None and outcome.status == "unknown":
                doubtful[self._plan.changes[step.change].address or ""] = step
        try:
            found = self._writer.resolve_late(doubtful)
        except StateError as error:
            self.failures.append(str(error))
            return False
        for address, found_late in found.items():
            step = doubtful[address]
            outcome = self._means.captures.settled(self._plan.changes[step.change], found_late)
            self._ended[step.index] = outcome
            if step.last or outcome.status != "done":
                self._progress.finish(self._plan.changes[step.change], outcome)
        return bool(found)

    def _outcome(self, change: Change, mine: Sequence[Step]) -> Outcome:
        if change.blocked is not None:
            return Outcome("not_attempted", f"blocked: {change.blocked}")
        parts = [self._ended[step.index] for step in mine if step.index in self._ended]
        bad = next((part for part in parts if part.status != "done"), None)
        made = next((part.id_after for part in parts if part.id_after is not None), None)
        if bad is not None:
            return Outcome(bad.status, bad.error, bad.id_after or made)
        if len(parts) == len(mine):
            return Outcome("done", id_after=made)
        why = self._why_halted()
        if why is None:
            waiting = _waited_for(self._plan, self._todo, mine, self._ended)
            return Outcome("failed", f"{waiting}. {_HALF}", made) if parts else Outcome("not_attempted", waiting)
        if parts:
            return Outcome("interrupted", f"{why}. {_HALF}", made)
        return Outcome("not_attempted", f"{why} before it began")

    def _why_halted(self) -> str | None:
        if self._means.stop.is_set():
            return "the run was interrupted"
        return "the state failed" if self.failures else None


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
        except (Unreadable, StateError) as error:
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
