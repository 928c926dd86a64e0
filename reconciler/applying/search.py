"""Looking for what a create made whose answer was lost, or whose place was taken."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable, Mapping

from reconciler.applying.endings import Endings
from reconciler.applying.ledger import Ledger
from reconciler.applying.recovery import no_witness
from reconciler.errors import Refused, Unreadable
from reconciler.planning.compare import compare_unowned
from reconciler.planning.plan import Outcome
from reconciler.planning.recover import Resolution, resolve_creates
from reconciler.providers.protocol import Connection
from reconciler.reading import Place
from reconciler.records import Desired, Intent

_INTERRUPTED = "the run was interrupted before it could be looked for, so the next run does"
_ABSENT = "its answer was lost, and nothing was made"


class Search:
    """Resolves the open creates of one run by reading. Thread-safe: in each place one search at a time."""

    def __init__(self, ledger: Ledger, endings: Endings, stop: threading.Event) -> None:
        self._ledger = ledger
        self._endings = endings
        self._stop = stop
        self._searching: defaultdict[Place, threading.Lock] = defaultdict(threading.Lock)
        self._guard = threading.Lock()

    def lost(self, connection: Connection, intent: Intent, doubt: str) -> Outcome | None:
        """Return what became of a create whose answer was lost; None where it certainly made nothing.

        Absence is believed only on a second read, one settle later: a write may take that long to show,
        and a server that lost its answer may still be at work.
        """
        if not connection.can_list:
            return self._endings.unknown(intent, doubt, no_witness(intent))
        outcome = self._look(connection, intent, doubt)
        if outcome is None and self._stop.wait(connection.settle):
            return self._endings.unknown(intent, doubt, _INTERRUPTED)
        return outcome or self._look(connection, intent, doubt)

    def conflict(
        self, connection: Connection, wanted: Desired, intent: Intent, refusal: Refused, doubt: str
    ) -> Outcome:
        """A 409: take the twin over where it is found, unheld, as declared, and either ours or free to be taken.

        `doubt` says how an earlier try of the same intent was lost; empty for none.
        """
        with self._place((intent.connection, intent.scope)):
            try:
                live = connection.list(intent.scope)
            except Unreadable as unreadable:
                if doubt:
                    return self._endings.unknown(intent, doubt, str(unreadable))
                return self._endings.failed(intent, str(refusal))
            held = self._ledger.held((intent.connection, intent.scope))
            twins = [one for one in live if one.key == intent.key and one.id not in held]
            if len(twins) != 1:
                return self._endings.failed(intent, str(refusal))
            twin = twins[0]
            if doubt and twin.id not in intent.ids_before:
                return self._endings.found(intent, twin, "create")
            # What differs would be taken for an echo; the next plan compares it, and says what can be done.
            if connection.ability.adopt and not compare_unowned(wanted, twin, connection.ability):
                return self._endings.found(intent, twin, "adopt")
            return self._endings.failed(
                intent, f"{refusal}; {twin.id} is equal to it in scope, URL and events: plan again"
            )

    def late(self, connections: Mapping[str, Connection], doubtful: Iterable[str]) -> dict[str, Outcome]:
        """Look once more for the creates of `doubtful` addresses, now that no other request is under way.

        Returns outcomes by address, of those that could be told.
        """
        addresses = set(doubtful)
        places = {
            place
            for place, intents in self._ledger.creates_of_this_run().items()
            if connections[place[0]].can_list and any(one.address in addresses for one in intents)
        }
        if not places or self._stop.wait(max(connections[name].settle for name, _ in places)):
            return {}
        found: dict[str, Outcome] = {}
        for place in places:
            try:
                resolutions = self._resolutions(connections[place[0]], place)
            except Unreadable:
                continue  # what is to be told of these was told when their answers were lost
            for one in resolutions:
                if one.intent.address in addresses:
                    outcome = self._told(one)
                    if outcome is not None:
                        found[one.intent.address] = outcome
        return found

    def _look(self, connection: Connection, intent: Intent, doubt: str) -> Outcome | None:
        place = (intent.connection, intent.scope)
        with self._place(place):
            try:
                resolutions = self._resolutions(connection, place)
            except Unreadable as error:
                return self._endings.unknown(intent, doubt, str(error))
            mine = next(one for one in resolutions if one.intent.id == intent.id)
            if mine.made is not None:
                return self._endings.found(intent, mine.made, "create")
            return None if mine.absent else self._endings.unknown(intent, doubt, mine.unclear or "")

    def _resolutions(self, connection: Connection, place: Place) -> list[Resolution]:
        # In this order: what a sibling records in the meantime is held, and no longer open.
        live = connection.list(place[1])
        pending = self._ledger.open_creates(place)
        return resolve_creates(pending, live, self._ledger.held(place))

    def _told(self, one: Resolution) -> Outcome | None:
        if one.made is not None:
            return self._endings.found(one.intent, one.made, "create")
        return self._endings.failed(one.intent, _ABSENT) if one.absent else None

    def _place(self, place: Place) -> threading.Lock:
        with self._guard:
            return self._searching[place]
