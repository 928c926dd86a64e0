"""Not one byte of a secret gets out: by no command, in no form, under no fault, into no file."""

from __future__ import annotations

import base64
import copy
import gc
import html
import json
import logging
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args
from urllib.parse import quote, unquote

import pytest
import yaml

from reconciler.applying import Progress
from reconciler.cli.logs import set_up_logging
from reconciler.config.load import load
from reconciler.errors import ProviderError
from reconciler.http.message import Request as HttpRequest
from reconciler.planning.plan import Change, Outcome
from reconciler.providers.engine import RestConnection
from reconciler.records import Secret
from reconciler.sandbox import Faults
from reconciler.sandbox.faults import FaultKind
from reconciler.sandbox.wire import Answer, Request
from reconciler.secrets.fingerprints import Key
from reconciler.secrets.references import Each
from reconciler.workflow.options import Options
from reconciler.workflow.session import Session
from tests.canary.conftest import URL, subscriptions, variable, with_choices
from tests.canary.marked import NAMES, leaks, secret
from tests.conftest import ROOT, RUN

if TYPE_CHECKING:
    from tests.canary.conftest import World

LOUD: list[list[str]] = [[], ["-vv"], ["-vv", "--log-format", "json"]]


def meddle(world: World) -> None:
    """Make drift in a secret, and records that nobody declared, with secrets of their own."""
    (income,) = world.sandbox.records("argyle")
    world.sandbox.change("argyle", income["id"], {"secret": secret("live-secret")})
    world.sandbox.insert(
        "argyle",
        {
            "url": f"https://u:{quote(secret('live-url-token'), safe='')}@h.example.com/x",
            "events": ["items.updated"],
            "name": "by hand",
            "secret": secret("live-secret"),
            "config": {},
        },
    )
    world.sandbox.insert("lipscore", {"target_url": f"https://h.example.com/?api_key={quote(secret('live-url-token'))}",
                                      "event": "review_created"})  # fmt: skip


def test_the_marks_are_found_in_whatever_form() -> None:
    for name in NAMES:
        value = secret(name)
        forms = (value, quote(value), json.dumps(value), html.escape(value), value.encode().hex(), value[3:11])
        assert all(leaks(f"before {form} after") for form in forms)
        assert all(leaks(base64.b64encode(f"{'x' * shift}{value}yz".encode())) for shift in range(3))
    assert leaks("nothing at all") == []


@pytest.mark.parametrize("loud", LOUD, ids=["quiet", "text", "json"])
def test_no_command_shows_a_secret(world: World, monkeypatch: pytest.MonkeyPatch, loud: Sequence[str]) -> None:
    def run(*arguments: str, codes: tuple[int, ...] = (0,)) -> str:
        return world.run(*arguments, *loud, codes=codes)

    run("validate")
    for form in ("json", "github", "gitlab", "sarif"):
        run("validate", "--format", form)
    for form in ("text", "json", "markdown"):
        assert "(sensitive)" in run("plan", "--format", form)
    run("plan", "--out", "saved.plan")
    run("apply", "saved.plan")
    run("plan", "--detailed-exitcode")
    assert (world.folder / "captured" / "made").read_text() == secret("made-secret")
    meddle(world)
    for form in ("text", "json", "markdown"):
        run("plan", "--format", form)
    run("apply", "--auto-approve", "--format", "json")
    world.write(subscriptions(secret=variable("argyle-signing-new")))
    assert "(sensitive, changed)" in run("plan")
    run("apply", "--auto-approve")
    for address in ("income", "fares", "parcels", "made"):
        run("rotate", address, "--auto-approve", "--format", "json")
    for connection in ("argyle", "lipscore", "flightrates", "acme"):
        run("export", connection)
    run("state", "list", "--format", "json")
    for address in ("income", "fares", "parcels", "made"):
        run("state", "show", address)
    (world.folder / "pulled.json").write_text(world.run("state", "pull").strip())
    run("state", "push", "pulled.json")
    (income,) = [one for one in world.sandbox.records("argyle") if one["name"] == "income"]
    run("state", "rm", "income")
    run("import", "income", income["id"])
    run("state", "mv", "made", "renamed")
    run("state", "mv", "renamed", "made")
    run("state", "reconnect", "argyle")
    run("state", "unlock", "nobody", codes=(1,))
    run("state", "copy", "copied.db")
    monkeypatch.setenv("RECONCILE_STATE_KEY_OLD", secret("state-key"))
    monkeypatch.setenv("RECONCILE_STATE_KEY", secret("state-key-new"))
    run("state", "rekey")
    run("plan")
    monkeypatch.setenv("RECONCILE_STATE_KEY_OLD", secret("state-key-new"))
    monkeypatch.setenv("RECONCILE_STATE_ENCRYPT", "1")
    run("plan", codes=(1,))
    run("state", "rekey")
    run("plan")
    run("history")
    run("history", "--format", "json")
    run("providers")
    run("schema")
    run("destroy", "--auto-approve", "--allow-deletes", "all")


