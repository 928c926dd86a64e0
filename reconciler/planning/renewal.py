"""Secrets beyond a mere difference: made by the provider, still to be handed over, or renewed on purpose."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconciler.planning.compare import is_secret, names_of
from reconciler.planning.plan import Action, Difference
from reconciler.records import Ability, Desired, Known, Secret

HANDED_OVER = "secret_kept"
"""The reason of a change that hands a kept secret to its sink; it makes no request."""

RENEWED = "rotated"
"""The reason of a change that sets or renews a secret on purpose."""

_MADE = Secret(None, "made"), Secret(None, "made anew")


def made_for(wanted: Desired, ability: Ability) -> frozenset[str]:
    """Return the secrets of a record that the provider makes: those that the file does not give."""
    return ability.made - wanted.declared


def given_in(wanted: Desired) -> frozenset[str]:
    """Return the secrets of a record that the file gives."""
    return frozenset(name for name in wanted.declared if name != "url" and is_secret(wanted.fields.get(name)))


def advice_on_making(wanted: Desired, ability: Ability) -> str | None:
    """Return what to tell of a record that is about to be made, and whose secret nobody would see."""
    names = made_for(wanted, ability)
    if not names or wanted.capture is not None:
        return None
    return (
        f"the provider makes its {names_of(names)} and shows it once, to nobody here; to have it, add "
        "`capture: {file: PATH}` or `capture: {command: [PROGRAM, …]}`"
    )


def advice_on_keeping(wanted: Desired, known: Known, ability: Ability) -> str | None:
    """Return what to tell of a record that is there, and whose secret has not come to where it should be."""
    if known.kept is not None and wanted.capture is None:
        return "its secret is kept in the state, encrypted, for no `capture` says where it should go"
    missing = made_for(wanted, ability) - known.sent.keys()
    if wanted.capture is None or not missing:
        return None
    return (
        f"its {names_of(missing)} was never captured, and the provider shows it no more; "
        f"`reconcile rotate {wanted.address}` makes a new one"
    )


def renewal(
    wanted: Desired, known: Known, pairs: Mapping[str, tuple[Any, Any]], ability: Ability
) -> tuple[Action, tuple[Difference, ...], str | None]:
    """Return how the secrets of a record are renewed: the action, what is shown of it, and why it cannot be.

    `pairs` are the fields that differ in any case; they go along, but for a call that renews a secret alone.
    """
    made = made_for(wanted, ability)
    names = made or given_in(wanted)
    shown = tuple(
        Difference(name, *(_MADE if made else (known.sent.get(name), wanted.fields[name])))
        for name in sorted(names - pairs.keys())
    )
    if not made:
        changed = names | pairs.keys()
        return "replace" if "update" in ability.cannot or changed & ability.immutable else "update", shown, None
    if not ability.rotates:
        return "replace", shown, None
    blocked = f"it differs in {names_of(pairs)} as well; apply that first, then renew its secret" if pairs else None
    return "update", shown, blocked
