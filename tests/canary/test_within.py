"""What only a program, a debugger or a log sees of ours shows no secret either."""

from __future__ import annotations

import copy
import gc
import logging
import os
import pickle
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from reconciler.applying import Progress
from reconciler.cli.logs import set_up_logging
from reconciler.config.load import load
from reconciler.errors import ProviderError
from reconciler.http.message import Request as HttpRequest
from reconciler.planning.plan import Change, Outcome
from reconciler.providers.engine import RestConnection
from reconciler.records import Secret
from reconciler.sandbox import Faults
from reconciler.secrets.fingerprints import Key
from reconciler.secrets.references import Each
from reconciler.workflow.options import Options
from reconciler.workflow.session import Session
from tests.canary.conftest import URL, subscriptions
from tests.canary.marked import leaks, secret

if TYPE_CHECKING:
    from tests.canary.conftest import World


def test_no_error_within_tells_what_it_was_about(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: RestConnection, scope: Any) -> None:
        try:
            os.environ[secret("argyle-secret")]
        except KeyError as cause:
            raise RuntimeError(f"cannot read {URL} with {secret('lipscore-key')}") from cause

    monkeypatch.setattr(RestConnection, "list", broken)
    said = world.run("apply", "--auto-approve", "-vv", codes=(1,))
    assert "internal error: RuntimeError" in said
    assert "test_within.py" in said


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
