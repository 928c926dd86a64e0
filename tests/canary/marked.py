"""Secrets that can be recognised anywhere: no part of one, however it is written, may be in what is looked at."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from functools import lru_cache

WINDOW = 6
"""So many characters in a row of a secret are a leak; they are drawn so that none is there by chance."""
IN_CIPHERTEXT = 9
"""So many in a file that may be encrypted: six are there by chance, once in some dozen runs."""

NAMES = (
    "lipscore-key",
    "argyle-id",
    "argyle-secret",
    "flightrates-handle",
    "flightrates-password",
    "studiewinkel-token",
    "acme-key",
    "maker-token",
    "login-token",
    "made-secret",
    "argyle-signing",
    "argyle-signing-new",
    "fares-password",
    "fares-token",
    "acme-signing",
    "acme-header",
    "url-user",
    "url-password",
    "url-token",
    "live-secret",
    "live-url-token",
    "state-key",
    "state-key-new",
    "proxy-password",
    "literal",
)
_ASCII = "/+=&\"'<%:;~"
_PRINTABLE = _ASCII + "ü€\\ "
_TRAVELS_IN_A_HEADER = ("-key", "-id", "-secret", "-token", "-handle", "-user")


def _core(name: str, part: int) -> str:
    """Letters and digits that no encoding changes."""
    digest = hashlib.sha256(f"{name} {part}".encode()).digest()
    return base64.b32encode(digest).decode().rstrip("=").translate(str.maketrans("AEIOU", "01890"))[:18]


@lru_cache
def secret(name: str) -> str:
    """Return the marked value of that name: what encodings change stands between what they do not."""
    assert name in NAMES
    if name.endswith("-id"):  # the user of basic authentication has no colon
        return f"{_core(name, 1)}{_ASCII.replace(':', '')}{_core(name, 2)}"
    between = _ASCII if name.endswith(_TRAVELS_IN_A_HEADER) else _PRINTABLE
    tab = "" if name.startswith("flightrates") else "\t"  # a credential is one line of printable characters
    return f"{_core(name, 1)}{between}{tab if between == _PRINTABLE else ''}{_core(name, 2)}"


def leaks(text: str | bytes, window: int = WINDOW) -> list[str]:
    """Return what of which secret is in a text: `window` characters in a row, or more, are enough."""
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    folded = text.casefold()
    if _beginnings().isdisjoint(_windows(folded, WINDOW)):  # nearly always, and much faster than mark by mark
        return []
    found = {f"{name}: {mark!r}" for name in NAMES for mark in _folded_marks(name, window) if mark in folded}
    found |= {f"{name} in base64: {mark!r}" for name in NAMES for mark in _base64_marks(name) if mark in text}
    return sorted(found)


@lru_cache
def _beginnings() -> frozenset[str]:
    """Return how each of the marks begins; a text with none of these holds no mark."""
    marks = (mark for name in NAMES for mark in (*_folded_marks(name, WINDOW), *_base64_marks(name)))
    return frozenset(mark.casefold()[:WINDOW] for mark in marks)


@lru_cache
def _folded_marks(name: str, window: int) -> frozenset[str]:
    """Parts of the value, of its hexadecimal digits, and its hashes without a key, which could be guessed."""
    value = secret(name).encode()
    parts = {part for number in (1, 2) for part in _windows(_core(name, number).casefold(), window)}
    parts |= set(_windows(value.hex(), 2 * window))
    return frozenset(
        parts | {hashlib.new(kind, value).hexdigest()[:16] for kind in ("md5", "sha1", "sha256", "sha512")}
    )


@lru_cache
def _base64_marks(name: str) -> frozenset[str]:
    value = secret(name).encode()
    whole = [base64.b64encode(bytes(shift) + value).decode()[shift + 1 : -4] for shift in range(3)]
    return frozenset(part for text in whole for part in _windows(text, 2 * WINDOW))


def _windows(text: str, size: int) -> Iterator[str]:
    return (text[start : start + size] for start in range(len(text) - size + 1))
