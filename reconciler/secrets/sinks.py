"""Where a secret that a provider makes goes to: a file of its owner's alone, or the standard input of a command.

No message of this module holds the value. What a command says is shown only through the caller's `scrub`.
"""

from __future__ import annotations

import logging
import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from typing import IO

from reconciler.errors import CaptureError
from reconciler.records import Capture

PATIENCE = 60.0
"""Seconds that a command may take."""

Scrub = Callable[[str], str]
_log = logging.getLogger(__name__)
_MOST_OUTPUT = 65_536
_OWN_VARIABLES = ("RECONCILE_STATE_KEY", "RECONCILE_STATE_KEY_OLD")


def check(capture: Capture) -> None:
    """Raise `CaptureError` where a secret could not be handed over now, so that none is made in vain."""
    if capture.file is not None:
        path = _path(capture, capture.file)
        if path.exists() and not path.is_file():
            raise CaptureError(f"the secret cannot be written to {path}: it is there and is no file")
        with _new_file(path):
            return
    _program(capture)


def hand_over(capture: Capture, value: str, about: Mapping[str, str], scrub: Scrub, patience: float = PATIENCE) -> None:
    """Write `value` to the file or to the command's standard input, exactly as it is.

    The file is replaced at once, is its owner's alone and durable. A command gets the environment, and `about`
    as further variables, but not the key of the state. Raises `CaptureError`; then the value may be handed
    over again.
    """
    content = value.encode("utf-8", "surrogatepass")
    if capture.file is not None:
        _replace(_path(capture, capture.file), content)
    else:
        _run(capture, content, about, scrub, patience)


def _path(capture: Capture, name: str) -> Path:
    return Path(capture.folder) / name


def _replace(path: Path, content: bytes) -> None:
    with _new_file(path) as (descriptor, temporary):
        with open(descriptor, "wb", closefd=False) as file:
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        temporary.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


@contextmanager
def _new_file(path: Path) -> Iterator[tuple[int, Path]]:
    """Make an empty file beside `path` that only its owner may read; it is gone afterwards, or took its place."""
    temporary = path.with_name(f".{path.name}.{token_hex(6)}")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            yield descriptor, temporary
        finally:
            os.close(descriptor)
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise CaptureError(f"the secret cannot be written to {path}: {error.strerror}") from None


def _program(capture: Capture) -> str:
    name = capture.command[0]
    found = shutil.which(str(_path(capture, name).absolute()) if "/" in name else name)
    if found is None:
        raise CaptureError(f"the command {name} is to take the secret, and it is not there or cannot be executed")
    return str(Path(found).absolute())


def _run(capture: Capture, content: bytes, about: Mapping[str, str], scrub: Scrub, patience: float) -> None:
    program, name = _program(capture), capture.command[0]
    environ = {key: value for key, value in os.environ.items() if key not in _OWN_VARIABLES}
    try:
        process = subprocess.Popen(  # noqa: S603 -- the user's own command, without a shell
            capture.command,
            executable=program,
            cwd=capture.folder,
            env={**environ, **about},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for us: what is under way is finished
        )
    except OSError as error:
        raise CaptureError(
            f"the command {name}, which is to take the secret, did not start: {error.strerror}"
        ) from None
    output = bytearray()
    threads = [
        threading.Thread(target=_feed, args=(process.stdin, content), daemon=True),
        threading.Thread(target=_collect, args=(process.stdout, output), daemon=True),
    ]
    for thread in threads:
        thread.start()
    code: int | None = None
    try:
        code = process.wait(patience)
    except subprocess.TimeoutExpired:
        with suppress(OSError):  # it ended just now
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    for thread in threads:
        thread.join(1.0)  # what it left running may hold its output open
    said = scrub(output.decode("utf-8", "replace").strip())
    if code:
        raise CaptureError(
            f"the command {name}, which is to take the secret, {_ended(code)}{f': {said}' if said else ''}"
        )
    if code is None:
        raise CaptureError(f"the command {name}, which is to take the secret, took longer than {patience:g} s")
    _log.info("%s took the secret%s", name, f": {said}" if said else "")


def _ended(code: int) -> str:
    return f"ended with exit code {code}" if code > 0 else f"was ended by signal {-code}"


def _feed(stream: IO[bytes] | None, content: bytes) -> None:
    """Write the value; a command that does not want it says so by its exit code."""
    if stream is not None:
        with suppress(OSError), stream:
            stream.write(content)


def _collect(stream: IO[bytes] | None, output: bytearray) -> None:
    """Read all that a command says, and keep the beginning."""
    if stream is not None:
        with stream:
            while part := stream.read1(4096):  # type: ignore[attr-defined]  # a pipe is a buffered reader
                output += part[: _MOST_OUTPUT - len(output)]
