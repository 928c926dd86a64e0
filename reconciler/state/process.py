"""Telling a living process from a dead one, so that the lock of a killed run does not stay for ever."""

from __future__ import annotations

import os
from pathlib import Path

from reconciler.slotted import dataclass
from reconciler.state import actor

_PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Process:
    """What tells one process from every other, also after a reboot or when its number is used again.

    `boot`, `namespace` and `started` are empty where the system does not tell them.
    """

    host: str
    boot: str
    namespace: str
    pid: int
    started: str


def this_process() -> Process:
    """Return what identifies the running process."""
    pid = os.getpid()
    return Process(actor.host(), _boot(), _namespace(), pid, _started(pid)[0])


def is_gone(process: Process) -> bool:
    """Whether `process` has certainly ended. False wherever that cannot be known from here."""
    if process.host != actor.host() or os.name != "posix":
        return False
    if process.boot and _boot() and process.boot != _boot():
        return True
    if process.namespace != _namespace():
        return False  # a container's process: its number means nothing here
    try:
        os.kill(process.pid, 0)
    except (ProcessLookupError, OverflowError):
        return True
    except PermissionError:
        pass  # it is there, and belongs to somebody else
    started, status = _started(process.pid)
    if status in ("Z", "X"):
        return True
    return bool(started and process.started and started != process.started)


def _boot() -> str:
    return _read(_PROC / "sys/kernel/random/boot_id").strip()


def _namespace() -> str:
    try:
        return str((_PROC / "self/ns/pid").readlink())
    except OSError:  # no /proc, as on macOS
        return ""


def _started(pid: int) -> tuple[str, str]:
    """Return a process's start time (in ticks since boot) and status letter; empty where unknown. See proc(5)."""
    # The command's name stands in parentheses and may hold anything; fields count from the last one.
    fields = _read(_PROC / str(pid) / "stat").rpartition(")")[2].split()
    return (fields[19], fields[0]) if len(fields) > 19 else ("", "")


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:  # no /proc, or a process that is hidden from us
        return ""
