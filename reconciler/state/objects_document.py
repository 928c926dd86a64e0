"""A state as one object: who holds the lock and under which keys it is in clear, the rest sealed where wanted."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import asdict
from typing import Any

from reconciler.errors import StateError
from reconciler.slotted import dataclass
from reconciler.state.codec import Malformed
from reconciler.state.document import dump, load_document
from reconciler.state.keyring import KeyNote
from reconciler.state.model import Entry, Holder, State
from reconciler.state.process import Process
from reconciler.state.rows import entry_document, entry_from
from reconciler.state.sealing import Sealer

FORMAT = "reconcile state"
VERSION = 1
_KEYS = frozenset({"format", "version", "write", "token", "lock", "key_id", "key", "sealed", "content"})
_LOCK = {
    "id": str,
    "token": int,
    "actor": str,
    "host": str,
    "pid": int,
    "since": str,
    "command": str,
    "boot": str,
    "namespace": str,
    "started": str,
}


@dataclass(frozen=True, slots=True)
class Envelope:
    """What can be said of a state without its key. `write` is the mark of the write that made this version."""

    write: str
    token: int
    lock: tuple[Holder, Process] | None
    note: KeyNote
    content: str

    @property
    def holder(self) -> Holder | None:
        """Who holds the lock."""
        return self.lock[0] if self.lock else None


@dataclass(frozen=True, slots=True)
class Content:
    """The state itself, the newest lines of its history, and the names of the objects that have the older ones."""

    state: State
    lines: tuple[Entry, ...] = ()
    segments: tuple[str, ...] = ()


def to_bytes(envelope: Envelope) -> bytes:
    """Return an envelope as an object's content."""
    lock = None
    if envelope.lock:
        holder, process = envelope.lock
        lock = {**asdict(holder), "boot": process.boot, "namespace": process.namespace, "started": process.started}
    stored = envelope.note.stored
    document = {
        "format": FORMAT,
        "version": VERSION,
        "write": envelope.write,
        "token": envelope.token,
        "lock": lock,
        "key_id": envelope.note.key_id,
        "key": None if stored is None else base64.b64encode(stored).decode("ascii"),
        "sealed": envelope.note.sealed,
        "content": envelope.content if envelope.note.sealed else json.loads(envelope.content),
    }
    return json.dumps(document, separators=(",", ":")).encode("ascii")


def from_bytes(raw: bytes, location: str) -> Envelope:
    """Return the envelope of an object's content. Raises `StateError` for what is none, or a newer one."""
    try:
        document = json.loads(raw)
    except ValueError:
        document = None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise StateError(f"{location} is another program's object, not a state. Give the state a key of its own.")
    version = document.get("version")
    if isinstance(version, int) and version > VERSION:
        raise StateError(
            f"The state {location} was written by a newer reconcile (its version is {version}, this one knows "
            f"{VERSION}). Update reconcile; nothing was changed."
        )
    try:
        return _envelope(document)
    except (Malformed, TypeError, KeyError, binascii.Error) as error:
        raise damaged(location, error) from None


def damaged(location: str, error: Exception) -> StateError:
    """Return the error of an object that is not what it should be."""
    return StateError(
        f"The state {location} holds something that cannot be read ({type(error).__name__}: {error}). "
        "Restore an earlier version of the object, where the bucket keeps them."
    )


def pack(content: Content, sealer: Sealer) -> str:
    """Return the content of an envelope."""
    lines = [entry_document(line) for line in content.lines]
    document = {"state": dump(content.state), "history": lines, "segments": content.segments}
    return sealer.seal(json.dumps(document, separators=(",", ":")))


def unpack(envelope: Envelope, sealer: Sealer, location: str) -> Content:
    """Return what is in an envelope. Raises `StateError` for a damaged one."""
    try:
        document = json.loads(sealer.open(envelope.content))
        lines, segments = tuple(map(entry_from, document["history"])), tuple(document["segments"])
        if not all(isinstance(name, str) for name in segments):
            raise Malformed("segments: a list of texts is expected")
        state = load_document(document["state"])
    except (StateError, ValueError, KeyError, TypeError) as error:
        raise damaged(location, error) from None
    state.fresh = state.serial == 0
    return Content(state, lines, segments)


def _envelope(document: dict[str, Any]) -> Envelope:
    if document.keys() != _KEYS:
        raise Malformed("other keys are expected")
    for name, kind in (("write", str), ("token", int), ("key_id", str), ("sealed", bool)):
        if not isinstance(document[name], kind):
            raise Malformed(f"{name}: another type is expected")
    stored = None if document["key"] is None else base64.b64decode(document["key"], validate=True)
    content = document["content"] if document["sealed"] else json.dumps(document["content"])
    if not isinstance(content, str):
        raise Malformed("content: a text is expected")
    lock = None
    if document["lock"] is not None:
        parts = document["lock"]
        if not all(isinstance(parts[name], kind) for name, kind in _LOCK.items()):
            raise Malformed("lock: another type is expected")
        holder = Holder(**{name: parts[name] for name in list(_LOCK)[:7]})
        lock = holder, Process(holder.host, parts["boot"], parts["namespace"], holder.pid, parts["started"])
    return Envelope(
        document["write"], document["token"], lock, KeyNote(document["key_id"], stored, document["sealed"]), content
    )
