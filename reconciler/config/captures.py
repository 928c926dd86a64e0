"""`capture:` of a subscription: where the secret goes that its provider makes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reconciler.config.values import FILLED, Schema, keys, list_of
from reconciler.errors import Problem
from reconciler.records import Capture
from reconciler.secrets.references import needs_environment

NAME = "capture"
KINDS = frozenset({"file", "command"})


def capture_schema() -> Schema:
    """Return the schema of what stands under `capture`; that it is exactly one of the two is `problem_of`'s word."""
    return keys({"file": (FILLED, False), "command": (list_of(FILLED, 1), False)}, others=False)


def problem_of(values: Mapping[str, Any], written: Mapping[str, Any], made: frozenset[str]) -> tuple[str, str] | None:
    """Return what is wrong with the capture of a subscription whose types are right, and what would be right.

    `written` is the subscription as the file has it, `made` the names of the secrets that the provider makes.
    """
    value = values.get(NAME)
    if value is None:
        return None
    if len(KINDS & value.keys()) != 1:
        return (
            "`capture` takes either `file` or `command`",
            "such as {file: secrets/name} or {command: [program, argument]}",
        )
    given = sorted(made & values.keys())
    if given:
        return f"`{given[0]}` is given, so there is none to be captured", f"remove `capture`, or remove `{given[0]}`"
    own = written[NAME]
    command = own.get("command", ()) if isinstance(own, dict) else ()
    if any(isinstance(word, str) and needs_environment(word) for word in command):
        hint = "the command has the same environment: let it read the variable itself"
        return "a command's arguments are seen by every process, so they take no variable and no file", hint
    return None


def capture_of(values: Mapping[str, Any], folder: Path) -> Capture | None:
    """Return the capture of a subscription that was checked; `folder` is that of its file."""
    value = values.get(NAME)
    if value is None:
        return None
    return Capture(value.get("file"), tuple(value.get("command", ())), str(folder))


class Files:
    """Notices two records that would write their secrets to one file."""

    def __init__(self) -> None:
        self._taken: dict[Path, str] = {}

    def add(self, address: str, capture: Capture | None) -> Problem | None:
        """Take a record in; return what is wrong if one before it has the same file."""
        if capture is None or capture.file is None:
            return None
        twin = self._taken.setdefault(Path(capture.folder) / capture.file, address)
        if twin == address:
            return None
        message = f"`{address}` and `{twin}` would write their secrets to one file, {capture.file}"
        return Problem(
            message, None, "give each a file of its own: with ${each.key} in its name, or one event a subscription"
        )
