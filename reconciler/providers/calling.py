"""Sends a table's calls for one connection: signed, judged, and told in words that may be shown."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import Any

from reconciler.http.client import Client
from reconciler.http.clock import Clock
from reconciler.http.message import Effect, Reply, Request
from reconciler.http.pace import Quota
from reconciler.http.redaction import Redactor
from reconciler.providers.answers import Judge, throttling
from reconciler.providers.auth import chosen, in_body, in_path, prefix, redactor_for, signer
from reconciler.providers.paths import at
from reconciler.providers.protocol import Settings
from reconciler.providers.requests import Requests
from reconciler.providers.spec import Call, GetCall, ListCall, Spec
from reconciler.slotted import dataclass


@dataclass(frozen=True, slots=True)
class Answer:
    """A good answer: all its JSON, the record in it, its headers, and the call as it may be shown."""

    data: Any = field(repr=False)
    item: Any = field(repr=False)
    where: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    gone: bool = False


class Caller:
    """Sends calls and judges their answers. Thread-safe.

    Raises `ConfigError` where the credentials are not complete or the base URL is not safe.
    """

    def __init__(self, settings: Settings, stop: threading.Event | None, clock: Clock) -> None:
        spec = settings.spec
        self.name = settings.name
        base_url = settings.base_url.rstrip("/")
        auth = chosen(spec, settings.credentials, settings.name)
        self._judge = Judge(settings.name)
        self._client = Client(
            base_url,
            redactor_for(auth, settings.credentials),
            timeout=settings.timeout,
            retry=settings.retry,
            concurrency=settings.concurrency or spec.concurrency,
            rate=settings.rate or spec.rate,
            quota=_quota(spec),
            throttled=throttling(spec.throttled),
            stop=stop,
            clock=clock,
        )
        credentials = settings.credentials
        self._requests = Requests(
            spec, base_url, prefix(auth, credentials), in_path(auth, credentials), in_body(auth, credentials)
        )
        self._signer = signer(auth, base_url, settings.credentials, self._client, self._judge, clock)

    @property
    def redactor(self) -> Redactor:
        """Takes the connection's secrets out of what is shown."""
        return self._client.redactor

    def read(self, call: Call, values: Mapping[str, Any]) -> Answer:
        """Send a read; the answer of a `get` may say that the record is `gone`. Raises `Unreadable`."""
        request = self._requests.make(call, effect_of(call, "read"), values)
        where = self.shown(request)
        reply = self._send(request)
        if isinstance(call, GetCall) and reply.status in call.gone and reply.cut is None:
            return Answer(None, None, where, reply.headers, gone=True)
        data = self._judge.read(reply, call, where, self.redactor)
        item = at(data, call.item)
        gone = isinstance(call, GetCall) and call.null and not item
        return Answer(data, item, where, reply.headers, gone)

    def page(
        self,
        call: ListCall,
        values: Mapping[str, Any],
        parameters: Mapping[str, Any],
        url: str | None,
        headers: Mapping[str, str] | None,
    ) -> Answer:
        """Send the read of one page. Raises `Unreadable`."""
        request = self._requests.make(call, "read", values, parameters=parameters, url=url, headers=headers)
        where = self.shown(request)
        reply = self._send(request)
        data = self._judge.read(reply, call, where, self.redactor)
        return Answer(data, data, where, reply.headers)

    def write(
        self, call: Call, values: Mapping[str, Any], record: Any, secrets: Iterable[str], *, content: bool
    ) -> Answer:
        """Send a write that carries `record`. Raises `Refused`, `NotSent` or `Ambiguous`."""
        request = self._requests.make(call, effect_of(call, "write"), values, record=record)
        where = self.shown(request)
        redactor = self.redactor.plus(secrets)
        reply = self._send(request)
        data = self._judge.write(reply, call, where, redactor, content=content)
        return Answer(data, at(data, call.item) if data is not None else None, where, reply.headers)

    def address(self, call: Call, values: Mapping[str, Any]) -> tuple[str, str]:
        """Return the whole address of a call, and the call as it may be shown."""
        request = self._requests.make(call, "read", values)
        return request.url, self.shown(request)

    def shown(self, request: Request) -> str:
        """Return a call as it may be shown."""
        return f"{self.name}: {request.method} {self.redactor.address(request.address)}"

    def close(self) -> None:
        """Close the pooled connections."""
        self._client.close()

    def _send(self, request: Request) -> Reply:
        signed = self._signer.signed(request)
        reply = self._client.send(signed)
        if reply.status == 401 and self._signer.renewed(signed):
            reply = self._client.send(self._signer.signed(request))
        return reply


def effect_of(call: Call, usual: Effect) -> Effect:
    """Return what a call does: the table's word, or else what its operation usually does."""
    return call.effect or usual


def _quota(spec: Spec) -> Quota | None:
    limits = spec.limits
    return None if limits is None else Quota(limits.remaining.lower(), limits.reset.lower(), limits.unit == "epoch")