@pytest.mark.parametrize("kind", get_args(FaultKind))
def test_no_fault_shows_a_secret(world: World, kind: str) -> None:
    world.run("apply", "--auto-approve", "--target", "income", "--target", "made")
    meddle(world)
    fault = {"kind": kind, "seconds": 0.01, "size": 17_000_000, "times": 12, "location": URL}
    for operation in ("[!l]*", "*"):
        world.sandbox.faults = Faults.model_validate({"faults": [{**fault, "operation": operation}]})
        world.write(subscriptions(secret=variable("argyle-signing-new"), url=f"https://h.example.com/{len(operation)}"))
        world.run("apply", "--auto-approve", "-vv", "--log-format", "json", codes=(0, 1))
        world.run("rotate", "made", "--auto-approve", "-vv", codes=(0, 1))
    world.run("history", codes=(0, 1))


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


SCRIPTS = ["cat", "cat; exit 3", "env | grep RECONCILE; exit 3", "env | grep -E 'FARES|LISTS|ACME_KEY'; exit 3",
           "env | grep ACME_URL; exit 3"]  # fmt: skip


@pytest.mark.parametrize("script", SCRIPTS)
def test_no_command_that_takes_a_secret_makes_us_show_it(world: World, script: str) -> None:
    wanted = subscriptions()
    wanted["made"]["capture"] = {"command": ["sh", "-c", script]}
    world.write(wanted)
    world.run("apply", "--auto-approve", "-vv", codes=(0, 1))
    world.run("history")
    world.run("state", "pull")


def test_no_error_within_tells_what_it_was_about(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: RestConnection, scope: Any) -> None:
        try:
            os.environ[secret("argyle-secret")]
        except KeyError as cause:
            raise RuntimeError(f"cannot read {URL} with {secret('lipscore-key')}") from cause

    monkeypatch.setattr(RestConnection, "list", broken)
    said = world.run("apply", "--auto-approve", "-vv", codes=(1,))
    assert "internal error: RuntimeError" in said
    assert "test_canary.py" in said


LITERAL = json.dumps(secret("literal"))
BROKEN = {
    "an unknown key": "providers: {argyle: {key_id: a, key_secret: b, key_sekret: LITERAL}}",
    "an unknown field": "subscriptions: {x: {provider: argyle, url: 'https://h', events: [a], sekret: LITERAL}}",
    "a list for a text": "subscriptions: {x: {provider: argyle, url: 'https://h', events: [a], secret: [LITERAL]}}",
    "a mapping for a text": "providers: {argyle: {key_id: a, key_secret: {b: LITERAL}}}",
    "a text for a mapping": "subscriptions: {x: {provider: acme, url: 'https://h', events: [a], headers: LITERAL}}",
    "a list within": "subscriptions: {x: {provider: acme, url: 'https://h', events: [a], headers: {a: [LITERAL]}}}",
    "no YAML": "providers: {argyle: {key_id: a, key_secret: LITERAL",
    "a key twice": "providers: {argyle: {key_id: a, key_secret: LITERAL, key_secret: LITERAL}}",
    "an odd reference": "providers: {argyle: {key_id: a, key_secret: '${LITERALCORE}'}}",
    "a reference not closed": "providers: {argyle: {key_id: a, key_secret: 'LITERALCORE${env:X'}}",
    "a tag": "providers: {argyle: {key_id: a, key_secret: !secret LITERAL}}",
    "a bad URL": "subscriptions: {x: {provider: argyle, url: 'https://u:LITERALCORE@h:x/?key=LITERALCORE'}}",
    "a plain URL": "subscriptions: {x: {provider: argyle, url: 'http://u:LITERALCORE@h/?key=LITERALCORE'}}",
    "a bad base URL": "providers: {argyle: {base_url: 'https://u:LITERALCORE@h', key_id: a, key_secret: b}}",
    "a number": "providers: {argyle: {key_id: a, key_secret: 1}, studiewinkel: {token: LITERAL, tokens: LITERAL}}",
    "two alike": "subscriptions: {x: {provider: lipscore, url: 'https://h/?token=LITERALCORE', events: [a]}, "
    "y: {provider: lipscore, url: 'https://h/?token=LITERALCORE', events: [a]}}",
}  # fmt: skip
PROVIDERS = "providers: {argyle: {key_id: a, key_secret: b}, lipscore: {api_key: k}, acme: {spec: acme.yaml, key: k}}\n"


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN.keys())
def test_no_mistake_in_the_file_shows_what_stands_beside_it(world: World, text: str) -> None:
    head = "version: 1\n" + ("" if text.startswith("providers") else PROVIDERS)
    tail = "\nsubscriptions: {}\n" if text.startswith("providers") else "\n"
    core = secret("literal")[:18]
    written = head + text.replace("LITERALCORE", core).replace("LITERAL", LITERAL) + tail
    (world.folder / "hooks.yaml").write_text(written)
    for command in ("validate", "plan"):
        world.run(command, "-vv", codes=(0, 1))
    (world.folder / "hooks.yaml").unlink()


