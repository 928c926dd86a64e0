"""What must agree before anything is read or written: the state, the file, and the selection."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from reconciler.documents import suggest
from reconciler.errors import StateError, UsageError
from reconciler.planning.plan import Warned
from reconciler.providers.protocol import Settings
from reconciler.reading import Account
from reconciler.records import Desired, fold_url, selects, subscription_of
from reconciler.state.model import Identity, State
from reconciler.workflow.options import Options


def check_identities(state: State, settings: Mapping[str, Settings]) -> None:
    """Raise `StateError` where a connection is no longer what the state's records were made through."""
    for name in _owners(state):
        now = settings.get(name)
        if now is None:
            raise StateError(
                f"The connection {name} is not in the file, and the state has records there. Put it back and "
                f"`reconcile destroy --provider {name}`, or give the records up with `reconcile state rm ADDRESS` "
                f"(`reconcile state list --provider {name}` names them)."
            )
        check_identity(state, Identity(name, now.provider, now.base_url))


def check_accounts(state: State, accounts: Mapping[str, Account]) -> None:
    """Raise `StateError` where a connection leads to another account than that of the state's records."""
    for name in _owners(state):
        identity = state.identities.get(name)
        if identity is not None and name in accounts:
            check_identity(state, replace(identity, account=accounts[name]))


def check_identity(state: State, now: Identity) -> None:
    """Raise `StateError` where one connection has another type, base URL or account than the state remembers."""
    before = state.identities.get(now.connection)
    if before is None:
        return
    if before.provider != now.provider:
        _changed(now.connection, "type", before.provider, now.provider)
    if fold_url(before.base_url) != fold_url(now.base_url):
        _changed(now.connection, "base URL", before.base_url, now.base_url)
    if before.account is not None and now.account is not None and before.account != now.account:
        _changed(now.connection, "account", before.account, now.account)


def _owners(state: State) -> list[str]:
    """The connections at which the state has something."""
    owners = {record.connection for record in state.records.values()} | {old.connection for old in state.deposed}
    return sorted(owners | {intent.connection for intent in state.intents.values()})


def _changed(name: str, what: str, before: str, after: str) -> None:
    raise StateError(
        f"The connection {name} has another {what} than when the state's records were made: {before} then, "
        f"{after} now. Where the records are there too, accept it with `reconcile state reconnect {name}`; "
        "where not, correct the connection, or give it a name of its own."
    )


def check_selection(options: Options, desired: Collection[Desired], state: State, names: Collection[str]) -> None:
    """Raise `UsageError` for a `--target` or `--provider` that selects nothing that there is."""
    for name in options.connections:
        if name not in names:
            raise UsageError(f"--provider {name}: there is no such connection.{address_hint(name, names)}")
    addresses = {one.address for one in desired} | set(state.records) | {old.address for old in state.deposed}
    addresses |= {one.address for one in state.intents.values() if one.address}
    for target in options.targets:
        if not any(selects(target, address) for address in addresses):
            raise UsageError(f"--target {target}: no address is like it.{address_hint(target, addresses)}")


def address_hint(word: str, choices: Collection[str]) -> str:
    """Return ` Did you mean …?` with the nearest of `choices` or their bare names, or nothing."""
    near = suggest(word, [*choices, *sorted({subscription_of(choice) for choice in choices} - set(choices))])
    return f" Did you mean {near}?" if near else ""


def fresh_state_warning(state: State, environ: Mapping[str, str]) -> list[Warned]:
    """Say once, in a pipeline without a state, that nothing will be deleted and why that may be wrong."""
    if not state.fresh or not environ.get("CI"):
        return []
    return [
        Warned(
            "there is no state yet, so nothing is deleted. Where an earlier run of this pipeline had one, it was "
            "not kept: keep it between runs"
        )
    ]
