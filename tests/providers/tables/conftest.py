"""One exchange with a table's provider: what is sent, and what is understood of the vendor's example answer."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
import responses

from reconciler.http.clock import Clock
from reconciler.providers.engine import open_connection
from reconciler.providers.protocol import Settings
from reconciler.providers.registry import load_spec
from reconciler.records import Secret


@dataclass(frozen=True)
class Sent:
    """One request as it went out. `result` is what the operation returned, `all` every request that it made."""

    method: str
    url: str
    headers: Mapping[str, str]
    content: bytes
    result: Any = None
    all: list[Sent] = field(default_factory=list)

    @property
    def address(self) -> str:
        """The URL without its query."""
        return self.url.partition("?")[0]

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.url).query, keep_blank_values=True))

    @property
    def body(self) -> Any:
        """The JSON of the body, the pairs of a form, or None."""
        if not self.content:
            return None
        if "json" in self.headers["Content-Type"]:
            return json.loads(self.content)
        return parse_qsl(self.content.decode(), keep_blank_values=True)


Exchange = Callable[..., Sent]
Answer = tuple[int, Mapping[str, str], str]


@pytest.fixture
def exchange() -> Iterator[Exchange]:
    """Return `exchange(spec_name, credentials, scope, operation, fields, answer, **more)`.

    `fields` are those of a create or an update; for a get, an update, a rotate and a delete the record's id is
    `record_id`. `answer` is the JSON of the (first) answer, None for no content, with `status` and `headers`; `then`
    are the JSONs of further ones, each with `then_status`, for operations that make several requests. `changed` is
    what an update changes (default: all of `fields`), `base_url` the connection's, `settings` further ones. The
    request that comes back is the first; all are in its `all`.
    """
    with responses.RequestsMock(assert_all_requests_are_fired=False) as web:
        yield lambda *given, **more: _exchange(web, *given, **more)


def _exchange(
    web: responses.RequestsMock,
    spec_name: str,
    credentials: Mapping[str, str],
    scope: Mapping[str, str],
    operation: str,
    fields: Mapping[str, Any] | None,
    answer: Any,
    *,
    record_id: str = "1",
    changed: frozenset[str] | None = None,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    then: list[Any] | None = None,
    then_status: int = 200,
    base_url: str | None = None,
    settings: Mapping[str, Any] | None = None,
) -> Sent:
    spec = load_spec(spec_name)
    first = (status, dict(headers or {}), "" if answer is None else json.dumps(answer))
    rest = [(then_status, dict[str, str](), "" if one is None else json.dumps(one)) for one in then or []]
    sent: list[Sent] = []
    answers: Iterator[Answer] = chain([first], rest)

    def reply(request: requests.PreparedRequest) -> Answer:
        content = request.body or b""
        made = content.encode() if isinstance(content, str) else content
        assert isinstance(made, bytes)
        sent.append(Sent(str(request.method), str(request.url), request.headers, made))
        try:
            return next(answers)
        except StopIteration:
            raise AssertionError(f"one request more than there are answers: {request.method} {request.url}") from None

    web.reset()  # what an earlier exchange of this test left
    passed = [0.0]

    def sleep(seconds: float, stop: object) -> None:  # waits take no time, and time goes on
        passed[0] += seconds

    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        web.add_callback(method, re.compile(".*"), callback=reply, content_type="application/json")
    connection = open_connection(
        Settings(
            name="mine",
            provider=spec_name,
            spec=spec,
            base_url=base_url or spec.base_url or spec.base_url_example or "",
            credentials={name: Secret(value) for name, value in credentials.items()},
            **(settings or {}),
        ),
        lambda text: hashlib.sha256(text.encode()).hexdigest(),
        clock=Clock(lambda: passed[0], lambda: passed[0], sleep, lambda: 1.0),
    )
    where, given = tuple(sorted(scope.items())), dict(fields or {})
    does: dict[str, Callable[[], Any]] = {
        "list": lambda: connection.list(where),
        "get": lambda: connection.get(where, record_id),
        "create": lambda: connection.create(where, given),
        "update": lambda: connection.update(where, record_id, given, frozenset(given) if changed is None else changed),
        "rotate": lambda: connection.rotate(where, record_id),
        "delete": lambda: connection.delete(where, record_id),
        "account": connection.account,
    }
    try:
        result = does[operation]()
    finally:
        connection.close()
    one = sent[0]
    return Sent(one.method, one.url, one.headers, one.content, result, sent)
