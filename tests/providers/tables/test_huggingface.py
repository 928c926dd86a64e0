"""Hugging Face: what its client sends and reads; switching is a call, webhooks that start a Job are left alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reconciler.records import Secret

TOKEN = {"token": "hf_canary"}
API = "https://huggingface.co/api/settings/webhooks"
WATCHED = [{"type": "org", "name": "acme"}, {"type": "user", "name": "ada"}]
SHOWN: dict[str, Any] = {
    "id": "654bbbc16f2ec14d77f109cc",
    "url": "https://example.com/hub",
    "watched": WATCHED,
    "domains": ["repo", "discussion"],
    "secret": "secret-canary",
    "disabled": False,
}
FIELDS = {
    "url": "https://example.com/hub",
    "events": ("discussion", "repo"),
    "secret": Secret("secret-canary"),
    "watched": WATCHED,
    "enabled": True,
}
WRITTEN = {
    "url": "https://example.com/hub",
    "domains": ["discussion", "repo"],
    "secret": "secret-canary",
    "watched": WATCHED,
}


def test_create(exchange: Callable[..., Any]) -> None:
    sent = exchange("huggingface", TOKEN, {}, "create", FIELDS, {"webhook": SHOWN})
    assert (sent.method, sent.url, sent.result.id) == ("POST", API, SHOWN["id"])
    assert (sent.headers["Authorization"], sent.body) == ("Bearer hf_canary", WRITTEN)


def test_update_says_everything(exchange: Callable[..., Any]) -> None:
    changed = frozenset({"url"})
    answer = {"webhook": SHOWN}
    sent = exchange("huggingface", TOKEN, {}, "update", FIELDS, answer, record_id=SHOWN["id"], changed=changed)
    assert (sent.method, sent.url, sent.body) == ("POST", f"{API}/{SHOWN['id']}", WRITTEN)


def test_switching_is_a_call(exchange: Callable[..., Any]) -> None:
    changed = frozenset({"enabled"})
    given = {**FIELDS, "enabled": False}
    sent = exchange("huggingface", TOKEN, {}, "update", given, {"webhook": SHOWN}, record_id="1", changed=changed)
    assert (sent.method, sent.url) == ("POST", f"{API}/1/disable")


def test_delete(exchange: Callable[..., Any]) -> None:
    sent = exchange("huggingface", TOKEN, {}, "delete", None, None, record_id="1")
    assert (sent.method, sent.url) == ("DELETE", f"{API}/1")


def test_list_leaves_jobs_alone(exchange: Callable[..., Any]) -> None:
    job = {**SHOWN, "id": "job", "url": None, "job": {"command": ["python"]}}
    other = {name: value for name, value in job.items() if name != "url"}
    sent = exchange("huggingface", TOKEN, {}, "list", None, [SHOWN, job, {**other, "id": "other"}])
    assert (sent.method, sent.url) == ("GET", API)
    (live,) = sent.result
    assert (live.fields["events"], live.fields["enabled"]) == (("discussion", "repo"), True)
    assert live.fields["secret"].reveal() == "secret-canary"
