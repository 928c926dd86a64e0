"""Who runs this, where and when: what the lock and the history say."""

from __future__ import annotations

import getpass
import os
import socket
from collections.abc import Mapping
from datetime import UTC, datetime

_IN_PIPELINES = ("GITHUB_ACTOR", "GITLAB_USER_LOGIN")


def actor(environ: Mapping[str, str] = os.environ) -> str:
    """Return who runs this: the person that a pipeline names, else the user of the machine."""
    for variable in _IN_PIPELINES:
        if environ.get(variable):
            return _readable(environ[variable])
    try:
        return _readable(environ.get("USER") or getpass.getuser())
    except (KeyError, OSError):  # a container may run under a number that has no name
        return f"uid {os.getuid()}" if hasattr(os, "getuid") else "unknown"


def host() -> str:
    """Return the name of this machine."""
    return socket.gethostname()


def utc_now() -> str:
    """Return the time in UTC, in ISO 8601 with milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _readable(name: str) -> str:
    return name.encode("utf-8", "backslashreplace").decode()  # the environment may hold any bytes
