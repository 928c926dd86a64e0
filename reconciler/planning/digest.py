"""A digest of what a plan would do: equal where the same would be done to the same things.

It covers ids, the fields to be written, the differences, secrets by keyed hash, what the context
names (base URLs, tables, lineage) and the selection. Not: unmanaged records, drift without a change,
error texts, time, host or order. Each change has a digest of its own, so that what is left of a plan
that was cut short can be told from anything else.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from reconciler.planning.plan import Change, Policy
from reconciler.records import Fingerprinter, reseal, to_stored


def digest(
    changes: Sequence[Change], context: Mapping[str, Any], policy: Policy, rekey: Fingerprinter | None = None
) -> str:
    """Return `sha256:…` of the canonical content of `changes`, `context` and the selection and allowances.

    `rekey` hashes the secrets whose values are known; without it they enter by their fingerprints.
    """
    return _sha256(
        {
            "changes": sorted(_canonical(_content(change, rekey)) for change in changes),
            "context": dict(context),
            "policy": selection(policy),
        }
    )


def change_digest(change: Change) -> str:
    """Return `sha256:…` of one change. It is that of the work, not of its reason or of how it is told."""
    return _sha256(_content(change, None))


def work_digest(change: Change) -> str:
    """Return `sha256:…` of what a change makes of its record: where, and with which fields."""
    content = _content(change, None)
    return _sha256({name: content[name] for name in ("address", "connection", "scope", "after", "protect", "capture")})


def selection(policy: Policy) -> dict[str, Any]:
    """Return the selection and the allowances of a plan, as JSON."""
    return {
        "targets": sorted(policy.targets),
        "connections": sorted(policy.connections),
        "max_deletes": policy.max_deletes,
        "all_may_go": policy.all_may_go,
        "allow_recreate": policy.allow_recreate,
    }


def _content(change: Change, rekey: Fingerprinter | None) -> dict[str, Any]:
    origin = change.origin

    def plain(value: Any) -> Any:
        return to_stored(reseal(value, rekey) if rekey is not None else value)

    return {
        "address": change.address,
        "connection": change.connection,
        "scope": change.scope,
        "action": change.action,
        "id": change.id,
        "after": plain(change.after),
        "protect": change.desired.protect if change.desired else None,
        "differences": [[one.path, plain(one.before), plain(one.after)] for one in change.differences],
        "blocked": change.blocked is not None,
        "twin": change.twin.id if change.twin else None,
        "origin": [origin.address, origin.connection, origin.scope, origin.id] if origin else None,
        "capture": str(change.desired.capture) if change.desired and change.desired.capture else None,
    }


def _sha256(content: Any) -> str:
    return "sha256:" + hashlib.sha256(_canonical(content).encode()).hexdigest()


def _canonical(value: Any) -> str:
    # ASCII alone: a provider's answer may hold what no encoding takes (half a surrogate pair).
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
