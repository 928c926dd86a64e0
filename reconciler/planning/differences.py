"""The parts of fields that differ, by deepdiff, run once over the leaves of all objects that are known to differ."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.planning.plan import Difference
from reconciler.records import Secret, fold_url, same

Pairs = Mapping[str, tuple[Any, Any]]
Way = tuple[str, ...]
"""The names that lead from a field's value to a part of it."""


def differences(changed: Mapping[str, Pairs]) -> dict[str, tuple[Difference, ...]]:
    """Return, for each key of `changed`, the differences of its fields, nested objects part by part.

    `changed` maps a key of the caller's to field → (before, after). Lists count as one value.
    deepdiff sees only texts that stand for the leaves, so no secret enters it.
    """
    found: dict[str, list[Difference]] = {key: [] for key in changed}
    # One level for all leaves of all records, and no equal ones: deepdiff's time grows with its levels and its items.
    places: dict[str, tuple[str, str, Way]] = {}
    left: dict[str, str] = {}
    right: dict[str, str] = {}
    for key, pairs in changed.items():
        for name, (before, after) in pairs.items():
            if isinstance(before, Mapping) and isinstance(after, Mapping):
                for way, was, becomes in _leaves(before, after, ()):
                    number = str(len(places))
                    places[number] = key, name, way
                    left.update({} if was is None else {number: was})
                    right.update({} if becomes is None else {number: becomes})
            elif not same(before, after):
                found[key].append(Difference(name, before, after))
    for key, name, way in _unlike(left, right, places):
        before, after = changed[key][name]
        found[key].append(Difference(".".join([name, *way]), _inside(before, way), _inside(after, way)))
    return {key: tuple(sorted(parts, key=lambda part: part.path)) for key, parts in found.items()}


def _unlike(
    left: dict[str, str], right: dict[str, str], places: Mapping[str, tuple[str, str, Way]]
) -> Iterator[tuple[str, str, Way]]:
    if not places:
        return
    from deepdiff import DeepDiff  # 150 ms to import: only where objects differ

    # Without threshold_to_diff_deeper=0 all would be one difference where few keys are on both sides.
    for nodes in DeepDiff(left, right, view="tree", threshold_to_diff_deeper=0).values():
        for node in nodes:
            (number,) = node.path(output_format="list")
            yield places[number]


def _leaves(
    before: Mapping[str, Any], after: Mapping[str, Any], way: Way
) -> Iterator[tuple[Way, str | None, str | None]]:
    """Yield the parts that are not objects on both sides, as texts; None for what is not there."""
    for name in {**before, **after}:
        was, becomes = before.get(name), after.get(name)
        if isinstance(was, Mapping) and isinstance(becomes, Mapping):
            yield from _leaves(was, becomes, (*way, name))
            continue
        texts = _text(was) if name in before else None, _text(becomes) if name in after else None
        if texts[0] != texts[1]:
            yield (*way, name), *texts


def _text(value: Any) -> str:
    """Return a text that is equal where the value is."""
    if isinstance(value, str) and "://" in value:
        return fold_url(value)
    return json.dumps(value, sort_keys=True, default=_stand_in)


def _stand_in(value: object) -> object:
    if isinstance(value, Secret):
        return ["secret", value.fingerprint]
    raise TypeError(f"a {type(value).__name__} cannot be a field's value")


def _inside(value: Any, way: Way) -> Any:
    for name in way:
        if not isinstance(value, Mapping) or name not in value:
            return None
        value = value[name]
    return value
