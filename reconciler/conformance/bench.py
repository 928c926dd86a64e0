"""Where a step is tried: a hooks.yaml, a state and an account, and what a user does with them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from reconciler.applying import Progress
from reconciler.conformance.samples import CONNECTION, MARKER, Samples
from reconciler.output.visible import shown, shown_text
from reconciler.output.words import counted
from reconciler.planning import Plan, Result
from reconciler.providers.ability import ability_of
from reconciler.providers.protocol import Connection
from reconciler.records import Ability, Desired, Live, Scope, Secret, same
from reconciler.workflow.options import Options
from reconciler.workflow.session import Session

Subscriptions = Mapping[str, Mapping[str, Any]]


class Failed(Exception):
    """A step found that the provider does not do what its table says."""


class Skipped(Exception):
    """A step has nothing to try with this table; the message says why."""


class Bench:
    """A folder with a file of one connection, and the account that it leads to. Starts with nothing declared.

    `connection` is its entry under `providers:`.
    """

    def __init__(self, folder: Path, connection: Mapping[str, Any], samples: Samples) -> None:
        self.samples = samples
        self.spec = samples.spec
        self._folder = folder
        self._connection = dict(connection)
        self._states = 0
        self._subscriptions: Subscriptions = {}
        self.declare({})
        with self._session() as session:
            settings = session.expansion.settings[CONNECTION]
            self.ability: Ability = ability_of(settings)
            self.can_list = self.spec.listing is not None and not settings.by_state
            self.can_read = self.can_list or self.spec.get is not None

    def declare(self, subscriptions: Subscriptions, **connection: Any) -> None:
        """Write hooks.yaml: these subscriptions and no others. `connection` are further keys of the connection."""
        self._subscriptions = subscriptions
        document = {
            "version": 1,
            "state": f"state-{self._states}.db",
            "providers": {CONNECTION: {**self._connection, **connection}},
            "subscriptions": subscriptions,
        }
        self._file.write_text(json.dumps(document), encoding="utf-8")

    def forget_the_state(self) -> None:
        """Go on with a new, empty state, as somebody who finds records that others made."""
        self._states += 1
        self.declare(self._subscriptions)

    def plan(self) -> Plan:
        """Do what `reconcile plan` does."""
        with self._session() as session:
            return session.plan()

    def try_to_apply(self, expected: Sequence[str] | None = None) -> Result:
        """Do what `reconcile apply --allow-deletes all` does, however it ends; `expected` are the plan's actions."""

        def looked_at(plan: Plan) -> bool:
            if expected is not None:
                self.expect(plan, *expected)
            return True

        with self._session() as session:
            result = session.apply(looked_at, Progress())
        assert result is not None  # noqa: S101 -- only a declined question has no result
        return result

    def apply(self, expected: Sequence[str] | None = None) -> Result:
        """Apply, and expect everything to be done."""
        result = self.try_to_apply(expected)
        for one in result.plan.unknown:
            raise Failed(f"it cannot be read: {one.error}")
        for change, outcome in zip(result.plan.changes, result.outcomes, strict=True):
            if change.blocked is not None:
                raise Failed(f"{change.action} of {change.address} is blocked: {change.blocked}")
            if outcome.status != "done":
                raise Failed(f"{change.action} of {change.address} is {outcome.status}: {outcome.error}")
        return result

    def becomes(self, subscriptions: Subscriptions, *actions: str) -> None:
        """Declare; expect exactly these changes in the plan; apply them; then plan again and expect nothing."""
        self.declare(subscriptions)
        self.apply(actions)
        self.is_settled()

    def settles(self, subscriptions: Subscriptions) -> None:
        """Declare and apply, whatever that takes; then plan again and expect nothing."""
        self.declare(subscriptions)
        self.apply()
        self.is_settled()

    def expect(self, plan: Plan, *actions: str) -> None:
        """Expect exactly these changes."""
        for one in plan.unknown:
            raise Failed(f"it cannot be read: {one.error}")
        found = sorted(change.action for change in plan.changes)
        if found != sorted(actions):
            fields = sorted({one.path for change in plan.changes for one in change.differences})
            about = f" (differences in {', '.join(fields)})" if fields else ""
            raise Failed(f"the plan should have {_listed(sorted(actions))} and has {_listed(found)}{about}")

    def is_settled(self) -> None:
        """Plan and expect nothing: no change, no drift."""
        plan = self.plan()
        self.expect(plan)
        for one in plan.drift:
            fields = ", ".join(difference.path for difference in one.differences)
            raise Failed(f"right after an apply {one.address} has drifted in {fields}")

    def live(self) -> list[Live]:
        """Read the records of ours that are there: by the list, or one by one where there is none."""
        with self._session() as session:
            return self._live(session)

    def shows_what_was_sent(self) -> None:
        """Expect each record to read as it was declared, in every field that the provider shows."""
        if not self.can_read:
            return
        with self._session() as session:
            wanted = {one.key: one for one in session.desired()}
            live = {one.key: one for one in self._live(session)}
        for key, one in wanted.items():
            if key not in live:
                raise Failed(f"no record reads with the {', '.join(self.spec.key)} of {one.address}")
            self._reads_as(one, live[key])

    def _live(self, session: Session) -> list[Live]:
        connection = session.connection(CONNECTION)
        if self.can_list:
            return [one for one in connection.list(self.scope) if is_marked(one)]
        owned = list(session.store.load().records.values())
        found = [connection.get(one.scope, one.id) for one in owned]
        return [one for one in found if one is not None]

    def _reads_as(self, wanted: Desired, live: Live) -> None:
        for name in sorted(wanted.declared - self.ability.hidden - live.masked):
            sent, seen = wanted.fields.get(name), live.fields.get(name)
            if self.samples.fields[name].read_path is None and not self.samples.fields[name].beside:
                continue
            if not same(sent, seen):
                told = f"`{name}` was sent as {shown_text(shown(sent))} and reads as {shown_text(shown(seen))}"
                raise Failed(told)

    @property
    def scope(self) -> Scope:
        """The scope of the samples."""
        return tuple(sorted((name, self.samples.scope_value(name)) for name in self.spec.scope))

    @contextmanager
    def connected(self) -> Iterator[Connection]:
        """Open the connection itself, past plan and apply."""
        with self._session() as session:
            yield session.connection(CONNECTION)

    @property
    def _file(self) -> Path:
        return self._folder / "hooks.yaml"

    def _session(self) -> Session:
        return Session(Options(file=self._file, allow_deletes="all", allow_recreate=True))


def is_marked(live: Live) -> bool:
    """Whether a record is one of a check's own, by its URL."""
    url = live.fields.get("url")
    text = url.reveal() if isinstance(url, Secret) and url.known else url
    return isinstance(text, str) and text.startswith(f"{MARKER}/")


def _listed(actions: Sequence[str]) -> str:
    return " and ".join(counted(actions.count(one), one) for one in dict.fromkeys(actions)) or "no change"
