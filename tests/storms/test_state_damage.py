"""A state that cannot be used, from the command line: it says what to do, sends nothing, and recovers afterwards."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.storms.killing import WRITES, Runner, WatchedSandbox
from tests.storms.world import Subscriptions, connection, count, declared, rows, seen, specs, url, write_file

pytestmark = pytest.mark.skipif(os.name != "posix", reason="permissions, limits and forks")
NOBODY = 65534
PROVIDERS = ("studiewinkel", "argyle", "acme")


def subscriptions(generation: int = 1) -> Subscriptions:
    """Twelve of them; each generation changes, deletes and makes some."""
    found: Subscriptions = {}
    for provider in PROVIDERS:
        for number in range(generation, generation + 4):
            events = ["users.fully_synced"]
            found[f"{provider}-{number}"] = {"provider": provider, "url": url(f"{provider}-{number}"), "events": events}
            if provider == "argyle":
                found[f"{provider}-{number}"] |= {"config": {"days_synced": generation}, "secret": "s"}
            if provider == "acme":
                found[f"{provider}-{number}"] |= {"level": generation + 1, "secret": "s"}
    return found


class Place:
    """A folder that anybody may write to, a file in it, and the command line over both."""

    def __init__(self, folder: Path, sandbox: WatchedSandbox, runner: Runner) -> None:
        self.folder = folder
        self.sandbox = sandbox
        self.state = folder / ".reconcile" / "state.db"
        self._runner = runner
        self._providers = {name: connection(sandbox.base_url(name), name, settle=0, retry=1) for name in PROVIDERS}
        self.declare(1)

    def declare(self, generation: int) -> None:
        write_file(self.folder / "hooks.yaml", self._providers, subscriptions(generation))
        self._declared = declared(subscriptions(generation))

    def run(self, *arguments: str, largest: int | None = None, user: int | None = None) -> tuple[int, str, int]:
        """Return the exit code, all that was said, and how many requests were made."""
        before = len(self.sandbox.requests)
        code = self._runner.run(*arguments, largest=largest, user=user)
        said = self._runner.output.read_text()
        assert "Traceback" not in said
        assert "internal error" not in said
        return code, said, len(self.sandbox.requests) - before

    def apply(self, largest: int | None = None, user: int | None = None) -> tuple[int, str, int]:
        return self.run("apply", "--auto-approve", largest=largest, user=user)

    def as_declared(self) -> None:
        for name in PROVIDERS:
            ours, wanted = count(seen(name, self.sandbox.records(name))), count(self._declared[name])
            assert (ours - wanted, wanted - ours) == ({}, {}), f"{name}: (surplus, lost)"
        assert (rows(self.state, "intents"), rows(self.state, "deposed")) == (0, 0)
        assert self.run("plan", "--detailed-exitcode")[0] == 0

    def writes(self) -> int:
        return sum(one.operation in WRITES for one in self.sandbox.requests)


@pytest.fixture(scope="module")
def warm() -> Iterator[tuple[WatchedSandbox, Runner]]:
    """One sandbox and one warm process for all tests here."""
    with (
        tempfile.TemporaryDirectory() as folder,
        WatchedSandbox(specs=specs()) as sandbox,
        Runner(Path(folder), sandbox) as runner,
    ):
        yield sandbox, runner


@pytest.fixture
def place(warm: tuple[WatchedSandbox, Runner]) -> Iterator[Place]:
    sandbox, runner = warm
    sandbox.clear()
    runner.folder = Path(tempfile.mkdtemp())
    runner.folder.chmod(0o777)
    yield Place(runner.folder, sandbox, runner)
    shutil.rmtree(runner.folder)


def cut(state: Path) -> None:
    state.write_bytes(state.read_bytes()[: state.stat().st_size // 2])


def short(state: Path) -> None:
    state.write_bytes(state.read_bytes()[:50])


def overwritten(state: Path) -> None:
    state.write_bytes(b"not a state at all\n" * 1000)


def newer(state: Path) -> None:
    with sqlite3.connect(state) as connection:
        connection.execute("UPDATE meta SET schema_version = 999")
    connection.close()


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (cut, ("damaged or cut short", "backup")),
        (short, ("damaged or cut short", "backup")),
        (overwritten, ("is not a state", "backup")),
        (newer, ("newer",)),
    ],
    ids=["cut", "short", "overwritten", "newer"],
)
@pytest.mark.parametrize("command", ["apply", "plan", "destroy", "state list"])
def test_a_damaged_state_is_told_and_nothing_is_sent(
    place: Place, damage: Callable[[Path], None], words: tuple[str, ...], command: str
) -> None:
    assert place.apply()[0] == 0
    kept = place.state.read_bytes()
    damage(place.state)
    damaged = place.state.read_bytes()
    approve = ["--auto-approve"] if command in ("apply", "destroy") else []
    code, said, requests = place.run(*command.split(), *approve)
    assert (code, requests) == (1, 0), said
    assert ".reconcile/state.db" in said
    for word in words:
        assert word in said
    assert place.state.read_bytes() == damaged  # it is evidence: nothing is made better by writing to it
    place.state.write_bytes(kept)
    place.as_declared()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may become somebody whom permissions bind")
@pytest.mark.parametrize("what", ["file", "directory"])
def test_a_state_that_may_not_be_written_is_told_and_nothing_is_sent(place: Place, what: str) -> None:
    assert place.apply(user=NOBODY)[0] == 0
    place.declare(2)
    target = place.state if what == "file" else place.state.parent
    target.chmod(0o500 if what == "directory" else 0o400)
    code, said, requests = place.apply(user=NOBODY)
    target.chmod(0o700)
    assert (code, requests) == (1, 0), said
    assert "read-only" in said or "permission" in said
    assert "write access" in said
    assert place.apply(user=NOBODY)[0] == 0
    place.as_declared()


def test_where_the_lock_cannot_be_written_nothing_is_sent(place: Place) -> None:
    assert place.apply()[0] == 0
    place.declare(2)
    code, said, requests = place.apply(largest=100)
    assert (code, requests) == (1, 0), said
    assert "cannot be" in said
    assert "space" in said.lower()
    assert place.apply()[0] == 0
    place.as_declared()


@pytest.fixture
def small_disk(place: Place) -> Iterator[Callable[[int], None]]:
    """Put the state on a file system of so many KiB of its own, where this machine lets us."""
    mounted: list[Path] = []
    folder = place.state.parent

    def mount(kilobytes: int) -> None:
        folder.mkdir(exist_ok=True)
        options = ["-t", "tmpfs", "-o", f"size={kilobytes}k,mode=777", "tmpfs", str(folder)]
        done = subprocess.run(["mount", *options], capture_output=True, check=False)
        if done.returncode:
            pytest.skip("no file system may be mounted here")
        mounted.append(folder)

    yield mount
    for path in mounted:
        subprocess.run(["umount", str(path)], check=True)


@pytest.mark.skipif(not shutil.which("mount"), reason="needs mount")
def test_a_full_disk_stops_the_apply_and_the_next_one_recovers(place: Place, small_disk: Callable[[int], None]) -> None:
    small_disk(2048)
    assert place.apply()[0] == 0
    full = place.state.parent / "full"
    for generation, spare in enumerate((0, 8, 40, 80, 120, 200), start=2):
        place.declare(generation)
        full.write_bytes(b"x" * max(0, _free(place.state.parent) - spare * 1024))
        before = place.writes()
        code, said, _ = place.apply()
        if code:
            assert "space" in said.lower()
            assert "\nInterrupted.\n" not in said
        if spare == 0:
            assert place.writes() == before
        full.unlink()
        assert place.apply()[0] == 0
        place.as_declared()


def _free(folder: Path) -> int:
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize


def test_a_file_that_may_not_grow_stops_the_apply_anywhere_and_the_next_one_recovers(place: Place) -> None:
    assert place.apply()[0] == 0
    failed = 0
    for generation, kilobytes in enumerate((20, 60, 90, 120, 150, 180, 220, 300, 400), start=2):
        place.declare(generation)
        code, said, _ = place.apply(largest=kilobytes * 1024)
        if code:
            failed += 1
            assert code == 1
            assert "cannot be" in said
            assert "\nInterrupted.\n" not in said
            assert place.apply()[0] == 0
        place.as_declared()
    assert failed >= 3
