"""From what the user calls a state to the store that keeps it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from reconciler.errors import StateError
from reconciler.records import mask_url
from reconciler.state.base import BaseStore
from reconciler.state.keyring import Keyring, keyring_of
from reconciler.state.model import Store

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_POSTGRESQL = ("postgresql", "postgres")
_OBJECTS = ("s3", "gs", "az")


def open_store(location: str, base: Path | None = None, environ: Mapping[str, str] = os.environ) -> Store:
    """Return the store at `location`; nothing is read or written yet.

    `location` is a path, `sqlite:///relative/path` or `sqlite:////absolute/path`, a `postgresql://` URL,
    or `s3://bucket/key` (`gs://`, `az://container/key`); `base` is the directory that a relative path
    starts from (default: the current one). `environ` has the user's key. Raises `StateError` for
    what is no place that a state can be kept in.
    """
    return open_with(location, keyring_of(environ), base)


def open_with(location: str, keys: Keyring, base: Path | None = None) -> BaseStore[Any]:
    """Return the store at `location` under these keys."""
    found = _SCHEME.match(location)
    scheme = found[1].lower() if found else "sqlite"
    if scheme in _POSTGRESQL:
        _needs("psycopg", "postgres", "PostgreSQL")
        from reconciler.state.postgresql import PostgresStore

        return PostgresStore(location, keys)
    if scheme in _OBJECTS:
        bucket, key = _object(location, scheme)
        _needs("obstore", "objects", "an object store")
        from reconciler.state.objects import ObjectStore

        return ObjectStore(scheme, bucket, key, keys)
    if scheme != "sqlite":
        raise StateError(
            f"The state cannot be kept at {mask_url(location)}: {scheme}:// is not known. Name a path, as in "
            ".reconcile/state.db, or postgresql://host/database, s3://bucket/key, gs://bucket/key, az://container/key."
        )
    from reconciler.state.sqlite import SqliteStore

    return SqliteStore((base or Path()) / _path(location, found[0] if found else ""), keys)


def _needs(package: str, extra: str, what: str) -> None:
    if find_spec(package) is None:
        raise StateError(
            f"To keep the state in {what} the package {package} is needed, which is not installed: "
            f"pip install 'webhook-reconciler[{extra}]'"
        )


def _object(location: str, scheme: str) -> tuple[str, str]:
    parts = urlsplit(location)
    if parts.query or parts.fragment or "@" in parts.netloc or ":" in parts.netloc:
        raise StateError(
            f"A state in an object store is {scheme}://{'CONTAINER' if scheme == 'az' else 'BUCKET'}/KEY and nothing "
            "more: credentials and endpoint come from the environment."
        )
    key = parts.path.strip("/")
    if not parts.netloc or not key or any(part in ("", ".", "..") for part in key.split("/")):
        raise StateError(
            f"{mask_url(location)} names no object. Write {scheme}://BUCKET/KEY, as in {scheme}://team/reconcile.json."
        )
    return parts.netloc, key


def _path(location: str, scheme: str) -> str:
    path = location
    if scheme:
        if not location[len(scheme) :].startswith("/"):
            raise StateError(f"{mask_url(location)} names no file. Write sqlite:///PATH.")
        path = location[len(scheme) + 1 :]
    if not path or "\0" in path:
        raise StateError("The state's path is empty or not a path. Name one, as in .reconcile/state.db.")
    return path
