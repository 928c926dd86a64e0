"""The log-in call: once a run however many threads, again on a 401, and never again once it was refused."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
import requests
import responses

from reconciler.errors import ConfigError, NotSent, Unreadable
from reconciler.providers.protocol import Connection
from reconciler.providers.spec import Spec

Connect = Callable[..., Connection]
BASE = "https://flightrates-api.aggregateintelligence.com/api/v1"
WHO = {"handle": "me@canary.example", "password": "pass-canary-1"}
PAGE = {"error": False, "hooks": [], "totalData": 0, "totalPages": 0}
FIELDS = {"url": "https://a.example/x", "events": ("dbs",), "enabled": True, "shop": "s"}


class Provider:
    """Gives tokens t1, t2, …, of which `good` is taken."""

    def __init__(self, web: responses.RequestsMock) -> None:
        self.logins = 0
        self.good = {"t1"}
        web.add_callback("POST", f"{BASE}/login", self._login)
        web.add_callback("GET", f"{BASE}/hooks", self._list)

    def _login(self, request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        assert json.loads(request.body or b"") == WHO
        assert "Authorization" not in request.headers
        self.logins += 1
        return 200, {}, json.dumps({"error": False, "token": f"t{self.logins}"})

    def _list(self, request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        token = str(request.headers.get("Authorization")).removeprefix("Bearer ")
        return (200, {}, json.dumps(PAGE)) if token in self.good else (401, {}, '{"error": true, "message": "expired"}')


def test_one_log_in_for_many_threads(connect: Connect, web: responses.RequestsMock) -> None:
    provider = Provider(web)
    connection = connect("flightrates", WHO)
    results: list[Any] = []
    threads = [threading.Thread(target=lambda: results.append(connection.list(()))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [()] * 8
    assert provider.logins == 1


def test_a_token_given_is_used_without_a_log_in(connect: Connect, web: responses.RequestsMock) -> None:
    provider = Provider(web)
    assert connect("flightrates", {"token": "t1", **WHO}).list(()) == ()
    assert provider.logins == 0


def test_a_401_brings_one_new_log_in(connect: Connect, web: responses.RequestsMock) -> None:
    provider = Provider(web)
    provider.good = {"t2"}
    connection = connect("flightrates", WHO)
    assert connection.list(()) == ()
    assert provider.logins == 2
    provider.good = set()
    with pytest.raises(Unreadable, match=r"401.*expired"):
        connection.list(())
    assert provider.logins == 3


def test_a_write_is_sent_again_after_a_new_log_in(connect: Connect, web: responses.RequestsMock) -> None:
    Provider(web)
    web.post(f"{BASE}/hook", status=401)
    web.post(f"{BASE}/hook", json={"error": False, "hook": {"id": "h"}})
    assert connect("flightrates", WHO).create((), FIELDS).id == "h"


def test_a_refused_log_in_is_not_tried_again_and_nothing_is_sent(connect: Connect, web: responses.RequestsMock) -> None:
    web.post(f"{BASE}/login", status=401, json={"error": True, "message": "bad pass-canary-1"})
    connection = connect("flightrates", WHO)
    for _ in range(3):
        with pytest.raises(NotSent, match=r"log-in.*401.*nothing was sent") as caught:
            connection.create((), FIELDS)
        assert "pass-canary-1" not in str(caught.value)
    with pytest.raises(Unreadable, match="Check the credentials"):
        connection.list(())
    assert len(web.calls) == 1


def test_a_log_in_is_a_read_and_tried_again(connect: Connect, web: responses.RequestsMock) -> None:
    web.post(f"{BASE}/login", status=502)
    Provider(web)
    assert connect("flightrates", WHO).list(()) == ()


@pytest.mark.parametrize("answer", [{}, {"token": ""}, {"token": 5}, []])
def test_a_log_in_without_a_token_is_told(connect: Connect, web: responses.RequestsMock, answer: Any) -> None:
    web.post(f"{BASE}/login", json=answer)
    with pytest.raises(Unreadable, match="no token at `token`"):
        connect("flightrates", WHO).list(())


def test_credentials_must_be_complete(connect: Connect) -> None:
    with pytest.raises(ConfigError, match="`token` or `handle` and `password`"):
        connect("flightrates", {"handle": "me"})


def test_a_log_in_that_is_put_off_is_tried_at_the_next_call(connect: Connect, web: responses.RequestsMock) -> None:
    table = {
        "title": "Acme",
        "auth": {"login": {"post": "/login", "body": {"key": "{key}"}}},
        "throttled": {"code": "BUSY"},
        "record": {"url": "url"},
        "list": {"get": "/hooks"},
        "create": {"post": "/hooks"},
    }
    base = "https://api.acme.example"
    busy = web.post(f"{base}/login", status=400, json={"code": "BUSY"})
    web.get(f"{base}/hooks", json=[])
    connection = connect("acme", {"key": "k"}, spec=Spec.model_validate(table), base_url=base, retry=0)
    with pytest.raises(Unreadable, match="too many requests"):
        connection.list(())
    web.remove(busy)
    web.post(f"{base}/login", json={"token": "t"})
    assert connection.list(()) == ()
