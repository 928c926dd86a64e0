"""A warm process that runs the command line in forks, so that one can be killed at any moment and at little cost.

Started with `python -m tests.storms.runner`. For each line on stdin (JSON: arguments, folder, environment, where the
output goes) it forks, says the child's number, and, when the child has ended, how. It takes the child's number off the
system's list only with the next line, so that nobody else can be killed in its stead.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from typing import Any

LATE = (
    "requests",
    "deepdiff",
    "sqlite3",
    "reconciler.cli.apply",
    "reconciler.cli.plan",
    "reconciler.http.transport",
    "reconciler.output.json_form",
    "reconciler.output.text",
    "reconciler.output.ending",
    "reconciler.providers.engine",
    "reconciler.workflow.session",
)
"""What a run imports where it first needs it; here it is there beforehand."""


def child(order: dict[str, Any]) -> None:
    """Become `reconcile ARGUMENTS…`; does not return."""
    code = 70
    try:
        from reconciler.cli.main import run

        output = os.open(order["output"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        for stream in (1, 2):
            os.dup2(output, stream)
        os.chdir(order["folder"])
        os.environ.update(order["environment"])
        sys.argv = ["reconcile", *order["arguments"]]
        run()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    finally:
        sys.stdout.flush()
        os._exit(code)


def main() -> None:
    """Serve orders until stdin ends."""
    for name in LATE:
        importlib.import_module(name)
    answers = os.fdopen(os.dup(1), "w")
    pid = 0
    for line in sys.stdin:
        if pid:
            os.waitpid(pid, 0)
        pid = os.fork()
        if not pid:
            child(json.loads(line))
        print(pid, file=answers, flush=True)
        ended = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        if ended is None:
            raise RuntimeError(f"process {pid} did not end")
        killed = ended.si_code != os.CLD_EXITED
        print(-ended.si_status if killed else ended.si_status, file=answers, flush=True)


if __name__ == "__main__":
    main()
