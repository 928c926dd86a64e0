"""Not one byte of a secret gets out: by no command, in no form, under no fault, into no file."""

from __future__ import annotations

import base64
import html
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, get_args
from urllib.parse import quote

import pytest

from reconciler.sandbox import Faults
from reconciler.sandbox.faults import FaultKind
from tests.canary.conftest import URL, subscriptions, variable
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
