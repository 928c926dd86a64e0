"""A real PostgreSQL server, made for one run of the tests."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers.processes import free_port, missing

PASSWORD = "pg-CANARY-77e1"  # in no message, log or output
_SETTINGS = {
    "listen_addresses": "'127.0.0.1'",
    "fsync": "off",
    "max_connections": "60",
    "shared_buffers": "16MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}


@dataclass(frozen=True, slots=True)
class Postgres:
    """A running server, whose superuser is `tests`."""

    directory: Path
    port: int
    programs: Path

    @property
    def url(self) -> str:
        """The URL of its database."""
        return f"postgresql://tests:{PASSWORD}@127.0.0.1:{self.port}/postgres"

    def control(self, *arguments: str) -> None:
        """Run `pg_ctl`."""
        log = self.directory / "log"
        _run([str(self.programs / "pg_ctl"), "-D", str(self.directory / "data"), "-l", str(log), "-w", *arguments])


@contextmanager
def postgres_server() -> Iterator[Postgres]:
    """Make a server in a directory of its own, start it, and remove it at the end."""
    programs = _programs()
    directory = Path(tempfile.mkdtemp(prefix="reconcile-postgresql-"))
    try:
        if os.geteuid() == 0:
            os.chown(directory, pwd.getpwnam(_user()).pw_uid, -1)
        words = directory / "words"
        words.write_text(PASSWORD)
        words.chmod(0o644)
        server = Postgres(directory, free_port(), programs)
        data = directory / "data"
        made = [
            "-U",
            "tests",
            "--auth=scram-sha-256",
            f"--pwfile={words}",
            "--no-sync",
            "--encoding=UTF8",
            "--locale=C",
        ]
        _run([str(programs / "initdb"), "-D", str(data), *made])
        settings = {**_SETTINGS, "port": str(server.port), "unix_socket_directories": f"'{directory}'"}
        with (data / "postgresql.conf").open("a") as file:
            file.writelines(f"{name} = {value}\n" for name, value in settings.items())
        server.control("start")
        try:
            yield server
        finally:
            server.control("stop", "-m", "immediate")
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _programs() -> Path:
    """Where Debian and others put the server's programs, which are seldom on the path."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda one: float(one.parent.name))
    for place in [*reversed(versions), *map(Path, os.environ.get("PATH", "").split(os.pathsep))]:
        if (place / "initdb").is_file() and (place / "pg_ctl").is_file():
            return place
    raise missing("PostgreSQL's server", "Debian's package postgresql has it")


def _user() -> str:
    """The server does not run as root: its own user, where its package made one."""
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    raise missing("a user that PostgreSQL's server can run as", "Debian's package postgresql makes one")


def _run(command: Sequence[str]) -> None:
    user = _user() if os.geteuid() == 0 else None
    subprocess.run(
        command,
        user=user,
        group="nogroup" if user == "nobody" else None,
        extra_groups=() if user else None,
        check=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
    )
