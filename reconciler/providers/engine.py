"""The engine that runs every table: one connection, opened, speaking REST by its provider's file."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from reconciler.errors import Ambiguous, NotSent, Refused, Unreadable
from reconciler.http.client import Client
from reconciler.http.clock import Clock
from reconciler.http.message import Effect, Reply, Request
from reconciler.http.redaction import Redactor
from reconciler.providers.ability import ability_of
from reconciler.providers.answers import Judge
from reconciler.providers.auth import chosen, redactor_for, signer
from reconciler.providers.mapping import Misfit, RecordMap, secret_texts
from reconciler.providers.pagination import Reader
from reconciler.providers.paths import at, filled, kind_of
from reconciler.providers.protocol import Connection, Settings, Written
from reconciler.providers.registry import adapter_of
from reconciler.providers.spec import Call
from reconciler.records import Fields, Fingerprinter, Live, Scope, Secret

__all__ = ["RestConnection", "ability_of", "open_connection"]


def open_connection(
    settings: Settings, fingerprint: Fingerprinter, *, stop: threading.Event | None = None, clock: Clock | None = None
) -> Connection:
    """Open a connection: no request is made yet. `stop`, once set, ends its waits and retries.

    Raises `ConfigError` where the credentials are not complete or the base URL is not safe.
    """
    adapter = adapter_of(settings.spec)
    if adapter is not None:
        return adapter.open_connection(settings, fingerprint, stop=stop)
    return RestConnection(settings, fingerprint, stop=stop, clock=clock)


class RestConnection:
    """A `Connection` whose every call comes from its table."""

    def __init__(
        self,
        settings: Settings,
        fingerprint: Fingerprinter,
        *,
        stop: threading.Event | None = None,
        clock: Clock | None = None,
    ) -> None:
        spec = settings.spec
        self.name = settings.name
        self.base_url = settings.base_url.rstrip("/")
        self.ability = ability_of(settings)
        self.can_list = spec.listing is not None and not settings.by_state
        self.can_get = spec.get is not None
        self.settle = spec.settle if settings.settle is None else settings.settle
        self._spec = spec
        self._map = RecordMap(spec, settings.name, fingerprint)
        self._judge = Judge(settings.name)
        auth = chosen(spec, settings.credentials, settings.name)
        clock = clock or Clock()
        self._client = Client(
            self.base_url,
            redactor_for(auth, settings.credentials),
            timeout=settings.timeout,
            retry=settings.retry,
            concurrency=settings.concurrency or spec.concurrency,
            rate=settings.rate or spec.rate,
            stop=stop,
            clock=clock,
        )
        self._signer = signer(auth, self.base_url, settings.credentials, self._client, self._judge, clock)

    def list(self, scope: Scope) -> tuple[Live, ...]:
        """Read all records of a scope. Raises `Unreadable` where the read failed or was not complete."""
        call = self._spec.listing
        if call is None:
            raise Unreadable(f"{self.name}: the table of {self._spec.title} has no call that lists records")
        request = self._request(call, "read", dict(scope))
        where = self._shown(request)

        def fetch(parameters: Mapping[str, str], url: str | None = None) -> Any:
            page = self._request(call, "read", dict(scope), query=parameters, url=url)
            return self._judge.read(self._send(page), call, self._shown(page), self._redactor)

        items = Reader(call, self.base_url, where, fetch, self._map.id_of).all()
        return tuple(self._live(item, scope, where) for item in items)

    def get(self, scope: Scope, record_id: str) -> Live | None:
        """Read one record; None where the provider says that it is not there. Raises `Unreadable`."""
        call = self._spec.get
        if call is None:
            raise Unreadable(f"{self.name}: the table of {self._spec.title} has no call that reads one record")
        request = self._request(call, "read", {**dict(scope), "id": record_id})
        where = self._shown(request)
        reply = self._send(request)
        if reply.status in call.gone and reply.cut is None:
            return None
        item = at(self._judge.read(reply, call, where, self._redactor), call.item)
        live = self._live(item, scope, where)
        if live.id != record_id:
            raise Unreadable(f"{where}: the answer is about another record")
        return live

    def create(self, scope: Scope, fields: Fields) -> Written:
        """Make a record. Raises `Refused`, `NotSent` or `Ambiguous`."""
        call = self._permitted("create", self._spec.create)
        declared = {name: value for name, value in fields.items() if value is not None}
        item, where = self._write(call, {**_texts(fields), **dict(scope)}, declared, content=True)
        try:
            return Written(self._map.id_of(item), self._captured(self._map.captured(item)))
        except Misfit as misfit:
            reason = str(misfit)
        raise Ambiguous(f"{where}: {reason}; whether it was carried out is not known")

    def update(self, scope: Scope, record_id: str, fields: Fields, changed: frozenset[str]) -> Written:
        """Change a record in place: `fields` is the whole record, `changed` what differs. Raises as `create`."""
        call = self._permitted("update", self._spec.update)
        fields = self._map.changeable(fields)
        if call.method == "PATCH":
            kept = changed | (self._spec.record.secret_fields() if self._spec.resend_secret else frozenset())
            fields = {name: value for name, value in fields.items() if name in kept}
        item, _ = self._write(call, {**_texts(fields), **dict(scope), "id": record_id}, fields, content=False)
        captured = self._captured(self._map.captured(item))
        try:
            return Written(self._map.id_of(item), captured)
        except Misfit:  # not every provider answers an update with the record
            return Written(record_id, captured)

    def rotate(self, scope: Scope, record_id: str) -> Written:
        """Let the provider make a new secret; the answer's `captured` has it. Raises as `create`."""
        call = self._spec.rotate
        if call is None:
            raise NotSent(f"{self.name}: the table of {self._spec.title} has no call that renews a secret")
        item, where = self._write(call, {**dict(scope), "id": record_id}, {}, content=True)
        captured = self._captured(self._map.captured(item, call.secret))
        if captured is None:
            raise Ambiguous(f"{where}: the answer does not show the new secret")
        return Written(record_id, captured)

    def delete(self, scope: Scope, record_id: str) -> None:
        """Delete a record; gone already is done. Raises `Refused`, `NotSent` or `Ambiguous`."""
        call = self._permitted("delete", self._spec.delete)
        try:
            self._write(call, {**dict(scope), "id": record_id}, {}, content=False)
        except Refused as refused:
            if refused.status != 404:
                raise
            message = str(refused)
        else:
            return
        if not call.documented and self.can_get and self._still_there(scope, record_id):
            raise Refused(f"{message}. The record is still there: the provider seems to have no such call", 404)

    def account(self) -> str | None:
        """Return the account's id where the table can read one, else None. Raises `Unreadable`."""
        call = self._spec.account
        if call is None:
            return None
        request = self._request(call, "read", {})
        where = self._shown(request)
        found = at(self._judge.read(self._send(request), call, where, self._redactor), call.item)
        if isinstance(found, str | int) and not isinstance(found, bool):
            return str(found)
        raise Unreadable(f"{where}: `{call.item}` should be the account's id and is {kind_of(found)}")

    def close(self) -> None:
        """Close the pooled connections."""
        self._client.close()

    @property
    def _redactor(self) -> Redactor:
        return self._client.redactor

    def _permitted(self, operation: str, call: Call | None) -> Call:
        if call is None or operation in self.ability.cannot:
            raise NotSent(f"{self.name}: {self.ability.cannot[operation]}")
        return call

    def _write(self, call: Call, values: Mapping[str, str], fields: Fields, *, content: bool) -> tuple[Any, str]:
        """Send a write; return the record in its answer (None for none) and the call as it may be shown."""
        body = None
        if call.method != "DELETE" or call.body:
            try:
                body = self._map.body(fields, call.body, call.wrap)
            except ValueError as error:
                reason = str(error)
            else:
                reason = ""
            if reason:
                raise NotSent(f"{self.name}: {reason}; nothing was sent")
        request = self._request(call, "write", values, body=body)
        where = self._shown(request)
        redactor = self._redactor.plus(secret_texts(fields))
        data = self._judge.write(self._send(request), call, where, redactor, content=content)
        return at(data, call.item) if data is not None else None, where

    def _captured(self, found: Mapping[str, Secret]) -> Fields | None:
        """Return the secrets of an answer, and take care that no later message shows them."""
        for secret in found.values():
            self._redactor.add(secret.reveal())
        return found or None

    def _still_there(self, scope: Scope, record_id: str) -> bool:
        try:
            return self.get(scope, record_id) is not None
        except Unreadable as error:
            message = str(error)
        raise Ambiguous(f"{message}; whether the record was deleted is not known")

    def _request(
        self,
        call: Call,
        effect: Effect,
        values: Mapping[str, str],
        *,
        query: Mapping[str, str] | None = None,
        url: str | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> Request:
        """Build a request. `url` is the whole address of a further page, as the provider gave it."""
        headers = {name: filled(text, values) for name, text in {**self._spec.headers, **call.headers}.items()}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if url is None:
            constant = {name: filled(_text(value), values) for name, value in call.query.items()}
            pairs = {**constant, **(query or {})}
            url = self.base_url + filled(call.path, values, _quoted)
            if pairs:
                url = f"{url}?{urlencode(pairs, quote_via=quote)}"
        content = None if body is None else json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass")
        return Request(call.method, url, effect, headers, content)

    def _send(self, request: Request) -> Reply:
        signed = self._signer.signed(request)
        reply = self._client.send(signed)
        if reply.status == 401 and self._signer.renewed(signed):
            reply = self._client.send(self._signer.signed(request))
        return reply

    def _shown(self, request: Request) -> str:
        return f"{self.name}: {request.method} {self._redactor.address(request.url)}"

    def _live(self, item: Any, scope: Scope, where: str) -> Live:
        try:
            return self._map.live(item, scope)
        except Misfit as misfit:
            reason = str(misfit)
        raise Unreadable(f"{where}: a record is not as the table says: {reason}")


def _quoted(value: str) -> str:
    """Quote a value for one segment of a path: it can neither end it nor step up from it."""
    text = quote(value, safe="")
    return text.replace(".", "%2E") if set(text) == {"."} else text


def _text(value: Any) -> str:
    return json.dumps(value) if isinstance(value, bool) else str(value)


def _texts(fields: Fields) -> dict[str, str]:
    """The fields that may stand in a path or a query: plain ones."""
    return {name: _text(value) for name, value in fields.items() if isinstance(value, str | int)}
