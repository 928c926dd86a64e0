"""What is declared by our `dataclass` behaves as what the standard library's makes."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from dataclasses import field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler import slotted


@slotted.dataclass(frozen=True, slots=True)
class Ours:
    """A value."""

    name: str
    number: int = 3
    hidden: str = field(default="x", repr=False)
    aside: str = field(default="y", compare=False)
    parts: tuple[Any, ...] = field(default_factory=tuple)

    def __post_init__(self) -> None:
        if self.number < 0:
            raise ValueError("below nothing")


@dataclasses.dataclass(frozen=True, slots=True)
class Theirs:
    """A value."""

    name: str
    number: int = 3
    hidden: str = field(default="x", repr=False)
    aside: str = field(default="y", compare=False)
    parts: tuple[Any, ...] = field(default_factory=tuple)


@slotted.dataclass(frozen=True, slots=True)
class More(Ours):
    """A value with one part more."""

    extra: int = 0


@slotted.dataclass(slots=True)
class Changing:
    """What changes."""

    items: list[int] = field(default_factory=list)


WORDS = st.sampled_from(["", "a", "b"])
VALUES = st.fixed_dictionaries(
    {"name": WORDS},
    optional={"number": st.integers(0, 2), "hidden": WORDS, "aside": WORDS, "parts": st.tuples(WORDS)},
)


@given(VALUES, VALUES)
def test_it_is_what_the_standard_library_makes(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert dataclasses.asdict(Ours(**one)) == dataclasses.asdict(Theirs(**one))
    assert repr(Ours(**one)) == repr(Theirs(**one)).replace("Theirs", "Ours")
    assert (Ours(**one) == Ours(**other)) is (Theirs(**one) == Theirs(**other))
    assert (hash(Ours(**one)) == hash(Ours(**other))) is (hash(Theirs(**one)) == hash(Theirs(**other)))
    assert dataclasses.replace(Ours(**one), **other) == Ours(**{**one, **other})
    assert copy.deepcopy(Ours(**one)) == pickle.loads(pickle.dumps(Ours(**one))) == Ours(**one)


@pytest.mark.parametrize(("arguments", "named"), [((), {}), ((1, 2, 3, 4, 5, 6), {}), (("a",), {"other": 1})])
def test_wrong_arguments_are_refused_as_there(arguments: tuple[Any, ...], named: dict[str, Any]) -> None:
    with pytest.raises(TypeError) as theirs:
        Theirs(*arguments, **named)
    with pytest.raises(TypeError) as ours:
        Ours(*arguments, **named)
    assert str(ours.value) == str(theirs.value).replace("Theirs", "Ours")


def test_a_frozen_one_is_not_changed() -> None:
    value: Any = Ours("a")
    with pytest.raises(dataclasses.FrozenInstanceError):
        value.name = "b"
    with pytest.raises(dataclasses.FrozenInstanceError):
        del value.name
    with pytest.raises((dataclasses.FrozenInstanceError, AttributeError)):
        value.other = "b"
    assert value.name == "a"


def test_what_follows_the_making_is_done() -> None:
    with pytest.raises(ValueError, match="below nothing"):
        Ours("a", -1)
    with pytest.raises(ValueError, match="below nothing"):
        More("a", -1)


def test_a_class_below_has_the_fields_above() -> None:
    match More("a", 1, extra=2):
        case More(name, number, extra=extra):
            assert (name, number, extra) == ("a", 1, 2)
    assert More("a") != Ours("a")
    assert repr(More("a")) == "More(name='a', number=3, aside='y', parts=(), extra=0)"


def test_one_that_changes_has_no_hash_and_no_shared_default() -> None:
    first, second = Changing(), Changing()
    first.items.append(1)

    assert (first, second) == (Changing([1]), Changing([]))
    with pytest.raises(TypeError, match="unhashable"):
        hash(first)
