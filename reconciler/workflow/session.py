"""One run over one file: the file, the state and the connections, opened, and what is done with them."""

from __future__ import annotations

import logging
import os
import secrets
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from types import TracebackType
from typing import Any, Self

from reconciler.applying import Author, Captures, Ledger, Means, Progress, Recovery, carry_out, recover
from reconciler.config import Expansion, load_config, seal_all, state_location
from reconciler.documents import collector_paused
from reconciler.errors import ReconcileError
from reconciler.http.redaction import Redactor
from reconciler.output.words import counted
from reconciler.planning import Plan, Policy, Result, Views, Warned, make_plan
from reconciler.planning.plan import Outcome
from reconciler.providers.ability import ability_of
from reconciler.providers.engine import open_connection
from reconciler.providers.mapping import secret_texts
from reconciler.providers.protocol import Connection
from reconciler.providers.registry import spec_hash
from reconciler.reading import Account, Place, read_accounts, read_place, read_views
from reconciler.records import Ability, Deposed, Desired, Fingerprinter, Known, View, selects
from reconciler.secrets.fingerprints import Key
from reconciler.slotted import dataclass
from reconciler.state.model import Holder, Identity, Operation, PutIdentity, SetEcho, State, Store
from reconciler.state.open import open_store
from reconciler.workflow.checks import check_accounts, check_identities, check_selection, fresh_state_warning
from reconciler.workflow.options import Options

_log = logging.getLogger(__name__)

Confirm = Callable[[Plan], bool]


class Interrupted(ReconcileError):
    """The user asked to stop before anything was written."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A plan and all that it was made from."""

    plan: Plan
    views: tuple[View, ...]
    state: State
    abilities: Mapping[str, Ability]
    policy: Policy
    context: Mapping[str, Any]


Review = Callable[[Prepared], Sequence[str]]
"""Says why what was reviewed is not what would be done now; nothing where it is."""


