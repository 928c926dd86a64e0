"""The programs that we compare with: Terraform where it is installed, octoDNS in an environment of its own."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from benchmarks.inputs import octodns_zone, terraform_resources, terraform_state
from benchmarks.process import ROOT, Command

SLOW = 10_000
"""So many resources take Terraform the better part of a minute."""

BARE = Command([sys.executable, "-c", "pass"])
OCTODNS = ROOT / "build" / "bench" / "bin" / "octodns-sync"
"""Made by `make bench` from benchmarks/requirements.txt."""


def yaml_load(path: Path) -> Command:
    """Return the plain load of a YAML file, by the library's fastest safe loader."""
    code = f"import yaml; yaml.load(open({str(path)!r}, 'rb'), yaml.CSafeLoader)"
    return Command([sys.executable, "-c", code])


def alone(what: str, *arguments: object) -> Command:
    """Return what a command reads or sends, without all the rest of it (benchmarks/alone.py)."""
    return Command([sys.executable, "-m", "benchmarks.alone", what, *map(str, arguments)])


def terraform() -> str | None:
    """Return where Terraform is, if it is installed."""
    return shutil.which("terraform")


def terraform_version(folder: Path) -> Command | None:
    """Return `terraform version`."""
    program = terraform()
    return Command([program, "version"], folder) if program else None


def terraform_plan(folder: Path, records: int, *, for_each: bool) -> Command | None:
    """Return a Terraform plan without changes over so many resources, which are in its state; other plans fail."""
    program = _prepared_terraform(folder, records, for_each=for_each)
    if program is None:
        return None
    terraform_state(folder, records, for_each=for_each)
    once = records >= SLOW or (for_each and records >= SLOW // 10)
    return Command([program, "plan", "-input=false", "-detailed-exitcode"], folder, once=once)


def terraform_apply(folder: Path, records: int) -> Command | None:
    """Return a Terraform apply that makes so many resources; each run begins without a state."""
    program = _prepared_terraform(folder, records, for_each=False)
    if program is None:
        return None

    def forget() -> None:
        for name in ("terraform.tfstate", "terraform.tfstate.backup"):
            (folder / name).unlink(missing_ok=True)

    return Command([program, "apply", "-input=false", "-auto-approve"], folder, before=forget)


def _prepared_terraform(folder: Path, records: int, *, for_each: bool) -> str | None:
    program = terraform()
    if program is not None:
        terraform_resources(folder, records, for_each=for_each)
        Command([program, "init", "-input=false"], folder).run()
    return program


def octodns_version() -> Command | None:
    """Return `octodns-sync --version`."""
    return Command([str(OCTODNS), "--version"]) if OCTODNS.exists() else None


def octodns_plan(folder: Path, records: int) -> Command | None:
    """Return an octoDNS plan without changes over so many records, from YAML to YAML."""
    if not OCTODNS.exists():
        return None
    return Command([str(OCTODNS), f"--config-file={octodns_zone(folder, records)}"], folder)
