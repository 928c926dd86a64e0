"""A digest of what a plan would do: equal where the same would be done to the same things.

It covers ids, the fields to be written, the differences, secrets by keyed hash, what the context
names (base URLs, tables, lineage) and the selection. Not: unmanaged records, drift without a change,
error texts, time, host or order.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from reconciler.planning.plan import Change, Policy
from reconciler.records import to_stored


def digest(changes: Sequence[Change], context: Mapping[str, Any], policy: Policy) -> str:
    """Return `sha256:…` of the canonical content of `changes`, `context` and the selection and allowances."""
    content = {
        "changes": sorted(_canonical(_content(change)) for change in changes),
        "context": dict(context),
        "policy": {
            "targets": sorted(policy.targets),
            "connections": sorted(policy.connections),
            "max_deletes": policy.max_deletes,
            "all_may_go": policy.all_may_go,
            "allow_recreate": policy.allow_recreate,
        },
    }
    return "sha256:" + hashlib.sha256(_canonical(content).encode()).hexdigest()


def _content(change: Change) -> dict[str, Any]:
    origin = change.origin
    return {
        "address": change.address,
        "connection": change.connection,
        "scope": change.scope,
        "action": change.action,
        "id": change.id,
        "after": to_stored(change.after),
        "protect": change.desired.protect if change.desired else None,
        "differences": [[one.path, to_stored(one.before), to_stored(one.after)] for one in change.differences],
        "blocked": change.blocked is not None,
        "twin": change.twin.id if change.twin else None,
        "origin": [origin.address, origin.connection, origin.scope, origin.id] if origin else None,
    }


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
