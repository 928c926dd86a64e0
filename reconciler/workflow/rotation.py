"""Which record `reconcile rotate ADDRESS` is about, and whether it has a secret that can be renewed."""

from __future__ import annotations

from reconciler.errors import UsageError
from reconciler.planning.renewal import given_in, made_for
from reconciler.providers.ability import ability_of
from reconciler.records import Desired, selects
from reconciler.workflow.checks import address_hint
from reconciler.workflow.session import Session


def rotatable(session: Session, given: str) -> str:
    """Return the address that `given` means: one that is declared, in the state, and has a secret.

    Raises `UsageError` where there is none such, and says what to do.
    """
    wanted = _one(session, given)
    if wanted.address not in session.store.load().records:
        raise UsageError(
            f"The state has nothing at {wanted.address} yet: `reconcile apply` creates it, secret and all."
        )
    settings = session.expansion.settings[wanted.connection]
    if made_for(wanted, ability_of(settings)):
        if wanted.capture is None:
            raise UsageError(
                f"{settings.spec.title} makes the secret of {wanted.address} itself, and nobody would see the new one. "
                "Add `capture: {file: PATH}` or `capture: {command: [PROGRAM, …]}` to the subscription."
            )
    elif not given_in(wanted):
        raise UsageError(f"{wanted.address} declares no secret, and {settings.spec.title} makes none.")
    return wanted.address


def _one(session: Session, given: str) -> Desired:
    declared = {one.address: one for one in session.desired()}
    found = [one for address, one in declared.items() if selects(given, address)]
    if len(found) > 1:
        addresses = ", ".join(one.address for one in found)
        raise UsageError(f"{given} is more than one record: {addresses}. Renew one at a time.")
    if not found:
        raise UsageError(f"{given} is not declared in {session.options.file}.{address_hint(given, declared)}")
    return found[0]
