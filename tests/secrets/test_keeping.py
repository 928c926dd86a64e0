"""What is kept of a captured secret: encrypted, under the state's own key and no other."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import CaptureError
from reconciler.secrets import keeping
from reconciler.secrets.fingerprints import Key
from reconciler.secrets.keeping import check_at_hand, keep, kept

KEY = Key(b"k" * 32)


@given(st.dictionaries(st.text(max_size=5), st.text(max_size=50), max_size=3))
def test_it_comes_back_as_it_was(values: dict[str, str]) -> None:
    assert kept(keep(values, KEY.fingerprint), KEY.fingerprint) == values


def test_nothing_of_it_can_be_seen_and_no_two_are_alike() -> None:
    first, second = (keep({"secret": "canary"}, KEY.fingerprint) for _ in range(2))
    assert first != second
    assert "canary" not in first


@pytest.mark.parametrize("spoil", [lambda t: t[:-4] + "AAA=", lambda t: t[:10], lambda t: "", lambda t: "aesgcm1:é"])
def test_a_damaged_one_is_told(spoil: Callable[[str], str]) -> None:
    with pytest.raises(CaptureError, match="damaged, or was kept under another key") as caught:
        kept(spoil(keep({"secret": "canary"}, KEY.fingerprint)), KEY.fingerprint)
    assert caught.value.__cause__ is None


def test_another_key_does_not_open_it() -> None:
    with pytest.raises(CaptureError, match="another key"):
        kept(keep({"secret": "canary"}, KEY.fingerprint), Key(b"o" * 32).fingerprint)


def test_no_single_fingerprint_is_a_part_of_the_key() -> None:
    """Whatever text somebody gets fingerprinted, and reads in the state, does not give the key away."""
    asked: list[str] = []

    def fingerprint(text: str) -> str:
        asked.append(text)
        return KEY.fingerprint(text)

    keep({"secret": "canary"}, fingerprint)
    final = [text for text in asked if any(KEY.fingerprint(other) in text for other in asked)]
    assert len(final) == 2


def test_without_the_package_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "find_spec", lambda name: None)
    assert importlib.util.find_spec("cryptography") is not None
    with pytest.raises(CaptureError, match=r"pip install 'webhook-reconciler\[encryption\]'"):
        check_at_hand()
