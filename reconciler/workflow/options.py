"""What every command can be told, whether on the command line or by the environment."""

from __future__ import annotations

from dataclasses import field
from pathlib import Path
from typing import Literal

from reconciler.slotted import dataclass


@dataclass(frozen=True, slots=True)
class Options:
    """The common options of a command; those that it does not take have their defaults.

    `state` None means: what the file says. `targets` and `connections` empty mean all.
    `allow_deletes` None means the file's `max_deletes`. `lock_timeout` is in seconds.
    `rotate` is the address whose secrets are renewed whether they differ or not.
    """

    file: Path = Path("hooks.yaml")
    state: str | None = field(default=None, repr=False)  # a URL may hold a password
    targets: tuple[str, ...] = ()
    connections: tuple[str, ...] = ()
    parallelism: int = 10
    color: str = "auto"
    verbose: int = 0
    log_format: str = "text"
    allow_deletes: int | Literal["all"] | None = None
    allow_recreate: bool = False
    lock_timeout: float = 0.0
    rotate: str | None = None