@pytest.mark.parametrize("name", ["ARGYLE_SECRET", "ARGYLE_SIGNING", "ACME_URL", "ACME_HEADER", "LIPSCORE_KEY"])
def test_no_mistake_in_a_variable_shows_it(world: World, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, f"{secret('literal')}\n\x1b[31m{secret('literal')}")
    world.run("plan", "-vv", codes=(0, 1))
    world.run("apply", "--auto-approve", "-vv", codes=(0, 1))


ODD = {
    "a field of few values": "subscriptions: {x: {provider: acme, url: 'https://h', events: [a], level: '${env:ODD}'}}",
    "a field of another type": "subscriptions: {x: {provider: acme, url: 'https://h', size: '${env:ODD}'}}",
    "a connection's choice": "providers: {argyle: {listing: '${env:ODD}', key_id: a, key_secret: b}}",
    "an environment": "providers: {argyle: {environment: '${env:ODD}', key_id: a, key_secret: b}}",
    "an address": "providers: {argyle: {base_url: 'ftp://${env:ODD}', key_id: a, key_secret: b}}",
    "a connection's name": "subscriptions: {x: {provider: '${env:ODD}', url: 'https://h', events: [a]}}",
    "the state": "state: 'redis://u:${env:ODD}@h/x'",
    "a state in PostgreSQL": "state: 'postgresql://u:${env:ODD}@127.0.0.1:1/x'",
    "a state in a bucket": "state: 's3://u:${env:ODD}@bucket/key'",
    "a URL whose password is not quoted": "subscriptions: {x: {provider: argyle, url: 'https://u:${env:ODD}@h/'}}",
    "a host": "policy: {allowed_hosts: ['${env:ODD}']}",
}


