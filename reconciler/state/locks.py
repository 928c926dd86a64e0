"""Who holds the lock of a state: made for this process, and told in words."""

from __future__ import annotations

import secrets

from reconciler.state.actor import actor, host, utc_now
from reconciler.state.model import Holder
from reconciler.state.process import this_process


def new_holder(token: int, command: str) -> Holder:
    """Return this process as the holder of a lock with that fencing token, which is higher than any before."""
    return Holder(secrets.token_hex(6), token, actor(), host(), this_process().pid, utc_now(), command)


def described(holder: Holder) -> str:
    """Return who a holder is, in words."""
    return f"{holder.actor}@{holder.host} (process {holder.pid}, `{holder.command}`, since {holder.since})"


def locked_message(location: str, holder: Holder) -> str:
    """Return what to tell whoever finds the state at `location` locked."""
    return (
        f"The state {location} is locked by {described(holder)}.\n"
        "Run again when it is done, or wait for it with --lock-timeout SECONDS. "
        f"If that run is surely dead, break its lock: reconcile state unlock {holder.id}"
    )
