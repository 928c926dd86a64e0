"""A warm process that runs the command line in forks, so that one can be killed at any moment and at little cost.

Started with `python -m tests.storms.runner`. For each line on stdin (JSON: arguments, folder, where the output goes,
the largest file that may be written, the user to be) it forks, says the child's number, and, when the child has ended,
how. It takes the child's number off the system's list only with the next line, so that nobody else can be killed in
its stead.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import resource
import sys
import traceback
from pathlib import Path
from typing import Any

from tests.storms.world import specs

LATE = (
    "requests",
    "deepdiff",
    "psycopg",
    "encodings.idna",
    "encodings.utf_8_sig",
    "sqlite3",
    "reconciler.cli.apply",
    "reconciler.cli.logs",
    "reconciler.cli.plan",
    "reconciler.http.transport",
    "reconciler.output.json_form",
    "reconciler.output.text",
    "reconciler.output.ending",
    "reconciler.providers.engine",
    "reconciler.state.sqlite",
    "reconciler.workflow.session",
)
"""What a run imports where it first needs it; here it is there beforehand."""


def child(order: dict[str, Any], output: int) -> None:
    """Become `reconcile ARGUMENTS…`, writing to `output`; does not return."""
    code = 70
    try:
        from reconciler.cli.main import run

        for stream in (1, 2):
            os.dup2(output, stream)
        sys.stdout, sys.stderr = (os.fdopen(stream, "w", closefd=False) for stream in (1, 2))
        os.chdir(order["folder"])
        if order["largest"] is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (order["largest"], order["largest"]))
        if order["user"] is not None:
            os.setuid(order["user"])
        sys.argv = ["reconcile", *order["arguments"]]
        run()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    except BaseException:  # noqa: BLE001 - whatever it is, this process ends here, and must not go on as its parent
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def main() -> None:
    """Serve orders until stdin ends."""
    for name in LATE:
        importlib.import_module(name)
    specs()  # a table of one's own takes as long to check as all else that happens before the first request
    gc.freeze()  # what the children share is not copied because a collector looked at it
    answers = os.fdopen(os.dup(1), "w")
    pid = 0
    for line in sys.stdin:
        if pid:
            os.waitpid(pid, 0)
        order = json.loads(line)
        reading, writing = os.pipe()
        pid = os.fork()
        if not pid:
            os.close(reading)
            child(order, writing)
        os.close(writing)
        print(pid, file=answers, flush=True)
        with os.fdopen(reading, "rb") as output:
            Path(order["output"]).write_bytes(output.read())
        ended = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        if ended is None:
            raise RuntimeError(f"process {pid} did not end")
        killed = ended.si_code != os.CLD_EXITED
        print(-ended.si_status if killed else ended.si_status, file=answers, flush=True)


if __name__ == "__main__":
    main()
