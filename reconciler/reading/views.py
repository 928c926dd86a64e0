"""From open connections to views. A read that failed gives an unknown view, never half a list."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor

from reconciler.errors import Unreadable
from reconciler.providers.protocol import Connection
from reconciler.records import Scope, View

Account = str | None
Place = tuple[str, Scope]
"""A connection's name and a scope in it."""


def read_accounts(
    connections: Mapping[str, Connection], names: Collection[str], parallelism: int
) -> tuple[dict[str, Account], dict[str, str]]:
    """Ask the connections of these names which account they are; of those that could not be read, say why not."""
    if not names:
        return {}, {}

    def read(name: str) -> tuple[Account, str | None]:
        try:
            return connections[name].account(), None
        except Unreadable as error:
            return None, str(error)

    with ThreadPoolExecutor(max_workers=min(parallelism, len(names)), thread_name_prefix="account") as pool:
        found = dict(zip(names, pool.map(read, names), strict=True))
    failed = {name: error for name, (_, error) in found.items() if error is not None}
    return {name: account for name, (account, _) in found.items() if name not in failed}, failed


def read_views(
    connections: Mapping[str, Connection],
    places: Mapping[Place, Collection[str]],
    parallelism: int,
    unreadable: Mapping[str, str] | None = None,
) -> tuple[View, ...]:
    """Read every place, up to `parallelism` at a time, and return their views in the order of `places`.

    `places` maps each place to the ids that the state knows there. Raises nothing for a failed
    read: its view is unknown and says why. `unreadable` are connections that are not read, and why.
    """
    if not places:
        return ()

    def read(place: Place) -> View:
        name, scope = place
        if unreadable and name in unreadable:
            return View(name, scope, error=unreadable[name])
        return read_place(connections[name], scope, places[place])

    with ThreadPoolExecutor(max_workers=min(parallelism, len(places)), thread_name_prefix="read") as pool:
        return tuple(pool.map(read, places))


def read_place(connection: Connection, scope: Scope, known_ids: Collection[str]) -> View:
    """Read one scope of a connection.

    A known id that the list does not show is confirmed by a read of its own where there is one, before
    it counts as absent. Without a list the state is the only witness.
    """
    if not connection.can_list:
        return View(connection.name, scope, witness="state")
    try:
        live = connection.list(scope)
        shown = {record.id for record in live}
        missing = sorted(record_id for record_id in known_ids if record_id not in shown)
        confirmed = [connection.get(scope, record_id) for record_id in missing] if connection.can_get else []
    except Unreadable as error:
        return View(connection.name, scope, error=str(error))
    return View(connection.name, scope, (*live, *(record for record in confirmed if record is not None)))
