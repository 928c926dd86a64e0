"""A plan and its result as one JSON object. Keys are only added within format 1.x."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from typing import Any, get_args

from reconciler.output.visible import ordered, shown, shown_change
from reconciler.output.words import captured, order
from reconciler.planning.plan import (
    Change,
    Difference,
    Drift,
    Origin,
    Outcome,
    Plan,
    Result,
    Status,
    Unknown,
    Unmanaged,
    Warned,
)
from reconciler.records import Fields

FORMAT_VERSION = "1.0"


def plan_json(plan: Plan) -> dict[str, Any]:
    """Return what `plan --format json` prints: every key there, no secret in it, the order stable."""
    return _document(plan, [None] * len(plan.changes), plan.warnings)


def result_json(result: Result) -> dict[str, Any]:
    """Return what `apply --format json` prints: the plan's form, each change with its outcome, and their counts."""
    document = _document(result.plan, result.outcomes, (*result.plan.warnings, *result.warnings))
    counts = Counter(outcome.status for outcome in result.outcomes)
    return {**document, "outcomes": {status: counts[status] for status in get_args(Status)}}


def change_json(change: Change) -> dict[str, Any]:
    """Return one change as a plan's JSON has it."""
    return _change(change, None)


def to_json_text(document: dict[str, Any]) -> str:
    """Return `document` as text that ends with a newline. ASCII alone, so that no terminal and no pipe alters it."""
    return json.dumps(document, indent=2, allow_nan=False) + "\n"


def _document(plan: Plan, outcomes: Iterable[Outcome | None], warnings: Iterable[Warned]) -> dict[str, Any]:
    changes = sorted(zip(plan.changes, outcomes, strict=True), key=lambda pair: order(pair[0]))
    return {
        "format_version": FORMAT_VERSION,
        "complete": plan.complete,
        "changes": [_change(change, outcome) for change, outcome in changes],
        "drift": [_drift(one) for one in sorted(plan.drift, key=order)],
        "unmanaged": [_unmanaged(one) for one in sorted(plan.unmanaged, key=lambda u: (u.connection, u.scope, u.id))],
        "unknown": [_unknown(one) for one in sorted(plan.unknown, key=lambda u: (u.connection, u.scope, u.error))],
        "warnings": [{"address": one.address, "message": one.message} for one in warnings],
        "refusals": list(plan.refusals),
        "summary": plan.summary(),
        "digest": plan.digest,
    }


def _change(change: Change, outcome: Outcome | None) -> dict[str, Any]:
    before, after = _sides(change.before, change.after)
    form = {
        "address": change.address,
        "connection": change.connection,
        "provider": change.provider,
        "scope": dict(change.scope),
        "action": change.action,
        "reason": change.reason,
        "id": change.id,
        "id_after": outcome.id_after if outcome else None,
        "before": before,
        "after": after,
        "differences": _differences(change.differences),
        "blocked": change.blocked,
        "outcome": outcome.status if outcome else None,
        "error": outcome.error if outcome else None,
    }
    if change.origin:
        form["from"] = _origin(change.origin)
    if captured(change) and change.desired and change.desired.capture:
        capture = change.desired.capture
        form["capture"] = {"file": capture.file} if capture.file is not None else {"command": list(capture.command)}
    return form


def _sides(before: Fields | None, after: Fields | None) -> tuple[Any, Any]:
    left = None if before is None else ordered(before)
    right = None if after is None else ordered(after)
    return shown_change(left, right)


def _origin(origin: Origin) -> dict[str, Any]:
    return {
        "address": origin.address,
        "connection": origin.connection,
        "scope": dict(origin.scope),
        "id": origin.id,
    }


def _differences(differences: Iterable[Difference]) -> list[dict[str, Any]]:
    forms = []
    for one in differences:
        before, after = shown_change(one.before, one.after)
        forms.append({"path": one.path, "before": before, "after": after})
    return forms


def _drift(drift: Drift) -> dict[str, Any]:
    return {
        "address": drift.address,
        "connection": drift.connection,
        "scope": dict(drift.scope),
        "id": drift.id,
        "gone": drift.gone,
        "differences": _differences(drift.differences),
    }


def _unmanaged(one: Unmanaged) -> dict[str, Any]:
    return {
        "connection": one.connection,
        "scope": dict(one.scope),
        "id": one.id,
        "url": shown(one.url),
        "events": list(one.events),
        "note": one.note,
    }


def _unknown(one: Unknown) -> dict[str, Any]:
    return {"connection": one.connection, "scope": dict(one.scope), "error": one.error, "address": one.address}
