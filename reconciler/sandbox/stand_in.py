"""One account at one provider: takes requests as the provider's table says, and as the faults say otherwise."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.providers.paths import MISSING, at, put
from reconciler.providers.spec import Call, GetCall, ListCall, LoginCall, RotateCall, Spec
from reconciler.records import Scope
from reconciler.sandbox.damage import after, instead
from reconciler.sandbox.faults import Fault
from reconciler.sandbox.gate import Gate
from reconciler.sandbox.habits import Habits, fill
from reconciler.sandbox.listing import locate, render
from reconciler.sandbox.refusals import Conflict, Invalid, Missing, Refusal, Rejected
from reconciler.sandbox.routes import Route, Routes
from reconciler.sandbox.store import Store, to_json
from reconciler.sandbox.wire import Answer, Request


@dataclass(frozen=True, slots=True)
class Conditions:
    """What the sandbox imposes on a stand-in.

    `choose` returns the fault that hits a request, given the operation and a list's page; `wait`
    waits for seconds; `page_limit` is the most that a page of a list holds, whatever is asked for.
    """

    choose: Callable[[str, int | None], Fault | None]
    wait: Callable[[float], object]
    page_limit: int | None = None


@dataclass(slots=True)
class Outcome:
    """What became of a request. `operation` is None where the table has no such call."""

    answer: Answer
    operation: str | None = None
    committed: bool = False
    fault: Fault | None = None


class StandIn:
    """Behaves like one account of a provider. Thread-safe."""

    def __init__(
        self, spec: Spec, habits: Habits, account: str, credentials: Mapping[str, str] | None, conditions: Conditions
    ) -> None:
        self.gate = Gate(spec, credentials)
        self.store = Store(spec, habits)
        self._habits = habits
        self._account = account
        self._conditions = conditions
        self._routes = Routes(spec)
        self._secret_parameters = {parameter for auth in spec.auths for parameter in auth.query or ()}

    def take(self, request: Request, path: str, url: str) -> Outcome:
        """Answer a request for `path` below the provider's base address `url`."""
        found = self._routes.find(request.method, path.strip("/"))
        if isinstance(found, Route):
            outcome = Outcome(Answer(200), found.operation)
            try:
                self._serve(request, found, f"{url}/{path.strip('/')}", outcome)
            except Refusal as refusal:
                outcome.answer = self._refused(found.call, refusal)
            if outcome.fault:
                outcome.answer = after(outcome.fault, outcome.answer)
            return outcome
        if not found:
            return Outcome(self._error(404, "There is nothing here."))
        answer = self._error(405, f"The method {request.method} is not allowed here.")
        answer.headers["Allow"] = ", ".join(sorted(found))
        return Outcome(answer)

    def _serve(self, request: Request, route: Route, url: str, outcome: Outcome) -> None:
        """Fill in what becomes of a request; raises `Refusal`."""
        call = route.call
        if route.operation != "login" and not self.gate.admits(request):
            raise Rejected(401, "Authentication failed.")
        scope: Scope = tuple(sorted((name, value) for name, value in route.parameters.items() if name != "id"))
        page = None
        if isinstance(call, ListCall):
            most = min(self._habits.most, self._conditions.page_limit or self._habits.most)
            page = locate(self.store, scope, call, request.query, usual=self._habits.page, most=most)
        fault = self._conditions.choose(route.operation, page.number if page else None)
        outcome.fault = fault
        if fault and (answer := instead(fault, self._error(fault.status, "Out of order.", call))):
            outcome.answer = answer
            return
        if fault and fault.kind == "delay":
            self._conditions.wait(fault.seconds)
        if page and isinstance(call, ListCall):
            body = render(call, page, url, request.query, self._secret_parameters)
            outcome.answer = _json(_status(call), body)
            return
        alter = fault.alter if fault and fault.kind == "altered_echo" else None
        outcome.answer = self._do(request, route, scope, alter)
        outcome.committed = route.operation in ("create", "update", "delete", "rotate")

    def _do(self, request: Request, route: Route, scope: Scope, alter: dict[str, Any] | None) -> Answer:
        call, store = route.call, self.store
        record_id = route.parameters.get("id", "")
        if isinstance(call, RotateCall):
            return self._renewed(call, store.rules.shown(store.rotate(scope, record_id), created=True))
        if isinstance(call, LoginCall):
            token = self.gate.log_in(call, _body(request, call))
            if token is None:
                raise Rejected(401, "Authentication failed.")
            return _good(call, token, call.token)
        match route.operation:
            case "account":
                return _good(call, self._account, call.item or "id")
            case "get":
                return _good(call, store.rules.shown(store.get(scope, record_id)), call.item)
            case "create":
                record = store.rules.shown(store.create(scope, _body(request, call), alter), created=True)
                if self._habits.created is not None:
                    record = {path: at(record, path) for path in self._habits.created}
                return _good(call, record, call.item)
            case "update":
                record = store.update(scope, record_id, _body(request, call), alter)
                return _good(call, store.rules.shown(record), call.item)
        store.delete(scope, record_id)
        return _good(call, {}, None) if call.success.status or call.success.where else Answer(204)

    def _renewed(self, call: RotateCall, record: dict[str, Any]) -> Answer:
        """Answer with the record, or with its new secret alone where the table says that this is what comes."""
        if call.secret is None:
            return _good(call, record, call.item)
        secret = next(value for path in self.store.rules.made if (value := at(record, path)) is not MISSING)
        body: dict[str, Any] = {}
        put(body, f"{call.item}.{call.secret}" if call.item else call.secret, secret)
        return _good(call, body, None)

    def _refused(self, call: Call, refusal: Refusal) -> Answer:
        match refusal:
            case Rejected():
                return self._error(refusal.status, str(refusal), call)
            case Conflict():
                return self._error(409, "It exists already.", call)
            case Missing():
                status = call.gone[0] if isinstance(call, GetCall) and call.gone else 404
                return self._error(status, "Not found.", call)
            case Invalid() if self._habits.invalid:
                body: dict[str, Any] = {}
                for path, message in refusal.fields.items():
                    body |= fill(self._habits.invalid, field=path, message=message)
                return _json(self._habits.invalid_status, to_json(body))
        return self._error(self._habits.invalid_status, str(refusal), call)

    def _error(self, status: int, message: str, call: Call | None = None) -> Answer:
        """Return an error in the vendor's words; what marks a good answer of `call` is turned round in it."""
        body = fill(self._habits.error, message=message)
        for path, value in (call.success.where if call else {}).items():
            put(body, path, not value if isinstance(value, bool) else None)
        return _json(status, to_json(body))


def _good(call: Call, value: Any, path: str | None) -> Answer:
    body: dict[str, Any] = {} if path else dict(value)
    if path:
        put(body, path, value)
    for marked, mark in call.success.where.items():
        put(body, marked, mark)
    return _json(_status(call), to_json(body))


def _body(request: Request, call: Call) -> dict[str, Any]:
    """Return the record in a request's body, out of its envelope. Raises `Rejected`."""
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        raise Rejected(400, "The body is not JSON.") from None
    record = at(body, call.wrap) if call.wrap else body
    if not isinstance(record, dict):
        raise Rejected(400, f"There is no object at {call.wrap}." if call.wrap else "The body is not an object.")
    return record


def _status(call: Call) -> int:
    return call.success.status[0] if call.success.status else 200


def _json(status: int, body: bytes) -> Answer:
    return Answer(status, body, {"Content-Type": "application/json"})
