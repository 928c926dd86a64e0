"""A provider that gives back what it was sent, in whatever form, does not make us show it."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

import pytest

from reconciler.sandbox.wire import Answer, Request
from tests.canary.conftest import subscriptions, variable
from tests.canary.marked import secret

if TYPE_CHECKING:
    from tests.canary.conftest import World


def _dump(request: Request) -> str:
    """All that a request carries, as a server may have it by then: unquoted and decoded."""
    authorization = request.headers.get("authorization", "")
    basic = authorization.removeprefix("Basic ")
    decoded = base64.b64decode(basic).decode() if basic != authorization else ""
    parts = [decoded, *request.query.values(), *request.headers.values(), unquote(request.path)]
    try:
        body = json.loads(request.body or b"{}")
    except ValueError:
        body = {}
    parts += [unquote(text) for text in _texts(body)]
    return " ".join(reversed(parts))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
    elif isinstance(value, str):
        yield value


def _json(status: int, value: Any) -> Answer:
    return Answer(status, json.dumps(value).encode(), {"Content-Type": "application/json"})


ECHOES: dict[str, Callable[[Request, int], Answer]] = {
    "what was sent, word for word": lambda r, s: Answer(
        s, f"{r.method} {r.path}?{r.query} {r.headers} ".encode() + r.body, {"Content-Type": "text/plain"}
    ),
    "the body": lambda r, s: Answer(s, b"Bad: " + r.body, {"Content-Type": "text/plain"}),
    "the headers": lambda r, s: _json(s, {"message": json.dumps(r.headers)}),
    "the query": lambda r, s: _json(s, {"error": {"query": r.query, "path": r.path}}),
    "decoded": lambda r, s: _json(s, {"detail": _dump(r)}),
    "each value": lambda r, s: _json(s, {"errors": [f"{text} is not valid" for text in _texts(_loaded(r))]}),
    "as keys": lambda r, s: _json(s, dict.fromkeys(_texts(_loaded(r)), "is not valid")),
    "quoted": lambda r, s: _json(s, {"detail": quote(_dump(r))}),
    "quoted twice": lambda r, s: _json(s, {"detail": quote(quote(_dump(r)))}),
    "in HTML": lambda r, s: Answer(
        s, f"<html><head><title>{html.escape(_dump(r))}</title>".encode(), {"Content-Type": "text/html"}
    ),
    "in base64": lambda r, s: _json(s, {"detail": base64.b64encode(_dump(r).encode()).decode()}),
    "in hexadecimal": lambda r, s: _json(s, {"detail": _dump(r).encode().hex()}),
    "as Python writes it": lambda r, s: _json(s, {"detail": repr(_dump(r).encode())}),
    "in a redirect": lambda r, s: Answer(302, b"", {"Location": f"https://h.example.com/?{quote(_dump(r))}"}),
    "in a success that is none": lambda r, s: _json(200, {"error": True, "message": _dump(r)}),
}


def _loaded(request: Request) -> Any:
    try:
        return json.loads(request.body or b"{}")
    except ValueError:
        return {}


@pytest.mark.parametrize("echo", ECHOES.values(), ids=ECHOES.keys())
def test_no_provider_that_gives_back_what_it_was_sent_makes_us_show_it(
    world: World, echo: Callable[[Request, int], Answer]
) -> None:
    world.run("apply", "--auto-approve", "--target", "parcels", "--target", "income", "--target", "made")
    changed = subscriptions(secret=variable("argyle-signing-new"))
    changed["parcels"] |= {"description": "changed"}
    changed["more"] = {**changed["parcels"], "events": ["other"]}  # a create, with the URL in it
    world.write(changed)

    def refused_write(request: Request) -> Answer | None:
        reads = request.method == "GET" or request.path.endswith("/login")
        return None if reads else echo(request, 422)

    world.sandbox.echo = refused_write
    world.run("apply", "--auto-approve", "-vv", codes=(1,))
    world.run("rotate", "made", "--auto-approve", codes=(1,))
    world.sandbox.echo = lambda request: echo(request, 500)
    world.run("apply", "--auto-approve", "-vv", "--log-format", "json", codes=(1,))
    world.run("plan", "--format", "json", codes=(1,))
    world.run("history", "--format", "json")


def test_not_one_letter_is_left_where_two_secrets_meet_in_one_header(world: World) -> None:
    world.sandbox.echo = lambda request: _json(500, {"message": f"<{request.headers.get('authorization')}>"})
    told = json.loads(world.run("plan", "--format", "json", "--provider", "argyle", codes=(1,)).partition("\n\n")[0])
    assert "<Basic (sensitive)>" in told["unknown"][0]["error"]


def test_a_made_secret_that_the_provider_says_again_is_not_shown(world: World) -> None:
    made: list[Request] = []

    def answer(request: Request) -> Answer | None:
        if request.method == "POST" and "/maker/" in request.path:
            made.append(request)
        again = made and request.method == "GET" and "/maker/" in request.path
        return _json(500, {"message": f"hook with {secret('made-secret')} is broken"}) if again else None

    world.sandbox.echo = answer
    assert "could not be read back" in world.run("apply", "--auto-approve", "-vv", codes=(0, 1))
