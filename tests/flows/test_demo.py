"""`reconcile demo`, as a process: it ends well, needs no key, and leaves nothing behind."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.flows.flow import ROOT


def test_the_demo_leaves_nothing_behind(tmp_path: Path) -> None:
    folders = {name: tmp_path / name for name in ("cwd", "home", "tmp")}
    for folder in folders.values():
        folder.mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "reconciler", "demo"],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        cwd=folders["cwd"],
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(folders["home"]),
            "TMPDIR": str(folders["tmp"]),
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
        },
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert [path for path in tmp_path.rglob("*") if path not in folders.values()] == []
    assert "No changes." in done.stdout
    assert "Drift" in done.stdout
    assert "Traceback" not in done.stderr
    assert "demo-" not in done.stdout + done.stderr  # as all the demo's secrets begin
