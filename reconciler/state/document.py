"""A whole state as one JSON document: what `state pull` prints, and `state push` takes back.

Secrets are in it as fingerprints. The key of the fingerprints stays behind; its id is in it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from reconciler.errors import StateError
from reconciler.records import Deposed, Intent, Known
from reconciler.state.codec import Malformed, Noun, decode, encode
from reconciler.state.model import Identity, ReplaceAll, State, Store

FORMAT_VERSION = "1.0"
_KEYS = ("format_version", "lineage", "serial", "key_id", "records", "deposed", "intents", "identities")


def dump(state: State) -> dict[str, Any]:
    """Return `state` as a JSON-able document, in a fixed order."""
    return {
        "format_version": FORMAT_VERSION,
        "lineage": state.lineage,
        "serial": state.serial,
        "key_id": state.key_id,
        "records": [encode(state.records[address]) for address in sorted(state.records)],
        "deposed": [encode(deposed) for deposed in state.deposed],
        "intents": [encode(state.intents[name]) for name in sorted(state.intents)],
        "identities": [encode(state.identities[name]) for name in sorted(state.identities)],
    }


def load_document(document: Any) -> State:
    """Return the state of a document that `dump` made. Raises `StateError` that names the place of what is wrong."""
    if not isinstance(document, dict):
        raise StateError("This is not a state: a JSON object is expected. Take one from `reconcile state pull`.")
    version = document.get("format_version")
    if version != FORMAT_VERSION:
        raise StateError(f"A state of format_version {FORMAT_VERSION} is expected; this one says {version!r}.")
    for key in sorted(document.keys() ^ set(_KEYS), key=str):
        raise StateError(f"The state's key {key!r} " + ("is unknown." if key in document else "is missing."))
    for key in ("lineage", "key_id"):
        if not isinstance(document[key], str) or (key == "lineage" and not document[key]):
            raise StateError(f"{key}: a text is expected.")
    serial = document["serial"]
    if not isinstance(serial, int) or isinstance(serial, bool) or not 0 <= serial < 2**62:
        raise StateError("serial: a whole number from 0 up is expected.")
    deposed = _many(document, "deposed", Deposed)
    _once("deposed", (f"{old.connection} {dict(old.scope)} {old.id}" for old in deposed))
    records = _many(document, "records", Known)
    intents = _many(document, "intents", Intent)
    identities = _many(document, "identities", Identity)
    _once("records", (record.address for record in records))
    _once("intents", (intent.id for intent in intents))
    _once("identities", (identity.connection for identity in identities))
    return State(
        lineage=document["lineage"],
        serial=serial,
        key_id=document["key_id"],
        records={record.address: record for record in records},
        deposed=deposed,
        intents={intent.id: intent for intent in intents},
        identities={identity.connection: identity for identity in identities},
    )


def push(store: Store, pushed: State, *, force: bool = False) -> None:
    """Put `pushed` in the place of what `store` holds. Needs the lock.

    Raises `StateError` where it is of another lineage, older than what is there, or fingerprinted
    under another key; `force` overrides all three. A store that was never written takes any lineage.
    """
    present = store.load()
    if not force:
        if not present.fresh and pushed.lineage != present.lineage:
            raise StateError(
                f"This is another state: its lineage is {pushed.lineage}, that of {store.location} is "
                f"{present.lineage}. Push it to a state of its own, or force it with --force."
            )
        if not present.fresh and pushed.serial < present.serial:
            raise StateError(
                f"This state is older (serial {pushed.serial}) than {store.location} (serial {present.serial}). "
                "Pull again and repeat your edit, or force it with --force."
            )
        if pushed.key_id != present.key_id:
            raise StateError(
                f"The secrets in this state were fingerprinted under key {pushed.key_id or '(none)'}, those of "
                f"{store.location} are under {present.key_id}. Set RECONCILE_STATE_KEY to the key of the first "
                "before the new state is made, or force it with --force: every secret then counts as changed."
            )
    store.commit(ReplaceAll(pushed))


def _many(document: dict[str, Any], key: str, kind: type[Noun]) -> list[Noun]:
    items = document[key]
    if not isinstance(items, list):
        raise StateError(f"{key}: a list is expected.")
    nouns = []
    for index, item in enumerate(items):
        try:
            nouns.append(decode(kind, item))
        except Malformed as error:
            raise StateError(f"{key}[{index}]: {error}.") from None
    return nouns


def _once(key: str, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise StateError(f"{key}: {name} is there twice.")
        seen.add(name)
