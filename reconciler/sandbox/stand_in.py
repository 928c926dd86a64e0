"""One account at one provider: takes requests as the provider's table says, and as the faults say otherwise."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from reconciler.providers.paths import MISSING, at, put, without
from reconciler.providers.spec import Call, CreateCall, ListCall, RotateCall, Spec, names_in
from reconciler.records import Scope
from reconciler.sandbox.complaints import Complaints
from reconciler.sandbox.damage import after, instead
from reconciler.sandbox.envelope import good
from reconciler.sandbox.faults import Fault
from reconciler.sandbox.gate import Gate
from reconciler.sandbox.habits import Habits
from reconciler.sandbox.incoming import body_of, record_in
from reconciler.sandbox.listing import asked, locate, render
from reconciler.sandbox.refusals import Refusal, Rejected
from reconciler.sandbox.routes import Route, Routes
from reconciler.sandbox.rules import kept_at, revision_path
from reconciler.sandbox.store import Store
from reconciler.sandbox.wire import Answer, Request
from reconciler.slotted import dataclass


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


@dataclass(frozen=True, slots=True)
class _Exchange:
    """One request that a call of the table was found for: `in_path` are the credentials in its path or body."""

    request: Request
    route: Route
    body: Any
    in_path: Mapping[str, str]
    url: str


class StandIn:
    """Behaves like one account of a provider. Thread-safe."""

    def __init__(
        self, spec: Spec, habits: Habits, account: str, credentials: Mapping[str, str] | None, conditions: Conditions
    ) -> None:
        self.gate = Gate(spec, credentials)
        self.store = Store(spec, habits)
        self._spec = spec
        self._habits = habits
        self._account = account
        self._conditions = conditions
        self._complaints = Complaints(spec, habits)
        self._routes = Routes(spec)
        self._credentials = {name for auth in spec.auths for name in auth.credentials}
        self._in_body = {place: name for auth in spec.auths for place, name in (auth.body or {}).items()}
        self._secret_parameters = {parameter for auth in spec.auths for parameter in auth.query or ()}

    def take(self, request: Request, path: str, url: str) -> Outcome:
        """Answer a request for `path` below the provider's base address `url`."""
        url = f"{url}/{path.strip('/')}"
        path, in_path = self.gate.stripped(path.strip("/"))
        body = body_of(request, self._spec.encoding)
        found = self._routes.find(request, path, body)
        if isinstance(found, Route):
            outcome = Outcome(Answer(200), found.operation)
            named = [name for name in names_in(found.call.path) if name in self._credentials]
            in_path |= {name: found.parameters[name] for name in named}
            for place, name in self._in_body.items():
                in_path[name] = str(at(body, place))
                body = without(body, place)
            try:
                self._serve(_Exchange(request, found, body, in_path, url), outcome)
            except Refusal as refusal:
                outcome.answer = self._complaints.refused(found.call, refusal)
            if outcome.fault:
                outcome.answer = after(outcome.fault, outcome.answer)
            return outcome
        if not found:
            return Outcome(self._complaints.error(404, "There is nothing here."))
        answer = self._complaints.error(405, f"The method {request.method} is not allowed here.")
        answer.headers["Allow"] = ", ".join(sorted(found))
        return Outcome(answer)

    def shown(self, path: str) -> str:
        """Return a path below the base address as a log may show it: without the credentials in it."""
        below, in_path = self.gate.stripped(path.strip("/"))
        if in_path:
            return f"***/{below}"
        return self._routes.shown(path, self._credentials)

    def _serve(self, one: _Exchange, outcome: Outcome) -> None:
        """Fill in what becomes of a request; raises `Refusal`."""
        call, request = one.route.call, one.request
        if one.route.operation != "login" and not self.gate.admits(request, one.in_path):
            raise Rejected(401, "Authentication failed.")
        page = None
        if isinstance(call, ListCall):
            most = min(self._habits.most, self._conditions.page_limit or self._habits.most)
            given, span = asked(call, request, one.body), request.headers.get("range", "")
            page = locate(self.store, self._scope(one), call, given, span, usual=self._habits.page, most=most)
        fault = self._conditions.choose(one.route.operation, page.number if page else None)
        outcome.fault = fault
        if fault and (answer := instead(fault, self._complaints.fault(fault, call))):
            outcome.answer = answer
            return
        if fault and fault.kind == "delay":
            self._conditions.wait(fault.seconds)
        if page and isinstance(call, ListCall):
            outcome.answer = render(call, page, one.url, request.query, self._secret_parameters, self._spec)
            return
        alter = fault.alter if fault and fault.kind == "altered_echo" else None
        outcome.answer = self._do(one, alter)
        outcome.committed = one.route.operation in ("create", "update", "delete", "rotate")

    def _do(self, one: _Exchange, alter: dict[str, Any] | None) -> Answer:
        call, store = one.route.call, self.store
        match one.route.operation:
            case "login":
                return self._let_in(one)
            case "account":
                return good(call, self._account, call.item or "id")
            case "create":
                return self._create(one, alter)
        scope, record_id = self._scope(one), self._id(one)
        if one.route.operation != "get":
            self._check_revision(one, scope, record_id)
        match one.route.operation:
            case "get":
                record = store.get(scope, record_id)
                if one.route.field is not None:
                    value = store.rules.own(record, one.route.field)
                    return good(call, value if value is not MISSING else None, call.item)
                return good(call, store.rules.shown(record), call.item, self._revised(record))
            case "update":
                if one.route.value is not None:
                    record = store.set(scope, record_id, one.route.field or "", one.route.value)
                else:
                    sent = record_in(one.request, call, self._spec, one.body)
                    record = store.update(scope, record_id, sent, alter, name=one.route.field)
                return good(call, store.rules.shown(record), call.item)
            case "rotate":
                return self._renewed(call, store.rotate(scope, record_id))
            case "after":
                store.get(scope, record_id)
                return good(call, {}, None)
        store.delete(scope, record_id)
        says = call.success.status or call.success.where or call.success.empty or call.graphql
        return good(call, {}, None) if says else Answer(204)

    def _create(self, one: _Exchange, alter: dict[str, Any] | None) -> Answer:
        call, store = one.route.call, self.store
        body = record_in(one.request, call, self._spec, one.body)
        named = one.route.parameters
        for name, field in self._spec.record.fields().items():  # what is in the path, not in the body
            chosen = name == self._spec.record.id_spec.field
            given = named.get("id", named.get(name)) if chosen else named.get(name)
            if given is not None and (chosen or field.write_path is None):
                put(body, field.write_path or kept_at(name, field), given)
        overwrite = isinstance(call, CreateCall) and call.upsert
        record = store.create(self._scope(one), body, alter, overwrite=overwrite)
        header = self._spec.record.id_spec.header
        beside, headers = store.rules.beside(record)
        if header is not None:
            headers[header] = f"{one.url}/{store.numbering.of(record)}"
            return Answer(call.success.status[0] if call.success.status else 201, b"", headers)
        shown = store.rules.shown(record, created=True)
        if self._habits.created is not None:
            shown = {path: at(shown, path) for path in self._habits.created}
        return good(call, shown, call.item, headers, beside)

    def _let_in(self, one: _Exchange) -> Answer:
        found = self.gate.log_in(one.route.call, one.request, one.body if isinstance(one.body, dict) else {})
        if found is None:
            raise Rejected(401, "Authentication failed.")
        token, path, lifetime = found
        body: dict[str, Any] = {}
        put(body, path, token)
        if lifetime is not None:
            put(body, lifetime, 3600)
        return good(one.route.call, body, None)

    def _renewed(self, call: Call, record: dict[str, Any]) -> Answer:
        """Answer with the record, or with its new secret alone where the table says that this is what comes."""
        path = call.secret if isinstance(call, RotateCall) else None
        if path is None:
            beside, headers = self.store.rules.beside(record)
            return good(call, self.store.rules.shown(record, created=True), call.item, headers, beside)
        secret = next(value for made in self.store.rules.made if (value := at(record, made)) is not MISSING)
        return good(call, secret, f"{call.item}.{path}" if call.item else path)

    def _scope(self, one: _Exchange) -> Scope:
        """Return what of its scope a request names; what has a default may be left out of it."""
        found = {name: value for name, value in one.route.parameters.items() if name in self._spec.scope}
        if one.route.operation in ("list", "create"):
            for name, parameter in self._spec.scope.items():
                if parameter.default is not None:
                    found.setdefault(name, parameter.default)
        return tuple(sorted(found.items()))

    def _id(self, one: _Exchange) -> str:
        given, spec = one.route.parameters, self._spec.record.id_spec
        if spec.constant is not None:
            return spec.constant
        if "id" in given:
            return given["id"]
        if spec.field is not None:
            return given.get(spec.field, "")
        return "/".join(quote(given.get(name, ""), safe="") for name in spec.parts)

    def _revised(self, record: dict[str, Any]) -> dict[str, str]:
        revision = self._spec.record.revision
        if revision is None or revision.header is None:
            return {}
        return {revision.header: f'"{at(record, revision_path(self._spec))}"'}

    def _check_revision(self, one: _Exchange, scope: Scope, record_id: str) -> None:
        path = revision_path(self._spec)
        if path is None or "revision" not in one.route.call.names:
            return
        record = self.store.get(scope, record_id)
        if one.route.parameters.get("revision", "").strip('"') != str(at(record, path)):
            raise Rejected(one.route.call.refused[0] if one.route.call.refused else 409, "It has changed meanwhile.")
