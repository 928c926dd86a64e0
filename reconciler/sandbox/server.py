"""The sandbox: one local server, all providers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import RLock, Thread
from types import TracebackType
from typing import Any, NamedTuple, Self
from urllib.parse import unquote, urlsplit

from reconciler.providers.registry import catalog, load_spec
from reconciler.providers.spec import Spec
from reconciler.records import Scope
from reconciler.sandbox.admin import administer
from reconciler.sandbox.faults import Fault, Faults, Injector
from reconciler.sandbox.habits import Habits, known_habits
from reconciler.sandbox.refusals import Missing
from reconciler.sandbox.stand_in import Conditions, Outcome, StandIn
from reconciler.sandbox.store import to_json
from reconciler.sandbox.wire import Answer, Request, Server

ADMIN = "_sandbox"
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Served(NamedTuple):
    """One request that was taken: no query, header or body is kept of it.

    `provider` is as in the path, with its account; `operation` is empty where the table has no such
    call; `status` is 0 where the connection was reset instead; `committed` tells whether it changed a record.
    """

    provider: str
    operation: str
    method: str
    path: str
    status: int
    committed: bool


class Sandbox:
    """Behaves like every provider of the catalog (or of `specs`), on loopback, below `url`/`provider`.

    Each provider keeps one set of records, and further ones, empty at first, below `provider@account`.
    `credentials` are the right ones by provider (or `provider@account`); for others any that are not
    empty will do. `page_limit` is the most that a page of a list holds, whatever is asked for. `log`
    is called with one line a request, which holds no query, header or body. Thread-safe.

        with Sandbox() as sandbox:
            requests.get(sandbox.base_url("argyle") + "/webhooks", auth=("id", "secret"))
    """

    def __init__(
        self,
        specs: Mapping[str, Spec] | None = None,
        *,
        port: int = 0,
        faults: Faults | None = None,
        credentials: Mapping[str, Mapping[str, str]] | None = None,
        page_limit: int | None = None,
        log: Callable[[str], None] | None = None,
    ) -> None:
        self.specs: Mapping[str, Spec] = {name: load_spec(name) for name in catalog()} if specs is None else dict(specs)
        self._port = port
        self._credentials = credentials or {}
        self._page_limit = page_limit
        self._log = log
        self._lock = RLock()
        self._stand_ins: dict[str, StandIn] = {}
        self._served: list[Served] = []
        self._server: Server | None = None
        self.faults = faults or Faults()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def start(self) -> None:
        """Listen and serve, in threads. Raises `OSError` where the port is taken."""
        self._server = Server(self._port, self._answer)
        Thread(target=self._server.serve_forever, args=(0.05,), name="sandbox", daemon=True).start()

    def close(self) -> None:
        """Stop serving; what was recorded stays readable."""
        if self._server is not None:
            self._server.close()

    @property
    def url(self) -> str:
        """The server's own address. Raises `RuntimeError` before the start."""
        if self._server is None:
            raise RuntimeError("the sandbox has not been started")
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def base_url(self, provider: str) -> str:
        """Return what to set as a connection's `base_url`. Raises `LookupError` for an unknown provider."""
        self._stand_in(provider)
        return f"{self.url}/{provider}"

    @property
    def faults(self) -> Faults:
        """What goes wrong on purpose; setting it starts the counts and chances anew."""
        return self._faults

    @faults.setter
    def faults(self, faults: Faults) -> None:
        for fault in faults.faults:
            if not any(fault.may_hit(name) for name in self.specs):
                raise ValueError(f"a fault is for {fault.provider!r}, and no provider here fits: {self._names()}")
        self._faults = faults
        self._injector = Injector(faults)

    @property
    def requests(self) -> list[Served]:
        """All requests to providers so far, in the order in which they were decided."""
        with self._lock:
            return list(self._served)

    def count(self, provider: str, operation: str, *, committed: bool | None = None) -> int:
        """Return how many requests were taken, of one operation; with `committed`, only such as did (or did not)."""
        return sum(
            (served.provider, served.operation) == (provider, operation) and committed in (None, served.committed)
            for served in self.requests
        )

    def records(self, provider: str) -> list[dict[str, Any]]:
        """Return copies of a provider's records as it keeps them (secrets included), in the order of their making."""
        return self._stand_in(provider).store.records()

    def insert(self, provider: str, record: Mapping[str, Any], scope: Scope = ()) -> str:
        """Put in a record in the provider's shape, unchecked; return its id. Raises `ValueError` for a taken id."""
        return self._stand_in(provider).store.insert(record, tuple(sorted(scope)))

    def change(self, provider: str, record_id: str | int, values: Mapping[str, Any]) -> None:
        """Set dotted paths of a record behind everybody's back. Raises `LookupError` for an unknown id."""
        try:
            self._stand_in(provider).store.change(str(record_id), values)
        except Missing:
            raise LookupError(f"{provider} has no record {record_id}") from None

    def remove(self, provider: str, record_id: str | int) -> None:
        """Delete a record behind everybody's back. Raises `LookupError` for an unknown id."""
        try:
            self._stand_in(provider).store.remove(str(record_id))
        except Missing:
            raise LookupError(f"{provider} has no record {record_id}") from None

    def clear(self, provider: str | None = None) -> None:
        """Forget all records of one provider, or of all and all accounts."""
        for stand_in in self._some(provider):
            stand_in.store.clear()

    def expire_tokens(self, provider: str | None = None) -> None:
        """Refuse from now on the tokens that log-ins gave out so far, of one provider or of all."""
        for stand_in in self._some(provider):
            stand_in.gate.expire_tokens()

    def _some(self, provider: str | None) -> list[StandIn]:
        if provider is not None:
            return [self._stand_in(provider)]
        with self._lock:
            return list(self._stand_ins.values())

    def _stand_in(self, name: str) -> StandIn:
        """Return the stand-in for `provider` or `provider@account`, made when it is first asked for."""
        provider, _, account = name.partition("@")
        if provider not in self.specs:
            raise LookupError(f"there is no provider {provider!r} here, but {self._names()}")
        with self._lock:
            if name not in self._stand_ins:
                habits = known_habits().get(provider) or Habits()
                credentials = self._credentials.get(name, self._credentials.get(provider))
                conditions = Conditions(lambda *what: self._choose(name, *what), self._wait, self._page_limit)
                stand_in = StandIn(self.specs[provider], habits, account or "main", credentials, conditions)
                self._stand_ins[name] = stand_in
            return self._stand_ins[name]

    def _names(self) -> str:
        return ", ".join(sorted(self.specs)) or "none at all"

    def _choose(self, provider: str, operation: str, page: int | None) -> Fault | None:
        return self._injector.choose(provider, operation, page)

    def _wait(self, seconds: float) -> object:
        return self._server.stopping.wait(seconds) if self._server else None

    def _answer(self, request: Request) -> Answer:
        """Answer one request; runs in the thread of its connection."""
        host = request.headers.get("host", "")
        origin = request.headers.get("origin")
        if not _is_loopback(f"//{host}") or (origin is not None and not _is_loopback(origin)):
            # A web page can make a browser send requests here, by a name that resolves to loopback.
            return _plain(403, "the sandbox answers to loopback names alone")
        first, _, rest = request.path.lstrip("/").partition("/")
        name = unquote(first)
        if name == ADMIN:
            return administer(self, request, rest)
        try:
            stand_in = self._stand_in(name)
        except LookupError as error:
            return _plain(404, str(error.args[0]))
        outcome = stand_in.take(request, rest, f"http://{host}/{first}")
        self._note(name, request, f"/{first}/{stand_in.shown(rest)}", outcome)
        return outcome.answer

    def _note(self, name: str, request: Request, path: str, outcome: Outcome) -> None:
        path = path.encode("unicode_escape").decode("ascii")
        method = request.method.encode("unicode_escape").decode("ascii")
        served = Served(name, outcome.operation or "", method, path, outcome.answer.status, outcome.committed)
        with self._lock:
            self._served.append(served)
            if self._log is not None:
                hit = f" ({outcome.fault.kind})" if outcome.fault else ""
                self._log(f"{served.status or 'cut'} {served.operation or '-'} {method} {path}{hit}")


def _is_loopback(url: str) -> bool:
    try:
        return urlsplit(url).hostname in _LOOPBACK
    except ValueError:
        return False


def _plain(status: int, message: str) -> Answer:
    return Answer(status, to_json({"message": message}), {"Content-Type": "application/json"})
