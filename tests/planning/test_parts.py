"""The parts that differ, over any two values: what deepdiff says in one go is what a plain walk says."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reconciler.planning.differences import differences

LEAVES = (
    st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from(["", "a", "b", "__c"]) | st.lists(st.booleans())
)
VALUES = st.recursive(
    LEAVES, lambda inner: st.dictionaries(st.sampled_from(["x", "y", "1", "__z"]), inner), max_leaves=8
)
PAIRS = st.dictionaries(
    st.sampled_from(["c0", "c1", "d0"]), st.dictionaries(st.sampled_from(["url", "config"]), st.tuples(VALUES, VALUES))
)


def walked(path, before, after):
    if not isinstance(before, dict) or not isinstance(after, dict):
        same = type(before) is type(after) and before == after
        return [] if same else [(path, before, after)]
    found = []
    for name in sorted(before.keys() | after.keys()):
        inner = f"{path}.{name}"
        if name in before and name in after:
            found += walked(inner, before[name], after[name])
        else:
            found.append((inner, before.get(name), after.get(name)))
    return found


@given(PAIRS)
def test_the_parts_that_differ_are_told_and_no_others(changed):
    found = differences(changed)

    assert found.keys() == changed.keys()
    for key, pairs in changed.items():
        expected = [part for name, pair in pairs.items() for part in walked(name, *pair)]
        assert [(one.path, one.before, one.after) for one in found[key]] == sorted(expected, key=lambda part: part[0])
