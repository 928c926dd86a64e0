"""Which keys a state is under, and whether the ones at hand are those."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.errors import StateError
from reconciler.secrets.fingerprints import Key
from reconciler.slotted import dataclass
from reconciler.state.sealing import Encrypted, Keys, Plain, Sealer, check_installed, is_wrapped

KEY_VARIABLE = "RECONCILE_STATE_KEY"
OLD_KEY_VARIABLE = "RECONCILE_STATE_KEY_OLD"
ENCRYPT_VARIABLE = "RECONCILE_STATE_ENCRYPT"
_ON = frozenset({"1", "true", "yes", "on"})
_OFF = frozenset({"", "0", "false", "no", "off"})


@dataclass(frozen=True, slots=True)
class KeyNote:
    """What a state itself says of its keys.

    `key_id` names the key of the fingerprints. `stored` is that key in clear, or wrapped (with the
    data key) under the user's, or None where the user's is that key. `sealed`: the rest is encrypted.
    """

    key_id: str
    stored: bytes | None
    sealed: bool

    def __repr__(self) -> str:
        return f"KeyNote({self.key_id!r}, sealed={self.sealed})"


class Keyring:
    """The keys of one state, as far as they are known. `given` is the user's (`RECONCILE_STATE_KEY`).

    `encrypt`: the user wants what is stored to be encrypted. `lenient` accepts a given key for a
    state that keeps its own, and one whose encryption is not as wanted: to change just that.
    """

    def __init__(self, given: Key | None = None, *, encrypt: bool = False, lenient: bool = False) -> None:
        self.given = given
        self.encrypt = encrypt
        self.lenient = lenient
        self.location = "the state"
        self._keys = Keys.fresh(given) if given is not None else None
        self._unwrapped: bytes | None = None

    @property
    def key_id(self) -> str:
        """The id of the fingerprints' key; empty where there is none yet."""
        return self._keys.fingerprints.id if self._keys else ""

    def made(self) -> Key:
        """Return the fingerprints' key of a state that is not there yet; it will be its key."""
        return self._made().fingerprints

    def take(self, key: Key) -> None:
        """Use another state's fingerprints' key for one that is not there yet."""
        self._keys = Keys.fresh(key)

    def forget(self) -> None:
        """Drop the keys of a state that another run made first; nothing was fingerprinted with them yet."""
        self._keys = Keys.fresh(self.given) if self.given is not None else None

    def renewed(self) -> KeyNote:
        """Return what a state is to keep under the given key from now on, with a new data key."""
        keys = Keys.fresh(self._made().fingerprints)
        self._keys = keys
        stored = None
        if self.given is None:
            stored = keys.fingerprints.reveal()
        elif self.encrypt or keys.fingerprints.id != self.given.id:
            check_installed()
            stored = keys.wrapped(self.given)
        self._unwrapped = stored
        return KeyNote(keys.fingerprints.id, stored, self.encrypt)

    def agree(self, note: KeyNote) -> None:
        """Take the state's keys. Raises `StateError` where ours are others: fingerprints would all differ."""
        if note.stored is not None and is_wrapped(note.stored):
            self._unwrap(note.stored)
        elif note.stored is not None:
            self._own(note.key_id, note.stored)
        elif self.given is not None and self.given.id != note.key_id:
            raise self._another(note.key_id)
        elif self.given is None and self._keys is not None and self.key_id != note.key_id:
            raise self._meanwhile()
        if self._keys is not None and self.key_id != note.key_id:
            raise ValueError("the key and its id do not belong together")
        if self.encrypt and not note.sealed and not self.lenient:
            raise StateError(
                f"The state {self.location} is not encrypted, but {ENCRYPT_VARIABLE} is set. "
                "Encrypt it: reconcile state rekey. Or unset the variable."
            )

    def fingerprints(self, note: KeyNote | None) -> Key:
        """Return the fingerprints' key. Raises `StateError` where the right one is not at hand."""
        if note is None:
            return self.made()
        self.agree(note)
        if self._keys is None:
            raise StateError(
                f"The state {self.location} was made with {KEY_VARIABLE}, which is not set. "
                "Set it to the same text as then."
            )
        return self._keys.fingerprints

    def sealer(self, note: KeyNote) -> Sealer:
        """Return how the state's texts are read and written. Raises `StateError` where its key is not at hand."""
        self.agree(note)
        if not note.sealed:
            return Plain()
        if self._keys is None:
            raise StateError(
                f"The state {self.location} is encrypted, and {KEY_VARIABLE} is not set. "
                "Set it to the text that it was encrypted with; without it nobody can read it."
            )
        return Encrypted(self._keys.data)

    def _made(self) -> Keys:
        if self._keys is None:
            self._keys = Keys.fresh(Key.generate())
        return self._keys

    def _unwrap(self, stored: bytes) -> None:
        if self.given is None:
            self._keys = None
        elif stored != self._unwrapped:
            check_installed()
            keys = Keys.unwrapped(stored, self.given)
            if keys is None:
                raise self._another("")
            self._keys, self._unwrapped = keys, stored

    def _own(self, key_id: str, stored: bytes) -> None:
        if self.given is not None and not self.lenient:
            raise StateError(
                f"The state {self.location} keeps a key of its own ({key_id}), but {KEY_VARIABLE} is set. "
                f"Unset {KEY_VARIABLE} for this state, or put it under that key: reconcile state rekey."
            )
        if self.given is None and self._keys is not None and self.key_id != key_id:
            raise self._meanwhile()
        self._keys = Keys.fresh(Key(stored))

    def _meanwhile(self) -> StateError:
        return StateError(f"The state {self.location} was made by another run in the meantime. Run plan again.")

    def _another(self, key_id: str) -> StateError:
        ours = self.given.id if self.given else "(none)"
        which = f"the id of its key is {key_id}, that of the one given {ours}" if key_id else "it does not open it"
        return StateError(
            f"The state {self.location} was made with another {KEY_VARIABLE} ({which}). "
            f"Set {KEY_VARIABLE} to the same text as then, or change its key: "
            f"set {OLD_KEY_VARIABLE} to the old text and run reconcile state rekey."
        )


def keyring_of(environ: Mapping[str, str]) -> Keyring:
    """Return the keys that the environment gives. Raises `StateError` for what cannot be meant."""
    text, wish = environ.get(KEY_VARIABLE), environ.get(ENCRYPT_VARIABLE, "").lower()
    if wish not in _ON | _OFF:
        raise StateError(f"{ENCRYPT_VARIABLE} is 1 or 0, not {wish!r}.")
    if wish in _ON and not text:
        raise StateError(
            f"{ENCRYPT_VARIABLE} is set, but there is no key to encrypt with: set {KEY_VARIABLE} to a long random "
            "text, and keep it safe. Without it nobody can read the state."
        )
    return Keyring(Key.from_text(text) if text else None, encrypt=wish in _ON)
