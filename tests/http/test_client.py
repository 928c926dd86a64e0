"""What is sent again and what is not, and what an exchange that failed is told as."""

from __future__ import annotations

import gzip
import logging
import threading
from collections.abc import Iterator
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest

from reconciler.errors import Ambiguous, ConfigError, NotSent, Unreadable
from reconciler.http.client import Client
from reconciler.http.message import Effect, Request
from reconciler.http.redaction import Redactor

KEY = "k3y-Canary/77+%"


@pytest.fixture
def client(wire: Any, hands: Any) -> Iterator[Client]:
    made = Client(wire.url, Redactor([KEY], ["api_key"]), clock=hands.clock())
    yield made
    made.close()


def call(wire: Any, effect: Effect = "read", path: str = "/hooks", **more: Any) -> Request:
    return Request("GET" if effect == "read" else "POST", wire.url + path, effect, **more)


def test_the_answer_comes_back_whatever_its_status(wire: Any, client: Client) -> None:
    wire.script = [wire.answer(418, b'{"short": "stout"}')]
    reply = client.send(call(wire))
    assert (reply.status, reply.body, reply.kind) == (418, b'{"short": "stout"}', "application/json")


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_read_is_tried_again_when_the_provider_is_overloaded(
    wire: Any, client: Client, hands: Any, status: int
) -> None:
    wire.script = [wire.answer(status), wire.answer(status), wire.answer(200, b"[]")]
    assert client.send(call(wire)).status == 200
    assert len(wire.seen) == 3
    assert hands.slept[0] == pytest.approx(0.2)


def test_waits_grow_with_full_jitter(wire: Any, client: Client, hands: Any) -> None:
    wire.script = [wire.answer(502)] * 6 + [wire.answer(200)]
    client.send(call(wire))
    assert hands.slept == pytest.approx([0.2, 0.4, 0.8, 1.6, 3.2, 5.0])
    hands.slept.clear()
    hands.chance = 0.25
    wire.script = [wire.answer(502), wire.answer(200)]
    client.send(call(wire))
    assert hands.slept == pytest.approx([0.05])


@pytest.mark.parametrize("behaviour", ["reset", "hang_up"])
def test_a_read_is_tried_again_when_the_connection_is_lost(wire: Any, client: Client, behaviour: str) -> None:
    wire.script = [getattr(wire, behaviour), wire.answer(200)]
    assert client.send(call(wire)).status == 200


@pytest.mark.parametrize("promised", [100, None])
def test_a_read_is_tried_again_when_the_body_was_cut(wire: Any, client: Client, promised: int | None) -> None:
    wire.script = [wire.answer(200, b'[{"id": 1}, {"id', promised=promised), wire.answer(200, b"[]")]
    reply = client.send(call(wire))
    assert (reply.body, reply.cut) == (b"[]", None)


def test_a_read_that_stays_cut_says_so(wire: Any, client: Client) -> None:
    wire.script = [wire.answer(200, b'[{"id": 1}', promised=100)]
    reply = client.send(call(wire))
    assert (reply.body, reply.cut) == (b"", "the answer was cut short")


def test_retry_after_in_seconds_and_as_a_date_is_kept_up_to_a_bound(wire: Any, client: Client, hands: Any) -> None:
    date = formatdate(hands.clock().wall() + 7 + 4, usegmt=True)
    wire.script = [
        wire.answer(503, headers="Retry-After: 4\r\n"),
        wire.answer(503, headers=f"Retry-After: {date}\r\n"),
        wire.answer(200),
    ]
    client.send(call(wire))
    assert hands.slept == pytest.approx([4, 7], abs=1)
    hands.slept.clear()
    wire.script = [wire.answer(503, headers="Retry-After: 86400\r\n"), wire.answer(200)]
    client.send(call(wire))
    assert hands.slept == [30]


@pytest.mark.parametrize("nonsense", ["soon", "-5", "\uff11\uff12", "Wed, 99 Foo 2026", "1e3"])
def test_a_retry_after_that_makes_no_sense_counts_as_none(wire: Any, client: Client, hands: Any, nonsense: str) -> None:
    wire.script = [wire.answer(503, headers=f"Retry-After: {nonsense}\r\n"), wire.answer(200)]
    client.send(call(wire))
    assert hands.slept == pytest.approx([0.2])


def test_waiting_is_bounded_over_the_whole_connection(wire: Any, hands: Any) -> None:
    client = Client(wire.url, Redactor(), retry=10, clock=hands.clock())
    wire.script = [wire.answer(503)]
    assert client.send(call(wire)).status == 503
    assert 5 <= sum(hands.slept) <= 10
    slept = len(hands.slept)
    hands.now += 5
    assert client.send(call(wire)).status == 503
    assert len(hands.slept) == slept  # the connection has had its time
    wire.script = [wire.answer(200), wire.answer(503), wire.answer(200)]
    client.send(call(wire))
    assert client.send(call(wire)).status == 200  # it answered since: patience anew
    client.close()


