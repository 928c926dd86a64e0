"""The client of one connection: sends a request as often as is safe, at the connection's pace.

A read is tried again on lost connections, 429, 502, 503, 504 and cut bodies. A write is sent again
only when the provider certainly did nothing: never connected, 429, or 503 with `Retry-After`. What a
provider says in the place of 429 is the same.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import replace

from reconciler.errors import Ambiguous, ConfigError, NotSent, Problem, Unreadable
from reconciler.http.address import is_loopback
from reconciler.http.clock import Clock
from reconciler.http.message import Failure, Reply, Request
from reconciler.http.pace import Pace, Quota
from reconciler.http.redaction import Redactor
from reconciler.http.retry import Patience, asked, backoff

_log = logging.getLogger("reconciler.http")
_POOL = 64
_OVERLOADED = frozenset({429, 502, 503, 504})


class Client:
    """Sends requests to one origin. Thread-safe.

    `timeout` bounds one request, `retry` all waiting for further tries, in seconds. `quota` is where answers
    say how many requests are left, `throttled` tells an answer that means 429 whatever its status. `stop`, once
    set, ends every wait. Raises `ConfigError` for a base URL that is neither https nor loopback.
    """

    def __init__(
        self,
        base_url: str,
        redactor: Redactor,
        *,
        timeout: float = 30.0,
        retry: float = 40.0,
        concurrency: int | None = None,
        rate: float | None = None,
        quota: Quota | None = None,
        throttled: Callable[[Reply], bool] | None = None,
        stop: threading.Event | None = None,
        clock: Clock | None = None,
    ) -> None:
        if not base_url.lower().startswith("https://") and not (
            base_url.lower().startswith("http://") and is_loopback(base_url)
        ):
            shown = redactor.address(base_url)
            raise ConfigError([Problem(f"base URL {shown} must be https (http is for loopback addresses only)")])
        from reconciler.http.transport import Transport  # here, for `requests` is slow to import

        self.redactor = redactor
        self._clock = clock or Clock()
        self._stop = stop
        self._transport = Transport(base_url, timeout, max(_POOL, concurrency or 0))
        self._pace = Pace(concurrency, rate, self._clock, stop)
        self._quota = quota
        self._throttled = throttled
        self._patience = Patience(retry, self._clock)

    def send(self, request: Request) -> Reply:
        """Send `request` and return the answer, whatever its status.

        Raises, where there is none: `Unreadable` for a read; for a write `NotSent` where the provider
        certainly did nothing, else `Ambiguous`. An answer that stays 429 or 503 is returned as it is.
        """
        attempt, since = 0, None
        while True:
            attempt += 1
            outcome = self._once(request, attempt)
            if not _may_try_again(request, outcome):
                break
            now = self._clock.monotonic()
            since = now if since is None else since
            delay = self._delay(outcome, attempt)
            if self._stopped() or not self._patience.allows(delay, since):
                break
            _log.info("%s: trying again in %.1f s", self._name(request), delay)
            self._clock.sleep(delay, self._stop)
            if self._stopped():
                break
        if isinstance(outcome, Reply):
            return outcome
        raise self._error(request, outcome, attempt)

    def close(self) -> None:
        """Close the pooled connections."""
        self._transport.close()

    def _once(self, request: Request, attempt: int) -> Reply | Failure:
        with self._pace.turn() as granted:
            if not granted:
                return Failure("interrupted while it waited for its turn", sent=False, hopeless=True)
            began = self._clock.monotonic()
            outcome = self._transport.exchange(request)
            took = self._clock.monotonic() - began
        if isinstance(outcome, Failure):
            _log.debug("%s: %s after %.2f s (try %d)", self._name(request), outcome.reason, took, attempt)
            return outcome
        _log.debug("%s: %d after %.2f s (try %d)", self._name(request), outcome.status, took, attempt)
        if outcome.cut is None and request.effect == "read" and _looks_cut(outcome):
            outcome = Reply(outcome.status, outcome.headers, cut="the answer was cut short")
        if self._throttled is not None and self._throttled(outcome):
            outcome = replace(outcome, throttled=True)
        if outcome.too_many:
            self._pace.pause(self._delay(outcome, attempt))
        elif outcome.status not in _OVERLOADED:
            self._pace.went_well()
            self._patience.answered()
        if self._quota is not None and (wait := self._quota.wait(outcome.headers, self._clock.wall())):
            self._pace.hold(wait)
        return outcome

    def _delay(self, outcome: Reply | Failure, attempt: int) -> float:
        wanted = asked(outcome.headers.get("retry-after"), self._clock) if isinstance(outcome, Reply) else None
        return backoff(attempt, self._clock) if wanted is None else wanted

    def _stopped(self) -> bool:
        return self._stop is not None and self._stop.is_set()

    def _name(self, request: Request) -> str:
        return f"{request.method} {self.redactor.address(request.address)}"

    def _error(self, request: Request, failure: Failure, attempts: int) -> Unreadable | NotSent | Ambiguous:
        tries = f" ({attempts} tries)" if attempts > 1 else ""
        message = f"{self._name(request)}: {failure.reason}{tries}"
        if request.effect == "read":
            return Unreadable(message)
        if not failure.sent:
            return NotSent(f"{message}; nothing was sent")
        return Ambiguous(f"{message}; whether it was carried out is not known", timed_out=failure.timed_out)


def _may_try_again(request: Request, outcome: Reply | Failure) -> bool:
    if outcome.hopeless:
        return False
    read = request.effect == "read"
    if isinstance(outcome, Failure):
        return read or not outcome.sent
    if outcome.too_many:
        return True
    if read:
        return outcome.status in _OVERLOADED or outcome.cut is not None
    return outcome.status == 503 and "retry-after" in outcome.headers


def _looks_cut(reply: Reply) -> bool:
    """Whether a good answer began as JSON and did not end as it: a cut that its length did not show."""
    if not 200 <= reply.status < 300 or reply.body[:1] not in (b"{", b"["):
        return False
    try:
        reply.json()
    except ValueError:
        return True
    return False
