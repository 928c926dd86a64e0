"""Fingerprints: equal for equal texts under one key, telling nothing otherwise."""

from __future__ import annotations

import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.records import Secret, seal
from reconciler.secrets.fingerprints import Key


@given(st.text(st.characters()), st.text(st.characters()))
def test_texts_are_equal_exactly_when_their_fingerprints_are(left: str, right: str) -> None:
    key = Key(b"k" * 32)
    assert (key.fingerprint(left) == key.fingerprint(right)) == (left == right)


def test_a_fingerprint_is_short_hex_and_depends_on_the_key() -> None:
    one, other = Key.generate(), Key.generate()
    assert one.fingerprint("s3cret") != other.fingerprint("s3cret")
    assert len(one.fingerprint("s3cret")) == 32
    assert int(one.fingerprint("s3cret"), 16) >= 0


def test_generated_keys_differ_and_the_same_text_gives_the_same_key() -> None:
    assert Key.generate().id != Key.generate().id
    assert Key.from_text("a phrase").id == Key.from_text("a phrase").id
    assert Key.from_text("a phrase").fingerprint("x") == Key.from_text("a phrase").fingerprint("x")
    assert Key.from_text("a phrase").id != Key.from_text("another").id


def test_fingerprints_stay_what_they_are_in_states_already_written() -> None:
    """Pinned: a change here would make every secret of every state look changed."""
    key = Key.from_text("a phrase")
    assert (key.id, key.fingerprint("s3cret")) == ("ac4d2eb927e93f35", "028e4b282d881a753a9034dc6c40ecd0")


def test_a_key_that_went_through_a_state_is_the_same_key() -> None:
    key = Key.generate()
    assert Key(key.reveal()).fingerprint("x") == key.fingerprint("x")


def test_the_key_shows_in_no_form() -> None:
    material = bytes(range(32))
    key = Key(material)
    for shown in (repr(key), str(key), f"{key}", key.id):
        assert material.hex()[:8] not in shown
        assert repr(material)[2:10] not in shown
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(key)
    with pytest.raises(TypeError, match="not pickled"):
        copy.deepcopy(key)


@pytest.mark.parametrize("size", [0, 16, 31, 33])
def test_a_key_has_32_bytes(size: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Key(bytes(size))


def test_it_seals_secrets_as_records_do() -> None:
    key = Key.generate()
    sealed = seal({"secret": Secret("one"), "headers": {"X": Secret("two")}}, key.fingerprint)
    assert sealed["secret"].fingerprint == key.fingerprint("one")
    assert sealed["headers"]["X"] == Secret("two").sealed(key.fingerprint)