def test_a_write_is_not_sent_again_once_it_left(wire: Any, client: Client) -> None:
    for behaviour in (wire.reset, wire.hang_up):
        wire.script, wire.seen = [behaviour], []
        with pytest.raises(Ambiguous) as caught:
            client.send(call(wire, "write", body=b"{}"))
        assert len(wire.seen) == 1
        assert not caught.value.timed_out


@pytest.mark.parametrize("status", [301, 400, 500, 502, 503, 504])
def test_a_write_is_not_sent_again_after_an_answer(wire: Any, client: Client, status: int) -> None:
    wire.script = [wire.answer(status)]
    assert client.send(call(wire, "write")).status == status
    assert len(wire.seen) == 1


def test_a_write_whose_answer_was_cut_is_not_sent_again(wire: Any, client: Client) -> None:
    wire.script = [wire.answer(201, b'{"id": 1', promised=50)]
    reply = client.send(call(wire, "write"))
    assert (reply.status, reply.cut) == (201, "the answer was cut short")
    assert len(wire.seen) == 1


def test_a_write_is_sent_again_after_429_and_503_with_retry_after(wire: Any, client: Client) -> None:
    wire.script = [wire.answer(429), wire.answer(503, headers="Retry-After: 1\r\n"), wire.answer(201)]
    assert client.send(call(wire, "write", body=b'{"a": 1}')).status == 201
    assert [request.rpartition(b"\r\n\r\n")[2] for request in wire.seen] == [b'{"a": 1}'] * 3


def test_a_write_that_never_connected_was_not_sent(wire: Any, hands: Any) -> None:
    wire.close()
    client = Client(wire.url, Redactor(), clock=hands.clock())
    with pytest.raises(NotSent, match=r"refused.*tries.*nothing was sent"):
        client.send(call(wire, "write"))
    assert 35 < sum(hands.slept) <= 40
    client.close()


def test_a_read_that_never_connected_is_unreadable(wire: Any, client: Client) -> None:
    wire.close()
    with pytest.raises(Unreadable, match="refused"):
        client.send(call(wire))


def test_a_kept_connection_that_died_makes_a_write_ambiguous(wire: Any, client: Client) -> None:
    wire.script = [wire.answer(200), wire.hang_up]
    client.send(call(wire))
    with pytest.raises(Ambiguous):
        client.send(call(wire, "write"))
    assert (wire.connections, len(wire.seen)) == (1, 2)


def test_connections_are_kept(wire: Any, client: Client) -> None:
    wire.script = [wire.answer(200, b'{"a": 1}')]
    for _ in range(3):
        client.send(call(wire))
    assert wire.connections == 1


def test_a_failed_tls_handshake_was_not_sent(wire: Any, hands: Any) -> None:
    wire.script = [wire.hang_up]
    client = Client(wire.url.replace("http:", "https:"), Redactor(), retry=0, clock=hands.clock())
    with pytest.raises(NotSent, match=r"TLS|closed|reset"):
        client.send(Request("POST", wire.url.replace("http:", "https:") + "/hooks", "write"))
    client.close()


