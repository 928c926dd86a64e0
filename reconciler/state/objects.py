"""The state as an object of S3, Google or Azure: every write is conditional on the version that was read.

Lock and state are one object, so taking the lock, breaking it and committing exclude each other by
the store's own word: whoever's lock was broken cannot write any more. The newest lines of the
history are in it too, so that a commit is one write; older ones are moved to objects beside it.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TypeAlias

from reconciler.errors import StateError
from reconciler.state import objects_file
from reconciler.state.advance import advanced, check_sealed
from reconciler.state.base import BaseStore
from reconciler.state.grouping import Outage
from reconciler.state.keyring import KeyNote, Keyring
from reconciler.state.locks import new_holder
from reconciler.state.model import Entry, Holder, Operation, State
from reconciler.state.objects_document import Content, Envelope, damaged, from_bytes, pack, to_bytes, unpack
from reconciler.state.objects_file import Conflict, ObjectFile, Unsure, Version
from reconciler.state.process import is_gone, this_process
from reconciler.state.rows import entry_document, entry_from
from reconciler.state.sealing import Sealer

_Operations: TypeAlias = Sequence[Operation]
_Found: TypeAlias = tuple[Envelope, Version]

LINES = 200
"""How many lines of the history the object itself holds at most; older ones are moved away together."""
ATTEMPTS = 50
"""How often the lock is tried anew after somebody else wrote the object in between."""


class Moved(Exception):
    """The object is not the one that was read; `present` is what is there now."""

    def __init__(self, present: _Found | None) -> None:
        super().__init__("the object was written by somebody else")
        self.present = present


class ObjectStore(BaseStore[_Operations]):
    """A `Store` in one object of a bucket: `scheme` is `s3`, `gs` or `az`."""

    def __init__(self, scheme: str, bucket: str, key: str, keys: Keyring | None = None) -> None:
        self._file = ObjectFile(scheme, bucket, key)
        super().__init__(self._file.location, keys)
        self._current: tuple[Envelope, Version, Content] | None = None

    def load(self) -> State:
        """Read the whole state. Needs no lock and writes nothing. `fresh` holds until the first commit."""
        found = self._find()
        if found is None:
            return State(self._lineage, key_id=self._keys.key_id, fresh=True)
        return self._open(found[0]).state

    def check_held(self) -> None:
        """Raise `StateError` where this store's lock is no longer held."""
        self._own_holder()
        current = self._current
        if current is None or self._file.version() != current[1]:  # another thread may just be writing
            found = self._find()
            self._verify_held(found[0].holder if found else None)

    def unlock(self, lock_id: str) -> Holder:
        """Break the lock with that id and return who held it. Raises `StateError` for any other id."""
        for _ in range(ATTEMPTS):
            found = self._find()
            holder = self._check_breakable(found[0].holder if found else None, lock_id)
            if found and self._put_lock(found, None) is not None:
                return holder
        raise self._restless()

    def history(self, limit: int | None = None) -> Iterator[Entry]:
        """The history, newest first."""
        found = self._find()
        return self._lines(found[0], limit) if found else iter(())

    def close(self) -> None:
        """There is nothing to let go of."""

    def _note(self) -> KeyNote | None:
        found = self._find()
        return found[0].note if found else None

    def _prepare(self) -> None:
        self._file.version()  # where even this fails, it is told at once
        self._file.check_conditions()

    def _batch(self, operations: _Operations) -> _Operations:
        check_sealed(operations)
        return operations

    def _try_lock(self, command: str) -> tuple[Holder, bool]:
        for _ in range(ATTEMPTS):
            found = self._find()
            if found is not None and found[0].lock is not None:
                holder, process = found[0].lock
                if not is_gone(process):
                    return holder, False
                self._told_takeover(holder)
            holder = new_holder(found[0].token + 1 if found else 1, command)
            planned = self._keys.key_id
            taken = self._put_lock(found or self._new(), holder)
            if taken is None and not planned:
                self._keys.forget()
            if taken is not None:
                envelope, version = taken
                self._current = envelope, version, self._open(envelope)
                return holder, True
        raise self._restless()

    def _new(self) -> tuple[Envelope, None]:
        note = self._keys.renewed()
        state = State(self._lineage, key_id=note.key_id, fresh=True)
        return Envelope("", 0, None, note, pack(Content(state), self._keys.sealer(note))), None

    def _put_lock(self, found: tuple[Envelope, Version | None], holder: Holder | None) -> _Found | None:
        """Give the lock to `holder` (None: to nobody), or return None where the object was written meanwhile."""
        envelope, version = found
        if holder is not None:
            self._keys.sealer(envelope.note)
        changed = replace(
            envelope,
            lock=(holder, this_process()) if holder else None,
            token=holder.token if holder else envelope.token,
        )
        try:
            return self._put(changed, version)
        except Moved:
            return None

    def _release(self, holder: Holder) -> None:
        self._current = None
        for _ in range(ATTEMPTS):
            found = self._find()
            if found is None or found[0].holder != holder or self._put_lock(found, None) is not None:
                return
        raise self._restless()

    def _write(self, batches: Sequence[_Operations]) -> None:
        current, self._current = self._current, None
        envelope, version, content = current or self._fetch()
        state, entries = advanced(content.state, batches)
        self._current = self._store(envelope, version, replace(content, state=state, lines=(*content.lines, *entries)))

    def _store(self, envelope: Envelope, version: Version, content: Content) -> tuple[Envelope, Version, Content]:
        sealer = self._keys.sealer(envelope.note)
        if len(content.lines) > LINES:
            name = self._put_segment(len(content.segments), content.lines, sealer)
            content = replace(content, lines=(), segments=(*content.segments, name))
        try:
            written, new = self._put(replace(envelope, content=pack(content, sealer)), version)
        except Moved as moved:
            self._verify_held(moved.present[0].holder if moved.present else None)
            raise StateError(
                f"The state {self.location} was written by somebody who does not hold its lock. "
                "Nothing more is written; see who that was, then run plan again."
            ) from None
        return written, new, content

    def _rewrite(self, state: State, lines: Sequence[Entry], note: KeyNote) -> None:
        (envelope, version, before), self._current = self._current or self._fetch(), None
        sealer = self._keys.sealer(note)
        parts = [lines[at : at + LINES] for at in range(0, len(lines), LINES)]
        names = tuple(self._put_segment(number, part, sealer) for number, part in enumerate(parts))
        content = Content(replace(state, serial=state.serial + 1), (), names)
        self._current = self._store(replace(envelope, note=note), version, content)
        for name in before.segments:
            self._file.remove(name)

    def _put(self, envelope: Envelope, version: Version | None) -> _Found:
        """Write where the object still has `version`. Raises `Moved` where it has not.

        A lost answer is settled by reading. The same bytes may be sent again: only one of them can be
        written, and whichever it was, its mark is there.
        """
        envelope = replace(envelope, write=secrets.token_hex(8))
        raw = to_bytes(envelope)
        deadline = time.monotonic() + objects_file.PATIENCE
        while True:
            cause: Exception | None = None
            try:
                return envelope, self._file.write(raw, version)
            except Conflict:
                pass
            except Unsure as unsure:
                cause = unsure.cause
            present = self._settled(deadline)
            if present is not None and present[0].write == envelope.write:
                return present
            if cause is None or (present[1] if present else None) != version:
                raise Moved(present)
            if time.monotonic() > deadline:
                raise self._file.outage(cause)
            time.sleep(objects_file.PAUSE)

    def _settled(self, deadline: float) -> _Found | None:
        """Return what is there after a write that may have arrived, as soon as it can be read."""
        while True:
            try:
                return self._find()
            except StateError as error:
                if time.monotonic() > deadline:
                    raise Outage(str(error)) from None
                time.sleep(objects_file.PAUSE)

    def _put_segment(self, number: int, lines: Sequence[Entry], sealer: Sealer) -> str:
        """Write lines to an object of their own, which no other run can name, and return what it is called."""
        name = f".history/{number:06}-{secrets.token_hex(6)}"
        raw = sealer.seal(json.dumps([entry_document(line) for line in lines])).encode("ascii")
        self._file.create(raw, name)  # where it is there already, an earlier try got through
        return name

    def _lines(self, envelope: Envelope, limit: int | None) -> Iterator[Entry]:
        sealer, content = self._keys.sealer(envelope.note), self._open(envelope)
        left = limit
        for name in (None, *reversed(content.segments)):
            lines = content.lines if name is None else self._segment(name, sealer)
            chosen = lines[::-1] if left is None else lines[::-1][:left]
            yield from chosen
            if left is not None:
                left -= len(chosen)
                if left <= 0:
                    return

    def _segment(self, name: str, sealer: Sealer) -> tuple[Entry, ...]:
        found = self._file.read(name)
        if found is None:
            raise damaged(self.location + name, ValueError("it is not there"))
        try:
            return tuple(map(entry_from, json.loads(sealer.open(found[0].decode("ascii")))))
        except (ValueError, TypeError) as error:
            raise damaged(self.location + name, error) from None

    def _find(self) -> _Found | None:
        found = self._file.read()
        return (from_bytes(found[0], self.location), found[1]) if found else None

    def _fetch(self) -> tuple[Envelope, Version, Content]:
        """Return what is there, if the lock is still ours."""
        found = self._settled(time.monotonic())
        self._verify_held(found[0].holder if found else None)
        if found is None:
            raise StateError(f"The state {self.location} is gone. Restore the object, then run plan again.")
        return found[0], found[1], self._open(found[0])

    def _restless(self) -> StateError:
        return StateError(
            f"The state {self.location} was written by others again and again meanwhile. Run the same command again."
        )

    def _open(self, envelope: Envelope) -> Content:
        return unpack(envelope, self._keys.sealer(envelope.note), self.location)
