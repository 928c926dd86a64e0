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

    left = {key: {name: _outline(before) for name, (before, _) in pairs.items()} for key, pairs in changed.items()}
    right = {key: {name: _outline(after) for name, (_, after) in pairs.items()} for key, pairs in changed.items()}
    # Without threshold_to_diff_deeper=0 unlike objects collapse into one change at their root;
    # without ignore_private_variables=False keys that begin with `__` are passed over.
    tree = DeepDiff(left, right, view="tree", threshold_to_diff_deeper=0, ignore_private_variables=False)
    found: dict[str, list[Difference]] = {key: [] for key in changed}
    for nodes in tree.values():
        for node in nodes:
            key, name, *inner = node.path(output_format="list")
            before, after = changed[key][name]
            path = ".".join([name, *map(str, inner)])
            found[key].append(Difference(path, _inside(before, inner), _inside(after, inner)))
    return {key: tuple(sorted(parts, key=lambda part: part.path)) for key, parts in found.items()}


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
