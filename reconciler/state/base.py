"""What all stores do alike: hold the lock, group the commits, agree on the keys, and say what went wrong."""

from __future__ import annotations

import logging
import time
import uuid
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Generic, TypeVar

from reconciler.errors import StateError, StateLocked
from reconciler.records import Fingerprinter
from reconciler.secrets.fingerprints import Key
from reconciler.state import locks
from reconciler.state.grouping import GroupCommit
from reconciler.state.keyring import KeyNote, Keyring
from reconciler.state.model import Entry, Holder, Operation, State

Batch = TypeVar("Batch")
_log = logging.getLogger(__name__)
_PAUSES = (0.02, 0.5)
"""Seconds between looks at a lock that somebody else holds: at first, and at most."""


class BaseStore(ABC, Generic[Batch]):
    """A `Store` without its place. It belongs to the process that made it; its threads may share it.

    Reading never makes a state; the first `locked()` does. Until then the lineage and the
    fingerprint key exist in memory only, and that `locked()` stores them: what was planned in this
    process on a fresh state stays comparable. Another process that plans before anything was
    stored has a key and a lineage of its own.
    """

    def __init__(self, location: str, keys: Keyring | None = None) -> None:
        self.location = location
        self._keys = keys or Keyring()
        self._keys.location = location
        self._lineage = uuid.uuid4().hex
        self._holder: Holder | None = None
        self._commits: GroupCommit[Batch] = GroupCommit(self._write)

    @property
    def fingerprint(self) -> Fingerprinter:
        """The keyed hash that seals secrets. Raises `StateError` where the right key is not at hand."""
        return self.fingerprint_key().fingerprint

    def fingerprint_key(self) -> Key:
        """Return the key of the fingerprints, for a state that this one is copied to."""
        return self._keys.fingerprints(self._note())

    def use_fingerprint_key(self, key: Key) -> None:
        """Make a state that is not there yet with the fingerprint key of another one."""
        self._keys.take(key)

    def commit(self, *operations: Operation) -> None:
        """Carry out `operations` all or nothing, durably. Needs the lock; thread-safe.

        Raises `StateError`, with nothing written, where the lock is not held any more, a record would be
        moved over another, or the state cannot be written. Threads that commit at once share a write.
        """
        self._own_holder()
        self._commits.submit(self._batch(operations))

    @contextmanager
    def locked(self, command: str, timeout: float = 0.0) -> Iterator[Holder]:
        """Hold the lock; make the state where there is none, and upgrade an older one.

        Waits up to `timeout` seconds, then raises `StateLocked`. A holder that is known to have died
        loses it.
        """
        deadline = time.monotonic() + timeout
        pause, longest = _PAUSES
        self._prepare()
        while True:
            holder, ours = self._try_lock(command)
            if ours:
                break
            left = deadline - time.monotonic()
            if left <= 0:
                raise StateLocked(locks.locked_message(self.location, holder))
            time.sleep(min(pause, left))
            pause = min(2 * pause, longest)
        self._holder = holder
        try:
            yield holder
        finally:
            self._holder = None
            try:
                self._release(holder)
            except StateError as error:
                # What was done is done and recorded; how the next run gets the lock, the message of it says.
                _log.warning("the lock %s was not released: %s", holder.id, error)

    def rekey(self, given: Key | None, *, encrypt: bool) -> None:
        """Keep the state under the user's key `given` (None: under its own) from now on, encrypted or not.

        Fingerprints stay comparable. Needs the lock.
        """
        self._own_holder()
        self.fingerprint_key()
        state, lines = self.load(), list(self.history())[::-1]
        self._keys.given, self._keys.encrypt = given, encrypt
        self._rewrite(state, lines, self._keys.renewed())

    @abstractmethod
    def load(self) -> State:
        """Read the whole state. Needs no lock and writes nothing. `fresh` holds until the first commit."""

    @abstractmethod
    def check_held(self) -> None:
        """Raise `StateError` where this store's lock is no longer held."""

    @abstractmethod
    def unlock(self, lock_id: str) -> Holder:
        """Break the lock with that id and return who held it. Raises `StateError` for any other id."""

    @abstractmethod
    def history(self, limit: int | None = None) -> Iterator[Entry]:
        """The history, newest first."""

    @abstractmethod
    def close(self) -> None:
        """Let go of files and connections."""

    @abstractmethod
    def _note(self) -> KeyNote | None:
        """What the state says of its keys; None where there is no state yet."""

    @abstractmethod
    def _prepare(self) -> None:
        """Make sure that a state can be kept here."""

    @abstractmethod
    def _try_lock(self, command: str) -> tuple[Holder, bool]:
        """Return who holds the lock now, and whether it is us."""

    @abstractmethod
    def _release(self, holder: Holder) -> None:
        """Let go of the lock, if it is still this holder's."""

    @abstractmethod
    def _batch(self, operations: Sequence[Operation]) -> Batch:
        """Return operations as `_write` takes them. Raises `ValueError` for a secret that is not sealed."""

    @abstractmethod
    def _write(self, batches: Sequence[Batch]) -> None:
        """Carry out batches, all or nothing, each with a serial of its own."""

    @abstractmethod
    def _rewrite(self, state: State, lines: Sequence[Entry], note: KeyNote) -> None:
        """Store everything anew, sealed as `note` says; `lines` are the history, oldest first."""

    def _own_holder(self) -> Holder:
        if self._holder is None:
            raise StateError(f"The state {self.location} cannot be changed without its lock.")
        return self._holder

    def _verify_held(self, present: Holder | None) -> None:
        """Raise `StateError` where `present` is not our own hold of the lock."""
        own = self._own_holder()
        if present != own:
            now = f"now it is held by {locks.described(present)}" if present else "nobody holds it now"
            raise StateError(
                f"The lock of the state {self.location} was broken: {own.id} was ours, {now}. "
                "Nothing more is written. Once no other run is at work, run plan again."
            )

    def _check_breakable(self, present: Holder | None, lock_id: str) -> Holder:
        """Return the holder whose lock is to be broken. Raises `StateError` where it is not that one's."""
        if present is None:
            raise StateError(f"The state {self.location} is not locked; there is nothing to break.")
        if present.id != lock_id:
            raise StateError(f"There is no lock {lock_id}. {locks.locked_message(self.location, present)}")
        return present

    def _told_takeover(self, dead: Holder) -> None:
        _log.warning("took over the lock of a run that died: %s", locks.described(dead))
