"""From what the user calls a state to the store that keeps it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from reconciler.errors import StateError
from reconciler.records import mask_url
from reconciler.state.keyring import keyring_of
from reconciler.state.model import Store
from reconciler.state.sqlite import SqliteStore

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")


def open_store(location: str, base: Path | None = None, environ: Mapping[str, str] = os.environ) -> Store:
    """Return the store at `location`; nothing is read or written yet.

    `location` is a path, `sqlite:///relative/path` or `sqlite:////absolute/path`; `base` is the directory
    that a relative one starts from (default: the current one). `RECONCILE_STATE_KEY` in `environ` is the
    fingerprint key; empty means not set. Raises `StateError` for what is no place that a state can be kept in.
    """
    return SqliteStore((base or Path()) / _path(location), keyring_of(environ))


def _path(location: str) -> str:
    scheme = _SCHEME.match(location)
    path = location
    if scheme:
        if scheme[1].lower() != "sqlite":
            raise StateError(
                f"The state cannot be kept at {mask_url(location)}: this version keeps it in a SQLite file only. "
                "Name a path, as in .reconcile/state.db."
            )
        if not location[scheme.end() :].startswith("/"):
            raise StateError(f"{mask_url(location)} names no file. Write sqlite:///PATH.")
        path = location[scheme.end() + 1 :]
    if not path or "\0" in path:
        raise StateError("The state's path is empty or not a path. Name one, as in .reconcile/state.db.")
    return path
