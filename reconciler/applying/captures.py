"""Secrets that a provider makes: kept, encrypted, along with the record, and only then handed to their sink.

The answer that shows such a secret is the only one that ever does. So it is in the state before
anything else is done, and it leaves the state when its sink has taken it: a death in between costs
a second handing over, and never the secret.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import field, replace
from typing import Any

from reconciler.applying.ledger import Ledger
from reconciler.errors import CaptureError, StateError
from reconciler.http.redaction import Redactor
from reconciler.planning.compare import names_of
from reconciler.planning.plan import Change, Outcome
from reconciler.planning.renewal import RENEWED, made_for
from reconciler.providers.protocol import Written
from reconciler.records import Ability, Capture, Desired, Fingerprinter, Known
from reconciler.secrets import keeping, sinks
from reconciler.slotted import dataclass
from reconciler.state.model import PutRecord


@dataclass(frozen=True, slots=True)
class Taken:
    """What the state learns of the secrets in an answer: their fingerprints, and themselves, encrypted."""

    sent: Mapping[str, Any] = field(default_factory=dict)
    kept: str | None = None


class Captures:
    """Takes the secrets of one run out of answers, and hands them over. Thread-safe.

    `redactor` knows every secret of the run, for what a command says.
    """

    def __init__(
        self, ledger: Ledger, abilities: Mapping[str, Ability], fingerprint: Fingerprinter, redactor: Redactor
    ) -> None:
        self._ledger = ledger
        self._abilities = abilities
        self._fingerprint = fingerprint
        self._redactor = redactor

    def problem(self, change: Change) -> str | None:
        """Return why the secret that a change makes could not be handed over: to be asked before its request."""
        wanted = change.desired
        if wanted is None or wanted.capture is None or not self._makes(change, wanted):
            return None
        try:
            keeping.check_at_hand()
            sinks.check(wanted.capture)
        except CaptureError as error:
            return f"{error}; nothing was sent"
        return None

    def taken(self, wanted: Desired, written: Written) -> Taken:
        """Return what is to be recorded of an answer, in the same commit as the record itself."""
        names = self.made_for(wanted) & (written.captured or {}).keys()
        if wanted.capture is None or not names or written.captured is None:
            return Taken()
        sent = {name: written.captured[name] for name in sorted(names)}
        known = self._ledger.known(wanted.address)
        if known is not None and known.id == written.id and sent.items() <= dict(known.sent).items():
            return Taken(sent)  # shown again, and the same: it was taken before
        return Taken(sent, keeping.keep({name: secret.reveal() for name, secret in sent.items()}, self._fingerprint))

    def settled(self, change: Change, outcome: Outcome) -> Outcome:
        """Hand over what is kept for the record of a change that is done, and return how that ended."""
        wanted = change.desired
        if outcome.status != "done" or wanted is None or wanted.capture is None:
            return outcome
        known = self._ledger.known(wanted.address)
        if known is None:
            return outcome
        if known.kept is not None:
            return self._handed_over(wanted, wanted.capture, known, outcome)
        missing = self.made_for(wanted) - known.sent.keys()
        if missing and self._makes(change, wanted):
            error = (
                f"it is there, as {known.id}, but the answer that shows its {names_of(missing)} was lost; "
                f"`reconcile rotate {wanted.address}` makes a new one"
            )
            return Outcome("failed", error, known.id)
        return outcome

    def made_for(self, wanted: Desired) -> frozenset[str]:
        """Return the secrets of a record that its provider makes."""
        return made_for(wanted, self._abilities[wanted.connection])

    def _makes(self, change: Change, wanted: Desired) -> bool:
        new = change.action in ("create", "replace") and change.twin is None
        return bool(self.made_for(wanted)) and (new or change.reason == RENEWED)

    def _handed_over(self, wanted: Desired, capture: Capture, known: Known, outcome: Outcome) -> Outcome:
        about = {
            "RECONCILE_ADDRESS": wanted.address,
            "RECONCILE_CONNECTION": wanted.connection,
            "RECONCILE_RECORD_ID": known.id,
        }
        try:
            values = keeping.kept(known.kept or "", self._fingerprint)
            text = json.dumps(values) if len(values) > 1 else "".join(values.values())
            sinks.hand_over(capture, text, about, self._redactor.plus([text, *values.values()]).scrub)
        except CaptureError as error:
            self._ledger.commit(self._line(known, "failed", str(error)))
            way_on = "It is kept in the state, encrypted, and the next apply hands it over"
            return Outcome("failed", f"{error}. {way_on}", known.id)
        try:
            self._ledger.commit(PutRecord(replace(known, kept=None)), self._line(known, "done", str(capture)))
        except StateError as error:
            reason = f"its secret went to {capture}, which could not be recorded, so it will go there again: {error}"
            return Outcome("unknown", reason, known.id)
        return outcome

    def _line(self, known: Known, outcome: str, detail: str) -> Any:
        return self._ledger.entry(
            "capture", outcome, known.address, known.connection, record_id=known.id, detail=detail
        )
