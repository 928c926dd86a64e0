"""What a provider says when it does not do what a request asks for: in its own words, with its own status."""

from __future__ import annotations

from typing import Any

from reconciler.providers.paths import put
from reconciler.providers.spec import Call, DeleteCall, GetCall, Spec, Success
from reconciler.sandbox.envelope import as_json, good, status_of
from reconciler.sandbox.faults import Fault
from reconciler.sandbox.habits import Habits, fill
from reconciler.sandbox.refusals import Conflict, Invalid, Missing, Refusal, Rejected
from reconciler.sandbox.store import to_json
from reconciler.sandbox.wire import Answer


class Complaints:
    """The answers of one table's provider that are no success."""

    def __init__(self, spec: Spec, habits: Habits) -> None:
        self._spec = spec
        self._habits = habits

    def refused(self, call: Call, refusal: Refusal) -> Answer:
        """Return what is answered to a request that is refused for this reason."""
        match refusal:
            case Rejected():
                return self.error(refusal.status, str(refusal), call)
            case Conflict():
                return self.error(409, "It exists already.", call)
            case Missing():
                return self._gone(call)
            case Invalid() if self._habits.invalid:
                body: dict[str, Any] = {}
                for path, message in refusal.fields.items():
                    body |= fill(self._habits.invalid, field=path, message=message)
                return as_json(self._habits.invalid_status, to_json(body))
        return self.error(self._habits.invalid_status, str(refusal), call)

    def fault(self, fault: Fault, call: Call) -> Answer:
        """Return the provider's way to say what a fault stands for."""
        if fault.kind != "throttled":
            return self.error(fault.status, "Out of order.", call)
        if not self._spec.throttled:
            return self.error(429, "Too many requests.", call)
        body: dict[str, Any] = {}
        for path, value in self._spec.throttled.items():
            put(body, path, value[0] if isinstance(value, list) else value)
        return as_json(status_of(call), to_json(body))

    def error(self, status: int, message: str, call: Call | None = None) -> Answer:
        """Return an error in the vendor's words; what marks a good answer of `call` is turned round in it."""
        body = fill(self._habits.error, message=message)
        success = call.success if call else Success()
        for path, value in success.where.items():
            put(body, path, not value if isinstance(value, bool) else None)
        if success.empty and success.otherwise == "refused" and 400 <= status < 500 and status not in (401, 429):
            put(body, success.empty[-1], [{"message": message}])
            status = status_of(call) if call else status
        return as_json(status, to_json(body))

    def _gone(self, call: Call) -> Answer:
        if isinstance(call, GetCall) and call.null:
            return good(call, None, call.item)
        status = call.gone[0] if isinstance(call, GetCall | DeleteCall) and call.gone else 404
        return self.error(status, "Not found.", call)
