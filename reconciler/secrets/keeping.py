"""Captured secrets, encrypted, until their sink has taken them.

AES-256-GCM under a key that is derived from the state's own key. Where that key is `RECONCILE_STATE_KEY`, the
state alone does not give the secret away. Where it is the random one in the same file, whoever has the
file has both; the encryption then protects what leaves without the key: `state pull`, logs, copies of rows.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
from collections.abc import Mapping
from importlib.util import find_spec

from reconciler.errors import CaptureError
from reconciler.records import Fingerprinter

_VERSION = "aesgcm1:"
_NONCE = 12
_LABELS = ("key of kept secrets, first half\0", "key of kept secrets, second half\0")


def check_at_hand() -> None:
    """Raise `CaptureError` where the package that encrypts is not installed."""
    if find_spec("cryptography") is None:
        raise CaptureError(
            "to capture a secret the package `cryptography` is needed, which keeps it safe until it is handed over: "
            "pip install 'webhook-reconciler[encryption]'"
        )


def keep(values: Mapping[str, str], fingerprint: Fingerprinter) -> str:
    """Return `values` encrypted, as a text for the state."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = os.urandom(_NONCE)
    sealed = AESGCM(_key(fingerprint)).encrypt(nonce, json.dumps(dict(values)).encode(), _VERSION.encode())
    return _VERSION + base64.b64encode(nonce + sealed).decode()


def kept(text: str, fingerprint: Fingerprinter) -> dict[str, str]:
    """Return what `keep` was given. Raises `CaptureError` under another key, or where the text is damaged."""
    check_at_hand()
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        raw = base64.b64decode(text.removeprefix(_VERSION), validate=True)
        plain = AESGCM(_key(fingerprint)).decrypt(raw[:_NONCE], raw[_NONCE:], _VERSION.encode())
    except (InvalidTag, binascii.Error, ValueError):
        raise CaptureError("what is kept of it in the state is damaged, or was kept under another key") from None
    values: dict[str, str] = json.loads(plain)
    return values


def _key(fingerprint: Fingerprinter) -> bytes:
    # Twice, so that no text that anybody could have fingerprinted, and find in the state, gives the key.
    return bytes.fromhex("".join(fingerprint(label + fingerprint(label)) for label in _LABELS))
