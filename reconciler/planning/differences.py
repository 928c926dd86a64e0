"""The parts of fields that differ, by deepdiff, run once over all the pairs that are known to differ."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from reconciler.planning.plan import Difference
from reconciler.records import Secret, fold_url

Pairs = Mapping[str, tuple[Any, Any]]


def differences(changed: Mapping[str, Pairs]) -> dict[str, tuple[Difference, ...]]:
    """Return, for each key of `changed`, the differences of its fields, nested objects part by part.

    `changed` maps a key of the caller's to field → (before, after). Lists count as one value.
    deepdiff sees only texts that stand for the leaves, so no secret enters it.
    """
    if not changed:
        return {}
    from deepdiff import DeepDiff  # 150 ms to import: only where something differs

    # One level for all fields of all records, and no equal parts: deepdiff's time grows with both.
    places = {
        str(number): place for number, place in enumerate((key, name) for key in changed for name in changed[key])
    }
    left: dict[str, Any] = {}
    right: dict[str, Any] = {}
    for number, (key, name) in places.items():
        before, after = changed[key][name]
        left[number], right[number] = _trimmed(_outline(before), _outline(after))
    # Without threshold_to_diff_deeper=0 unlike objects collapse into one change at their root;
    # without ignore_private_variables=False keys that begin with `__` are passed over.
    tree = DeepDiff(left, right, view="tree", threshold_to_diff_deeper=0, ignore_private_variables=False)
    found: dict[str, list[Difference]] = {key: [] for key in changed}
    for nodes in tree.values():
        for node in nodes:
            number, *inner = node.path(output_format="list")
            key, name = places[number]
            before, after = changed[key][name]
            path = ".".join([name, *map(str, inner)])
            found[key].append(Difference(path, _inside(before, inner), _inside(after, inner)))
    return {key: tuple(sorted(parts, key=lambda part: part.path)) for key, parts in found.items()}


def _trimmed(before: Any, after: Any) -> tuple[Any, Any]:
    """Return two outlines without the parts that are equal in both."""
    if not isinstance(before, dict) or not isinstance(after, dict):
        return before, after
    left = {name: item for name, item in before.items() if name not in after}
    right = {name: item for name, item in after.items() if name not in before}
    for name in before.keys() & after.keys():
        if before[name] != after[name]:
            left[name], right[name] = _trimmed(before[name], after[name])
    return left, right


def _outline(value: Any) -> Any:
    """The value's nested objects as they are, each leaf as a text that is equal where the leaf is."""
    if isinstance(value, Mapping):
        return {name: _outline(item) for name, item in value.items()}
    if isinstance(value, str) and "://" in value:
        return fold_url(value)
    return json.dumps(value, sort_keys=True, default=_stand_in)


def _stand_in(value: object) -> object:
    if isinstance(value, Secret):
        return ["secret", value.fingerprint]
    raise TypeError(f"a {type(value).__name__} cannot be a field's value")


def _inside(value: Any, path: list[str]) -> Any:
    for name in path:
        if not isinstance(value, Mapping) or name not in value:
            return None
        value = value[name]
    return value