@pytest.mark.parametrize("text", ODD.values(), ids=ODD.keys())
def test_no_value_of_a_reference_is_quoted(world: World, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Whatever the key: a message shows what stands in the file, not what a variable gave."""
    monkeypatch.setenv("ODD", secret("literal"))
    (world.folder / "acme.yaml").write_text(yaml.safe_dump(with_choices()))
    head = "version: 1\n" + ("" if text.startswith("providers") else PROVIDERS)
    tail = "" if text.startswith("subscriptions") else "\nsubscriptions: {}\n"
    (world.folder / "hooks.yaml").write_text(f"{head}{text}{tail}")
    for command in ("validate", "plan"):
        world.run(command, "-vv", codes=(0, 1))


def test_no_proxy_and_no_address_of_a_state_shows_its_password(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    password = quote(secret("proxy-password"), safe="")
    for address in (f"postgresql://u:{password}@127.0.0.1:1/db", f"postgresql://127.0.0.1:1/db?password={password}"):
        for command in (("plan",), ("apply", "--auto-approve"), ("state", "list"), ("history",)):
            world.run(*command, "--state", address, "-vv", codes=(1,))
    monkeypatch.setenv("HTTPS_PROXY", f"http://u:{password}@127.0.0.1:1")
    document = (world.folder / "hooks.yaml").read_text()
    (world.folder / "hooks.yaml").write_text(document.replace(world.sandbox.url, "https://api.acme.example"))
    assert "proxy" in world.run("plan", "-vv", codes=(1,))


def test_no_other_process_or_stream_gets_one(world: World) -> None:
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "always"}
    for command in (["plan"], ["apply", "--auto-approve"], ["state", "pull"]):
        done = subprocess.run(
            [sys.executable, "-c", RUN, *command, "-vv"],
            env=environ,
            cwd=world.folder,
            capture_output=True,
            check=False,
        )
        assert leaks(done.stdout + done.stderr) == []
        assert done.returncode == 0, done.stderr.decode()


def test_no_logger_of_a_library_tells_one_to_a_host_program(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """Used as a library, without our set-up of logging, at the lowest level of the root logger."""
    ours = logging.getLogger("reconciler")
    ours.propagate = True
    with caplog.at_level(logging.DEBUG), caplog.at_level(logging.DEBUG, "reconciler"):
        for name in ("urllib3", "requests"):
            logging.getLogger(name).propagate = True
            logging.getLogger(name).setLevel(logging.DEBUG)
        with Session(Options()) as session:
            session.plan()
    assert caplog.records
    assert leaks(caplog.text) == []


def test_no_logger_shows_the_text_of_an_exception_or_a_line_of_a_library(
    capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    for form in ("text", "json"):
        set_up_logging(2, form)
        try:
            int(secret("argyle-secret"))
        except ValueError:
            logging.getLogger("reconciler.http").exception("a message")
        for name in ("urllib3.connectionpool", "urllib3.new", "requests", "charset_normalizer"):
            logging.getLogger(name).critical("GET %s", URL)
    said = capsys.readouterr().err
    assert "a message (ValueError)" in said
    assert leaks(said + caplog.text) == []


class Watching(Progress):
    """Looks at everything of ours that is alive whenever a change is done."""

    def __init__(self) -> None:
        self.seen: dict[str, str] = {}
        gc.unfreeze()
        self._others = {id(one) for one in gc.get_objects()}  # of other tests

    def finished(self, change: Change, outcome: Outcome) -> None:
        if self.seen and change.address != "made":  # the others find nothing new, and it takes its time
            return
        gc.unfreeze()
        for one in gc.get_objects():
            module = str(type(one).__module__)
            if module.startswith("reconciler.") and ".sandbox" not in module and id(one) not in self._others:
                self.seen[f"{one!r} {one!s}"] = type(one).__name__


def test_no_object_shows_one_when_it_is_printed(world: World) -> None:
    """As a debugger or a careless log line would show it, in the middle of an apply."""
    watching = Watching()
    with Session(Options()) as session:
        result = session.apply(lambda plan: True, watching)
    assert result is not None
    assert result.ok
    kinds = {"Desired", "Settings", "Secret", "Change", "RestConnection", "Known", "Intent", "Capture"}
    assert kinds <= set(watching.seen.values())
    assert [kind for shown, kind in watching.seen.items() if leaks(shown)] == []
    value = secret("literal")
    sent = HttpRequest("POST", f"https://h.example.com/?key={value}", "write", {"Authorization": value}, value.encode())
    assert leaks(f"{sent!r} {Key.from_text(secret('state-key'))!r} {Secret(value)!r:>40} {Secret(value)}") == []
    world.write(subscriptions(secret=value), state=f"redis://u:{value}@h/x", defaults={"description": value})
    config = load(world.folder / "hooks.yaml")
    assert config.entries
    assert (
        leaks(f"{config!r} {config.entries!r} {config.document!r} {Options(state=value)!r} {Each('a', value)!r}") == []
    )
    world.write()
    assert leaks(repr(copy.deepcopy({"a": [Secret(value)]}))) == []
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(Secret(value))


def test_no_exception_carries_one_in_its_chain(world: World) -> None:
    def chain(error: BaseException | None) -> Iterator[BaseException]:
        while error is not None:
            yield error
            error = error.__cause__ or error.__context__

    kinds = {
        "reset_after": Faults.model_validate({"faults": [{"kind": "reset_after"}]}),
        "reset_before": Faults.model_validate({"faults": [{"kind": "reset_before"}]}),
        "not_json": Faults.model_validate({"faults": [{"kind": "not_json"}]}),
    }
    with Session(Options()) as session:
        for faults in kinds.values():
            world.sandbox.faults = faults
            for wanted in session.desired():
                with pytest.raises(ProviderError) as caught:
                    session.connection(wanted.connection).create(wanted.scope, wanted.fields)
                for one in chain(caught.value):
                    assert type(one).__module__.startswith("reconciler."), f"{one!r} is not ours"
                    assert leaks(f"{one} {one!r} {one.args} {vars(one)}") == []


def test_no_thread_is_left_that_could_still_tell(world: World) -> None:
    before = set(threading.enumerate())
    world.run("apply", "--auto-approve", "-vv")
    left = [one.name for one in threading.enumerate() if one not in before and not one.name.startswith("Thread-")]
    assert left == []
    assert Path(".reconcile").is_dir()
