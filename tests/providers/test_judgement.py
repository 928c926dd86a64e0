"""Semantics 13: what a clear refusal is, and that everything else than a success is ambiguous for a write."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
import requests
import responses
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.errors import Ambiguous, NotSent, ProviderError, Refused, Unreadable
from reconciler.providers.protocol import Connection
from reconciler.providers.spec import Spec
from reconciler.records import Secret, url_value

Connect = Callable[..., Connection]
HOOKS = "https://api.lipscore.com/hooks"
WEBHOOKS = "https://api.argyle.com/v2/webhooks"
FIELDS = {"url": "https://a.example/x", "events": ("rating_created",)}


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422])
def test_a_clear_refusal_of_a_write(connect: Connect, web: responses.RequestsMock, status: int) -> None:
    web.post(HOOKS, status=status, body="<html>no</html>")
    with pytest.raises(Refused) as caught:
        connect("lipscore").create((), FIELDS)
    assert caught.value.status == status
    assert len(web.calls) == 1


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 202, "json": {"id": 1}},
        {"status": 302, "headers": {"Location": "https://elsewhere.example/"}},
        {"status": 405},
        {"status": 418},
        {"status": 500, "json": {"id": 1}},
        {"status": 502},
        {"status": 503},
        {"status": 200, "body": "<html><title>Sign in</title>", "content_type": "text/html"},
        {"status": 200, "body": '{"id": 1'},
        {"status": 200, "body": ""},
        {"status": 200, "body": "OK"},
        {"status": 200, "json": {"id": None}},
        {"status": 200, "json": {"id": ""}},
        {"status": 200, "json": {"id": True}},
        {"status": 200, "json": {"id": 1.5}},
        {"status": 200, "json": {"id": {"id": 1}}},
        {"status": 200, "json": [1]},
        {"body": requests.ConnectionError("reset")},
        {"body": requests.ReadTimeout("slow")},
    ],
)
def test_everything_else_is_ambiguous(connect: Connect, web: responses.RequestsMock, answer: dict[str, Any]) -> None:
    web.post(HOOKS, **answer)
    with pytest.raises(Ambiguous) as caught:
        connect("lipscore").create((), FIELDS)
    assert len(web.calls) == 1
    assert caught.value.timed_out == isinstance(answer.get("body"), requests.ReadTimeout)


@pytest.mark.parametrize("status", [408, 504])
def test_a_gateway_that_gave_up_waiting_is_like_a_time_out(
    connect: Connect, web: responses.RequestsMock, status: int
) -> None:
    web.post(HOOKS, status=status)
    with pytest.raises(Ambiguous) as caught:
        connect("lipscore").create((), FIELDS)
    assert caught.value.timed_out


@pytest.mark.parametrize(
    "answer",
    [{"status": 429}, {"status": 503, "headers": {"Retry-After": "1"}}, {"body": requests.ConnectTimeout("no")}],
)
def test_too_busy_to_the_end_is_not_sent(connect: Connect, web: responses.RequestsMock, answer: dict[str, Any]) -> None:
    web.post(HOOKS, **answer)
    with pytest.raises(NotSent):
        connect("lipscore").create((), FIELDS)
    assert len(web.calls) > 3


def test_an_error_within_200_is_ambiguous_for_a_write_and_unreadable_for_a_read(
    connect: Connect, web: responses.RequestsMock
) -> None:
    base = "https://flightrates-api.aggregateintelligence.com/api/v1"
    web.post(f"{base}/hook", json={"error": True, "message": "shop is unknown"})
    web.get(f"{base}/hooks", json={"error": True, "message": "no luck", "hooks": [], "totalPages": 0})
    connection = connect("flightrates")
    with pytest.raises(Ambiguous, match=r"`error` is true.*shop is unknown"):
        connection.create((), {**FIELDS, "enabled": True, "shop": "x"})
    with pytest.raises(Unreadable, match=r"`error` is true.*no luck"):
        connection.list(())


def test_an_error_within_200_is_no_success_where_the_table_is_silent(
    connect: Connect, web: responses.RequestsMock
) -> None:
    web.delete(f"{WEBHOOKS}/7", json={"error": True, "message": "out of order"})
    with pytest.raises(Ambiguous, match=r"`error: true`.*out of order"):
        connect("argyle").delete((), "7")


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 429, 500, 502, 503])
def test_no_list_is_believed_but_a_good_one(connect: Connect, web: responses.RequestsMock, status: int) -> None:
    web.get(WEBHOOKS, status=status, json={"results": [], "next": None})
    with pytest.raises(Unreadable, match=f"my-argyle: GET {WEBHOOKS}.limit=200: {status} "):
        connect("argyle").list(())


@pytest.mark.parametrize("status", [401, 403])
def test_what_to_do_about_a_wrong_key(connect: Connect, web: responses.RequestsMock, status: int) -> None:
    web.get(WEBHOOKS, status=status)
    with pytest.raises(Unreadable, match="Check the credentials of connection my-argyle"):
        connect("argyle").list(())
    assert len(web.calls) == 1


def test_only_the_title_of_an_html_page_is_told(connect: Connect, web: responses.RequestsMock) -> None:
    page = "<!doctype html><html><head><title>\n Bad\n gateway </title></head><body><p>very long</p></body></html>"
    web.get(WEBHOOKS, status=500, body=page, content_type="text/html; charset=utf-8")
    with pytest.raises(Unreadable) as caught:
        connect("argyle").list(())
    assert str(caught.value).endswith("500 Internal Server Error: Bad gateway")


def test_a_provider_that_repeats_our_secrets_does_not_get_them_shown(
    connect: Connect, web: responses.RequestsMock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secrets = ["key-secret-canary", "s1gning/Canary", "hook-pass-canary", "hook-query-canary"]
    url = "https://user:hook-pass-canary@a.example/x?token=hook-query-canary"
    fields = {"url": url_value(url), "events": ("*",), "secret": Secret("s1gning/Canary")}
    forms = [form for text in secrets for form in (text, quote(text, safe=""), json.dumps(text)[1:-1])]
    for body in ({"detail": "; ".join(forms)}, {text: [text] for text in forms}):
        web.upsert("POST", WEBHOOKS, status=400, json=body)
        with pytest.raises(Refused) as caught:
            connect("argyle").create((), fields)
        told = f"{caught.value!r} {caplog.text}"
        assert not [form for form in forms if form in told]
        assert "(sensitive)" in told


def test_terminal_escapes_of_a_provider_are_made_visible(connect: Connect, web: responses.RequestsMock) -> None:
    web.get(WEBHOOKS, status=400, json={"detail": "\x1b[2Jgone\r\nfake: line"})
    with pytest.raises(Unreadable) as caught:
        connect("argyle").list(())
    assert r"\x1b[2Jgone\r\nfake: line" in str(caught.value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from(["id", "_id", "url", "events", "event", "results", "next", "data", "has_more", "config",
                         "secret", "hooks", "error", "totalPages", "totalData", "target_url", "notificationUrl", "x"]),
        inner, max_size=5,
    ),
    max_leaves=25,
)  # fmt: skip
LISTS = {
    "lipscore": HOOKS,
    "argyle": WEBHOOKS,
    "flightrates": "https://flightrates-api.aggregateintelligence.com/api/v1/hooks",
    "studiewinkel": "https://lml-api.studiewinkel.nl/api/lml/v1/subscriptions",
}


def likely(provider: str, items: Any, more: Any) -> Any:
    """An envelope of the right shape around anything, so that the records themselves are put to the test."""
    return {
        "lipscore": items,
        "argyle": {"results": items, "next": more},
        "flightrates": {"error": False, "hooks": items, "totalPages": 1, "totalData": more},
        "studiewinkel": {"data": items, "has_more": more},
    }[provider]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(sorted(LISTS)), st.lists(JSON, max_size=3), JSON, st.booleans())
def test_any_answer_is_either_understood_or_unreadable(
    connect: Connect, provider: str, items: list[Any], other: Any, shaped: bool
) -> None:
    body = likely(provider, items, other) if shaped else other
    with responses.RequestsMock(assert_all_requests_are_fired=False) as web:
        web.get(LISTS[provider], json=body)
        try:
            found = connect(provider).list(())
        except Unreadable:
            return
    assert all(live.id and live.fields["url"] is not None and live.fields["events"] is not None for live in found)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=60) | JSON.map(lambda data: json.dumps(data).encode()), st.sampled_from([200, 201, 400, 500]))
def test_any_answer_to_a_create_is_an_id_or_one_of_our_errors(connect: Connect, body: bytes, status: int) -> None:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as web:
        web.post(HOOKS, status=status, body=body)
        try:
            outcome: object = connect("lipscore").create((), FIELDS).id
        except ProviderError as error:
            outcome = type(error)
    assert outcome is Refused if status == 400 else outcome is Ambiguous or (status < 300 and isinstance(outcome, str))


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 202, "json": {"id": "1", "secret": "made-canary", "config": {"key": "made-canary"}}},
        {"status": 201, "body": '{"id": 1, "secret": "made-canary",, '},
        {"status": 201, "json": {"secret": "made-canary", "message": "accepted"}},
    ],
    ids=["another status", "not JSON", "no id"],
)
def test_a_secret_in_a_good_answer_that_is_not_understood_is_not_shown(
    connect: Connect, web: responses.RequestsMock, answer: dict[str, Any]
) -> None:
    table = {"title": "Acme", "auth": {"bearer": "token"}, "record": {"url": "url"}}
    create = {"post": "/hooks", "success": {"status": [201]}}
    spec = Spec.model_validate({**table, "create": create})
    web.post("https://api.acme.example/hooks", **answer)
    connection = connect("acme", {"token": "t"}, spec=spec, base_url="https://api.acme.example")
    with pytest.raises(Ambiguous, match="whether it was carried out is not known") as caught:
        connection.create((), {"url": "https://hooks.example.com/a"})
    assert "canary" not in f"{caught.value!s} {caught.value!r}"


BUSY = {"errors": [{"message": "Slower, please", "extensions": {"code": "BUSY"}}]}
THROTTLED = {"errors.0.extensions.code": ["BUSY", "WAIT"]}


@pytest.mark.parametrize("graphql", [{"graphql": "query"}, {}], ids=["GraphQL", "REST"])
@pytest.mark.parametrize("status", [200, 400, 503])
def test_what_means_too_many_requests_is_sent_again_whatever_its_status(
    connect: Connect, web: responses.RequestsMock, status: int, graphql: dict[str, str]
) -> None:
    spec = throttled_spec(graphql)
    web.post(GRAPH, status=status, json=BUSY)
    web.post(GRAPH, json={"data": {"id": "7"}})
    connection = connect("acme", {"token": "t"}, spec=spec, base_url="https://api.acme.example")
    assert connection.create((), {"url": "https://hooks.example.com/a"}).id == "7"
    assert len(web.calls) == 2
    web.reset()
    web.post(GRAPH, status=status, json=BUSY)
    web.post(GRAPH, json={"data": []})
    assert connection.list(()) == ()


@pytest.mark.parametrize("graphql", [{"graphql": "query"}, {}], ids=["GraphQL", "REST"])
@pytest.mark.parametrize("status", [200, 400, 503])
def test_what_means_too_many_requests_to_the_end_was_not_carried_out(
    connect: Connect, web: responses.RequestsMock, status: int, graphql: dict[str, str]
) -> None:
    web.post(GRAPH, status=status, json=BUSY)
    given = {"spec": throttled_spec(graphql), "base_url": "https://api.acme.example", "retry": 0}
    connection = connect("acme", {"token": "t"}, **given)
    with pytest.raises(NotSent, match=rf"{status} .*too many requests: Slower, please.*was not carried out") as caught:
        connection.create((), {"url": "https://hooks.example.com/a"})
    assert "Set `rate` on connection" in str(caught.value)
    with pytest.raises(Unreadable, match="too many requests: Slower, please"):
        connection.list(())


def test_another_error_is_not_sent_again(connect: Connect, web: responses.RequestsMock) -> None:
    said = "BUSY is no reason here"
    web.post(GRAPH, json={"errors": [{"message": said, "extensions": {"code": "WRONG"}}], "data": {"id": None}})
    connection = connect(
        "acme", {"token": "t"}, spec=throttled_spec({"graphql": "query"}), base_url="https://api.acme.example"
    )
    with pytest.raises(Ambiguous, match=said):
        connection.create((), {"url": "https://hooks.example.com/a"})
    assert len(web.calls) == 1


GRAPH = "https://api.acme.example/graphql"


def throttled_spec(graphql: dict[str, str]) -> Spec:
    return Spec.model_validate(
        {
            "title": "Acme",
            "auth": {"bearer": "token"},
            "throttled": THROTTLED,
            "record": {"url": "url"},
            "list": {"post": "/graphql", "items": "data", **graphql},
            "create": {"post": "/graphql", "item": "data", **graphql},
        }
    )
