"""Keyed fingerprints, by which a changed secret is seen though nobody keeps or shows the secret."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from functools import cache

_FROM_TEXT = b"reconcile state key, derived from text, version 1"
_FROM_SECRETS = b"reconcile state key, derived from secrets, version 1"
_ID = b"id\0"
_FINGERPRINT = b"fingerprint\0"


class Key:
    """The key of a state's fingerprints: 32 bytes that are never shown.

    Fingerprints under different keys cannot be compared; `id` tells keys apart and says nothing
    about the key itself. Raises `ValueError` for any other number of bytes.
    """

    __slots__ = ("_material", "id")

    def __init__(self, material: bytes) -> None:
        if len(material) != 32:
            raise ValueError("a fingerprint key has 32 bytes")
        self._material = material
        self.id: str = hmac.digest(material, _ID, "sha256").hex()[:16]

    @classmethod
    def generate(cls) -> Key:
        """Return a new random key."""
        return cls(secrets.token_bytes(32))

    @classmethod
    def from_text(cls, text: str) -> Key:
        """Return the key that belongs to a text of the user's (`RECONCILE_STATE_KEY`); the same for the same text.

        The text is not stretched: it should be random, as a generated password is.
        """
        return cls(hmac.digest(_FROM_TEXT, text.encode("utf-8", "surrogatepass"), "sha256"))

    @classmethod
    def from_secrets(cls, texts: Iterable[str]) -> Key:
        """Return the key that belongs to these secrets together: for hashes that runs share before a state has a key.

        Stretched, since one of them may be a password of the user's own choice.
        """
        material = hmac.digest(_FROM_SECRETS, "\0".join(texts).encode("utf-8", "surrogatepass"), "sha256")
        return cls(_stretched(material))

    def fingerprint(self, text: str) -> str:
        """Return the keyed hash of `text`: 32 hex digits of an HMAC-SHA256."""
        message = _FINGERPRINT + text.encode("utf-8", "surrogatepass")
        return hmac.digest(self._material, message, "sha256").hex()[:32]

    def reveal(self) -> bytes:
        """Return the key itself, for the store that keeps it and for nobody else."""
        return self._material

    def __repr__(self) -> str:
        return f"Key(id={self.id!r})"

    def __reduce__(self) -> str:
        raise TypeError("a fingerprint key is not pickled")


@cache
def _stretched(material: bytes) -> bytes:
    """Stretch a hash of secrets, once a process: that takes a tenth of a second, by intention."""
    return hashlib.pbkdf2_hmac("sha256", material, _FROM_SECRETS, 200_000)