class Session:
    """The file, its state and its connections, for one command. Use it as a context manager.

    Opening raises `ConfigError` or `StateError`. `stop` may be set from a signal handler: reads end
    early, an apply finishes what is under way.
    """

    def __init__(
        self, options: Options, *, environ: Mapping[str, str] = os.environ, stop: threading.Event | None = None
    ) -> None:
        self.options = options
        self.environ = environ
        self.stop = stop or threading.Event()
        self.expansion: Expansion = load_config(options.file, resolve=True)
        state = self.expansion.state if options.state is None else options.state
        self.store: Store = open_store(state or "")
        self._connections: dict[str, Connection] = {}
        self._accounts: dict[str, Account] = {}
        self._abreast = 1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for connection in self._connections.values():
            connection.close()
        self.store.close()

    def plan(self, *, destroy: bool = False) -> Plan:
        """Read what is there and return the plan. Writes nothing, and needs no lock."""
        return self.prepare(destroy=destroy).plan

    def prepare(self, *, destroy: bool = False) -> Prepared:
        """Do as `plan`, and return with it what it was made from."""
        with collector_paused():
            return self._prepare(self.store.load(), destroy=destroy, settle=None)

    def apply(
        self,
        confirm: Confirm,
        progress: Progress,
        *,
        command: str = "apply",
        destroy: bool = False,
        gently: AbstractContextManager[None] | None = None,
        digest: str | None = None,
        review: Review | None = None,
    ) -> Result | None:
        """Take the lock, take up what an earlier run left, plan, ask, and carry the plan out.

        `digest` is that of the plan that was reviewed, for the history; what `review` says against
        the plan as it is now refuses the apply.

        `gently` is entered while writes are under way: whoever handles signals then only sets `stop`.

        Returns None where `confirm` says no. A plan with refusals is returned with nothing attempted.
        Raises `StateLocked`, `StateError`, `ConfigError` or `Interrupted` before the first write.
        """
        with self.store.locked(command, self.options.lock_timeout) as holder:
            state = self.store.load()
            ledger = self._ledger(holder, state, digest)
            prepared = self._prepare(state, destroy=destroy, settle=ledger)
            plan = prepared.plan
            if review is not None:
                plan = replace(plan, refusals=(*plan.refusals, *review(prepared)))
            self._check_stop()
            if plan.refusals:
                refused = Outcome("not_attempted", "the whole apply is refused")
                return Result(plan, tuple(refused for _ in plan.changes))
            if not confirm(plan):
                return None
            self._check_stop()
            captures = Captures(ledger, prepared.abilities, self.store.fingerprint, self._redactor())
            parallelism = self.options.parallelism
            means = Means(self._connections, prepared.abilities, ledger, progress, self.stop, captures, parallelism)
            with gently or nullcontext():
                ledger.commit(*self._identities(state), *_first_echoes(prepared))
                return carry_out(plan, prepared.views, means)

    def connection(self, name: str) -> Connection:
        """Return the open connection of that name (opened on first use; no request is made by that)."""
        if name not in self._connections:
            settings = replace(self.expansion.settings[name], abreast=self._abreast)
            self._connections[name] = open_connection(settings, self.store.fingerprint, stop=self.stop)
        return self._connections[name]

    def identity(self, name: str) -> Identity:
        """Return which account a connection is now. Raises `Unreadable` where that should be readable and is not."""
        settings, connection = self.expansion.settings[name], self.connection(name)
        return Identity(name, settings.provider, settings.base_url, connection.account())

    def desired(self) -> tuple[Desired, ...]:
        """Return the declared records, secrets sealed with the state's key."""
        specs = {name: one.spec for name, one in self.expansion.settings.items()}
        return seal_all(self.expansion.desired, self.store.fingerprint, specs)

    @collector_paused()
    def _prepare(self, state: State, *, destroy: bool, settle: Ledger | None) -> Prepared:
        settings = self.expansion.settings
        desired = () if destroy else self.desired()
        check_identities(state, settings)
        check_selection(self.options, desired, state, settings)
        places = self._places(desired, state)
        self._abreast = max(1, self.options.parallelism // max(1, len(places)))
        for name, _ in places:
            self.connection(name)
        owned = counted(len(state.records), "record")
        _log.info("the state at %s has %s; reading %s", self.store.location, owned, counted(len(places), "place"))
        telling = [name for name in self._connections if settings[name].spec.account is not None]
        self._accounts, unreadable = read_accounts(self._connections, telling, self.options.parallelism)
        check_accounts(state, self._accounts)
        views = read_views(self._connections, places, self.options.parallelism, unreadable)
        for view in views:
            found = counted(len(view.live), "record") if view.complete else "unknown" if view.error else "not listed"
            _log.info("%s: %s", " ".join([view.connection, *(value for _, value in view.scope)]), found)
        recovery = recover(state, {(view.connection, view.scope): view for view in views})
        if settle is not None:
            views, recovery = self._believe(state, views, recovery, places)
            if recovery.operations:
                settle.commit(*recovery.operations, *_told(recovery, settle))
        else:
            for operation in recovery.operations:
                state.apply(operation)
        abilities = {name: ability_of(one) for name, one in settings.items()}
        context = self._context(state, places)
        seen = Views(
            desired,
            tuple(state.records.values()),
            views,
            abilities,
            tuple(state.deposed),
            recovery.unresolved,
            (
                *self.expansion.warnings,
                *fresh_state_warning(state, self.environ),
                *(Warned(message, address) for address, message in recovery.notes),
            ),
            context,
            self._shared_key(places) if state.fresh else None,
        )
        policy = self._policy(destroy=destroy)
        return Prepared(make_plan(seen, policy), views, state, abilities, policy, context)

    def _believe(
        self, state: State, views: tuple[View, ...], recovery: Recovery, places: Mapping[Place, set[str]]
    ) -> tuple[tuple[View, ...], Recovery]:
        """Absence of what a dead run was about to make is believed only on a second read, one settle later."""
        if not recovery.doubtful:
            return views, recovery
        self.stop.wait(max(self._connections[name].settle for name, _ in recovery.doubtful))
        self._check_stop()
        again = {place: read_place(self._connections[place[0]], place[1], places[place]) for place in recovery.doubtful}
        views = tuple(again.get((view.connection, view.scope), view) for view in views)
        return views, recover(state, {(view.connection, view.scope): view for view in views})

    def _places(self, desired: tuple[Desired, ...], state: State) -> dict[Place, set[str]]:
        """Return the places to be read, each with the ids that the state knows there."""
        ids: dict[Place, set[str]] = defaultdict(set)
        touched: dict[str, set[Place]] = defaultdict(set)
        for wanted in desired:
            touched[wanted.address].add((wanted.connection, wanted.scope))
        owned: Iterable[Known | Deposed] = (*state.records.values(), *state.deposed)
        for record in owned:
            ids[record.connection, record.scope].add(record.id)
            touched[record.address].add((record.connection, record.scope))
        for intent in state.intents.values():
            touched[intent.address or ""].add((intent.connection, intent.scope))
        for name, one in self.expansion.settings.items():
            if one.manage_all and not one.spec.scope and not self.options.targets:
                touched[""].add((name, ()))
        chosen: set[str] = set()
        for address, places in touched.items():
            targeted = not self.options.targets or any(selects(one, address) for one in self.options.targets)
            names = {name for name, _ in places}
            if targeted and (not self.options.connections or names & set(self.options.connections)):
                chosen |= names
        every = {place for places in touched.values() for place in places}
        return {place: ids.get(place, set()) for place in sorted(every) if place[0] in chosen}

    def _policy(self, *, destroy: bool) -> Policy:
        allowed = self.options.allow_deletes
        most = allowed if isinstance(allowed, int) else self.expansion.policy.max_deletes
        everything = destroy or allowed == "all"
        return Policy(
            max_deletes=None if everything else most,
            all_may_go=everything,
            allow_recreate=self.options.allow_recreate,
            targets=self.options.targets,
            connections=self.options.connections,
            rotate=self.options.rotate,
        )

    def _context(self, state: State, places: Mapping[Place, set[str]]) -> dict[str, Any]:
        settings = self.expansion.settings
        used = sorted({name for name, _ in places})
        accounts = {name: account for name in used if (account := self._accounts.get(name))}
        return {
            "lineage": "" if state.fresh else state.lineage,
            "base_urls": {name: settings[name].base_url for name in used},
            "tables": {name: spec_hash(settings[name].spec) for name in used},
            **({"accounts": accounts} if accounts else {}),
        }

    def _shared_key(self, places: Iterable[Place]) -> Fingerprinter:
        """Hash secrets for the digest as long as the state has no key that this run and the next would share.

        What they do share is the connections' credentials.
        """
        settings = [self.expansion.settings[name] for name in sorted({name for name, _ in places})]

        @cache
        def key() -> Key:
            found = ((one.name, name, value.reveal()) for one in settings for name, value in one.credentials.items())
            return Key.from_secrets(text for parts in sorted(found) for text in parts)

        return lambda text: key().fingerprint(text)

    def _redactor(self) -> Redactor:
        """Return one that knows every secret of the file, for what commands say that take secrets."""
        credentials = [secret for one in self.expansion.settings.values() for secret in one.credentials.values()]
        fields = [one.fields for one in self.expansion.desired]
        return Redactor(secret_texts([credentials, fields]))

    def _ledger(self, holder: Holder, state: State, digest: str | None) -> Ledger:
        return Ledger(self.store, state, Author(holder, secrets.token_hex(6), utc_now, digest))

    def _identities(self, state: State) -> list[Operation]:
        """What the state is to remember of each connection; of one that could not tell its account, what it knew."""
        found: list[Operation] = []
        for name, one in self.expansion.settings.items():
            if name in self._connections:
                before = state.identities.get(name)
                account = self._accounts.get(name, before.account if before else None)
                found.append(PutIdentity(Identity(name, one.provider, one.base_url, account)))
        return found

    def _check_stop(self) -> None:
        if self.stop.is_set():
            raise Interrupted("Interrupted before anything was changed.")


def open_store_of(options: Options) -> Store:
    """Open the state that the command line names, else the file's; nothing else of the file is needed for it."""
    return open_store(state_place(options))


def state_place(options: Options) -> str:
    """Return where the state is, as the user calls it."""
    return options.state if options.state is not None else state_location(options.file)


def utc_now() -> str:
    """Return the time for the history: UTC, ISO 8601, milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _first_echoes(prepared: Prepared) -> list[Operation]:
    """The first complete read after a write whose own run could not read it back."""
    live = {(one.connection, one.scope, one.id): one for view in prepared.views for one in view.live}
    found: list[Operation] = []
    for known in prepared.state.records.values():
        shown = live.get((known.connection, known.scope, known.id))
        if known.echo is None and shown is not None:
            found.append(SetEcho(known.address, known.id, shown.fields))
    return found


def _told(recovery: Recovery, ledger: Ledger) -> list[Operation]:
    return [ledger.entry("recover", "done", address, None, detail=message) for address, message in recovery.notes]
