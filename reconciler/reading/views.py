"""From open connections to views. A read that failed gives an unknown view, never half a list."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor

from reconciler.errors import Unreadable
from reconciler.providers.protocol import Connection
from reconciler.records import Scope, View

Place = tuple[str, Scope]
"""A connection's name and a scope in it."""


def read_views(
    connections: Mapping[str, Connection], places: Mapping[Place, Collection[str]], parallelism: int
) -> tuple[View, ...]:
    """Read every place, up to `parallelism` at a time, and return their views in the order of `places`.

    `places` maps each place to the ids that the state knows there. Raises nothing for a failed
    read: its view is unknown and says why.
    """
    if not places:
        return ()
    with ThreadPoolExecutor(max_workers=min(parallelism, len(places)), thread_name_prefix="read") as pool:
        return tuple(pool.map(lambda item: read_place(connections[item[0][0]], item[0][1], item[1]), places.items()))


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
