"""Run a program and print what it took, as JSON: `python -S -E benchmarks/measured.py PROGRAM [ARGUMENT …]`.

In between, because a new process counts the memory of the one that starts it as its own, until it needs more; this
one has little. It imports next to nothing, therefore.
"""

from __future__ import annotations

import os
import sys
import time


def main() -> None:
    """Run what the command line says; its standard output is thrown away."""
    quiet = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    began = time.perf_counter()
    process = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ, file_actions=quiet)
    _, status, used = os.wait4(process, 0)
    wall = time.perf_counter() - began
    code = os.waitstatus_to_exitcode(status)
    print(f"[{code}, {wall!r}, {used.ru_utime + used.ru_stime!r}, {used.ru_maxrss}]")


if __name__ == "__main__":
    main()
