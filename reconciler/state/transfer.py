"""A state that moves: to another place, or under another key. Its fingerprints stay comparable."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.errors import StateError
from reconciler.secrets.fingerprints import Key
from reconciler.state.keyring import KEY_VARIABLE, OLD_KEY_VARIABLE, Keyring, keyring_of
from reconciler.state.model import AddHistory, Operation, ReplaceAll
from reconciler.state.open import open_with


def copy(place: str, target: str, environ: Mapping[str, str], lock_timeout: float) -> tuple[str, str]:
    """Copy the state at `place`, its key and its history to `target`; return what both are called.

    The copy is under the keys of the environment. Raises `StateError` where a state is there already.
    """
    wanted = keyring_of(environ)
    source = open_with(place, Keyring(wanted.given, lenient=True))
    made = open_with(target, wanted)
    try:
        with source.locked("state copy", lock_timeout):
            if not made.load().fresh:
                raise StateError(f"{made.location} holds a state already. Name a place where there is none.")
            made.use_fingerprint_key(source.fingerprint_key())
            lines: list[Operation] = [AddHistory(entry) for entry in reversed(list(source.history()))]
            with made.locked("state copy", lock_timeout):
                made.commit(ReplaceAll(source.load()), *lines)
        return source.location, made.location
    finally:
        source.close()
        made.close()


def rekey(place: str, environ: Mapping[str, str], lock_timeout: float) -> str:
    """Put the state at `place` under the keys of the environment; return what was done, in words.

    The key before is `RECONCILE_STATE_KEY_OLD`; where it is not set, the state's own, or the same one.
    """
    wanted = keyring_of(environ)
    old = environ.get(OLD_KEY_VARIABLE)
    store = open_with(place, Keyring(Key.from_text(old) if old else wanted.given, lenient=True))
    try:
        with store.locked("state rekey", lock_timeout):
            store.rekey(wanted.given, encrypt=wanted.encrypt)
        under = f"under {KEY_VARIABLE}" if wanted.given else "under a key that it keeps itself"
        return f"{store.location} is {under} from now on, {'encrypted' if wanted.encrypt else 'not encrypted'}."
    finally:
        store.close()