def test_a_proxy_that_refuses_the_tunnel_did_not_pass_it_on(
    wire: Any, hands: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", wire.url.replace("//", "//user:pr0xy-Canary@"))
    wire.script = [wire.answer(403)]
    client = Client("https://example.invalid", Redactor(), retry=0, clock=hands.clock())
    with pytest.raises(NotSent) as caught:
        client.send(Request("POST", "https://example.invalid/hooks", "write"))
    assert wire.seen[0].startswith(b"CONNECT example.invalid:443")
    assert "pr0xy-Canary" not in str(caught.value)
    client.close()


def test_no_proxy_is_kept_to(wire: Any, hands: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", wire.url)
    monkeypatch.setenv("NO_PROXY", "0.0.0.0")
    client = Client(f"https://0.0.0.0:{wire.port}", Redactor(), retry=0, clock=hands.clock())
    wire.close()
    with pytest.raises(NotSent, match="refused"):
        client.send(Request("POST", f"https://0.0.0.0:{wire.port}/hooks", "write"))
    client.close()


def test_loopback_takes_no_proxy_and_no_netrc(
    wire: Any, hands: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login a password b\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    client = Client(wire.url, Redactor(), clock=hands.clock())
    client.send(call(wire))
    assert b"authorization" not in wire.seen[0].lower()
    client.close()


@pytest.mark.parametrize("effect", ["read", "write"])
def test_a_redirect_is_not_followed_and_cookies_are_not_kept(wire: Any, client: Client, effect: Effect) -> None:
    bomb = gzip.compress(b"0" * 30_000_000)
    headers = f"Location: {wire.url}/elsewhere\r\nSet-Cookie: a=b; Path=/\r\nContent-Encoding: gzip\r\n"
    wire.script = [wire.answer(302, bomb, headers), wire.answer(200)]
    assert client.send(call(wire, effect)).status == 302
    assert len(wire.seen) == 1
    client.send(call(wire))
    assert b"cookie" not in wire.seen[1].lower()


def test_a_gzip_body_is_read(wire: Any, client: Client) -> None:
    wire.script = [wire.answer(200, gzip.compress(b'{"a": 1}'), "Content-Encoding: gzip\r\n")]
    assert client.send(call(wire)).body == b'{"a": 1}'
    assert b"accept-encoding: gzip\r\n" in wire.seen[0].lower()


@pytest.mark.parametrize(
    ("body", "encoding"),
    [(gzip.compress(b" " * 40_000_000), "gzip"), (b" " * 17_000_000, "identity"), (b"xx", "br"), (b"", "gzip, gzip")],
)
def test_a_body_without_measure_is_not_taken(wire: Any, client: Client, body: bytes, encoding: str) -> None:
    wire.script = [wire.answer(200, body, f"Content-Encoding: {encoding}\r\n")]
    reply = client.send(call(wire))
    assert reply.body == b""
    assert reply.cut is not None
    assert len(wire.seen) == 1


@pytest.mark.parametrize("body", [gzip.compress(b'{"a": 1}')[:-10], b"not gzip"], ids=["cut", "no gzip"])
def test_gzip_without_its_end_is_a_cut_body(wire: Any, client: Client, body: bytes) -> None:
    wire.script = [wire.answer(200, body, "Content-Encoding: gzip\r\n"), wire.answer(200, b"[]")]
    assert client.send(call(wire)).body == b"[]"


SLOW_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{}"
SLOW_BODY = b'{"a": 1111111111111111111111111111111111111111111111111111}'


@pytest.mark.parametrize("effect", ["read", "write"])
def test_the_whole_of_a_request_is_bounded_though_bytes_keep_coming(wire: Any, hands: Any, effect: Effect) -> None:
    client = Client(wire.url, Redactor(), timeout=0.3, retry=0, clock=hands.clock())
    wire.script = [wire.trickle(SLOW_HEAD)]
    expected = Unreadable if effect == "read" else Ambiguous
    with pytest.raises(expected, match=r"no answer within 0\.3 s") as caught:
        client.send(call(wire, effect))
    wire.close()
    assert not wire.outlasted
    assert getattr(caught.value, "timed_out", True)
    client.close()


def test_a_body_that_comes_too_slowly_is_no_answer(wire: Any, hands: Any) -> None:
    client = Client(wire.url, Redactor(), timeout=0.3, retry=0, clock=hands.clock())

    def slow_body(sock: Any) -> bool:
        sock.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        return bool(wire.trickle(SLOW_BODY)(sock))

    wire.script = [slow_body]
    reply = client.send(call(wire, "write"))
    wire.close()
    assert not wire.outlasted
    assert (reply.status, reply.body, reply.timed_out) == (200, b"", True)
    client.close()


def test_an_address_is_sent_as_it_was_quoted(wire: Any, client: Client) -> None:
    client.send(call(wire, path="/hooks/%2E%2E/a%2Fb?x=%7E"))
    assert wire.seen[0].startswith(b"GET /hooks/%2E%2E/a%2Fb?x=%7E HTTP/1.1\r\n")


@pytest.mark.parametrize("url", ["http://api.example.com", "ftp://127.0.0.1", "127.0.0.1:80", "http://10.0.0.1"])
def test_a_base_url_is_https_or_loopback(url: str) -> None:
    with pytest.raises(ConfigError, match="must be https"):
        Client(url, Redactor())


def test_a_stop_ends_waiting(wire: Any) -> None:
    stop = threading.Event()
    client = Client(wire.url, Redactor(), stop=stop)

    def stopping(sock: Any) -> bool:
        stop.set()
        return bool(wire.answer(503, headers="Retry-After: 30\r\n")(sock))

    wire.script = [stopping]
    assert client.send(call(wire)).status == 503
    assert len(wire.seen) == 1
    client.close()


def test_a_malformed_credential_is_not_sent_and_not_told(wire: Any, client: Client) -> None:
    with pytest.raises(NotSent, match="malformed") as caught:
        client.send(call(wire, "write", headers={"Authorization": f"Bearer {KEY}\nX: y"}))
    assert KEY not in str(caught.value)
    assert wire.seen == []


def test_no_key_in_any_log_or_exception(wire: Any, client: Client, caplog: pytest.LogCaptureFixture) -> None:
    from urllib.parse import quote

    caplog.set_level(logging.DEBUG)
    for name in ("urllib3", "urllib3.connectionpool", "reconciler.http"):
        caplog.set_level(logging.DEBUG, logger=name)
    wire.script = [wire.answer(503), wire.hang_up, wire.answer(200), wire.hang_up]
    request = call(wire, path=f"/hooks?api_key={quote(KEY, safe='')}&page=2")
    client.send(request)
    wire.close()
    with pytest.raises(Unreadable) as caught:
        client.send(request)
    told = f"{caplog.text} {caught.value!r} {caught.value.args}"
    assert "trying again in" in caplog.text
    assert "page=2" in str(caught.value)
    assert KEY not in told
    assert quote(KEY, safe="") not in told
    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None


def test_a_header_that_comes_twice_is_one_with_both_values(wire: Any, client: Client) -> None:
    wire.script = [wire.answer(200, b"[]", 'Link: </a>; rel="first"\r\nLINK: </b>; rel="next"\r\n')]
    assert client.send(call(wire)).headers["link"] == '</a>; rel="first", </b>; rel="next"'
