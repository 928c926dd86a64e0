"""Encryption of what a store keeps, where the user asks for it: AES-256-GCM, its key wrapped under the user's.

What is stored is encrypted under a random data key. The data key, and the key of the fingerprints,
are kept beside it, wrapped under `RECONCILE_STATE_KEY`. So the user's key can change while
fingerprints stay comparable.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
from importlib.util import find_spec
from typing import Protocol

from reconciler.errors import StateError
from reconciler.secrets.fingerprints import Key
from reconciler.slotted import dataclass

_NONCE = 12
_KEY = 32
_WRAPPED = _NONCE + 2 * _KEY + 16
_WRAP = b"reconcile state, wrapped keys, version 1"
_SEAL = b"reconcile state, sealed text, version 1"


class Unopened(ValueError):
    """A sealed text does not open under this key: it is damaged, or of another one."""


class Sealer(Protocol):
    """How texts are written into a store. Equal texts give equal sealed ones, so that a row is found by its text."""

    def seal(self, text: str) -> str:
        """Return what is to be stored of `text`."""

    def open(self, sealed: str) -> str:
        """Return the text. Raises `Unopened`."""

    def name(self, text: str) -> str:
        """Return a digest by which a row is found, whatever the length and the characters of its name."""


class Plain:
    """No encryption."""

    def seal(self, text: str) -> str:
        """Return `text`."""
        return text

    def open(self, sealed: str) -> str:
        """Return `sealed`."""
        return sealed

    def name(self, text: str) -> str:
        """Return the SHA-256 of `text`."""
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


class Encrypted:
    """AES-256-GCM under a data key. The nonce is a keyed hash of the text, so that no two texts share one."""

    def __init__(self, data_key: bytes) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        self._cipher = AESGCM(hmac.digest(data_key, b"cipher", "sha256"))
        self._nonces = hmac.digest(data_key, b"nonces", "sha256")
        self._names = hmac.digest(data_key, b"names", "sha256")

    def seal(self, text: str) -> str:
        """Return `text` encrypted, in base64."""
        data = text.encode("utf-8", "surrogatepass")
        nonce = hmac.digest(self._nonces, data, "sha256")[:_NONCE]
        return base64.b64encode(nonce + self._cipher.encrypt(nonce, data, _SEAL)).decode("ascii")

    def open(self, sealed: str) -> str:
        """Return the text. Raises `Unopened`."""
        from cryptography.exceptions import InvalidTag

        try:
            raw = base64.b64decode(sealed, validate=True)
            return self._cipher.decrypt(raw[:_NONCE], raw[_NONCE:], _SEAL).decode("utf-8", "surrogatepass")
        except (InvalidTag, binascii.Error, ValueError):
            raise Unopened("a sealed text does not open under this key") from None

    def name(self, text: str) -> str:
        """Return a keyed hash of `text`."""
        return hmac.digest(self._names, text.encode("utf-8", "surrogatepass"), "sha256").hex()


@dataclass(frozen=True, slots=True, repr=False)
class Keys:
    """The two keys of a state: of its fingerprints, and of its encryption."""

    fingerprints: Key
    data: bytes

    @classmethod
    def fresh(cls, fingerprints: Key) -> Keys:
        """Return `fingerprints` with a new random data key."""
        return cls(fingerprints, os.urandom(_KEY))

    def wrapped(self, under: Key) -> bytes:
        """Return both, encrypted under the user's key."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce = os.urandom(_NONCE)
        content = self.fingerprints.reveal() + self.data
        return nonce + AESGCM(_wrapping(under)).encrypt(nonce, content, _WRAP)

    @classmethod
    def unwrapped(cls, stored: bytes, under: Key) -> Keys | None:
        """Return what `wrapped` made, or None where it was wrapped under another key."""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        try:
            content = AESGCM(_wrapping(under)).decrypt(stored[:_NONCE], stored[_NONCE:], _WRAP)
        except InvalidTag:
            return None
        return cls(Key(content[:_KEY]), content[_KEY:])


def is_wrapped(stored: bytes) -> bool:
    """Whether a stored key is two wrapped ones, and not the fingerprints' key in clear."""
    return len(stored) == _WRAPPED


def check_installed() -> None:
    """Raise `StateError` where the package that encrypts is not installed."""
    if find_spec("cryptography") is None:
        raise StateError(
            "To open a state that is encrypted, or under a changed key, the package `cryptography` is needed: "
            "pip install 'webhook-reconciler[encryption]'"
        )


def _wrapping(key: Key) -> bytes:
    return hmac.digest(key.reveal(), _WRAP, "sha256")
