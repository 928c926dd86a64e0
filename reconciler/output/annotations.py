"""What is wrong in a file, as the sites that host it like to show it: GitHub, GitLab, and SARIF for the rest."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

from reconciler import __version__
from reconciler.errors import Location, Problem
from reconciler.output.visible import visible
from reconciler.planning.plan import Warned
from reconciler.slotted import dataclass

FORMATS = ("github", "gitlab", "sarif")
_PLACED = re.compile(r"(.+):(\d+):(\d+): (.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Finding:
    """One error or warning, where it stands (as far as known), and what would be right."""

    level: Literal["error", "warning"]
    message: str
    location: Location | None = None
    hint: str | None = None

    @property
    def text(self) -> str:
        """The message with its hint, in one line each."""
        return visible(self.message) + "".join(f"\n{visible(line)}" for line in (self.hint or "").splitlines())


def findings(problems: Iterable[Problem], warnings: Iterable[Warned] = ()) -> list[Finding]:
    """Return problems and warnings as findings; a warning may begin with the place that it is about."""
    found = [Finding("error", one.message, one.location, one.hint) for one in problems]
    for warned in warnings:
        placed = _PLACED.fullmatch(warned.message)
        subject = f"{warned.address}: " if warned.address else ""
        if placed:
            where = Location(placed[1], int(placed[2]), int(placed[3]))
            found.append(Finding("warning", subject + placed[4], where))
        else:
            found.append(Finding("warning", subject + warned.message))
    return found


def render_findings(found: Sequence[Finding], form: str, file: Path) -> str:
    """Return findings in one of `FORMATS`; what stands nowhere in particular is shown at the top of `file`."""
    if form == "github":
        return "".join(_command(one, file) for one in found)
    document = _code_quality(found, file) if form == "gitlab" else _sarif(found, file)
    return json.dumps(document, indent=2) + "\n"


def _command(one: Finding, file: Path) -> str:
    """One workflow command of GitHub's: no line ends in its values, and before the `::` no commas or colons."""
    where = _place(one, file)
    properties = {"file": _shown_path(where.file), "line": where.line, "col": where.column, "title": "hooks"}
    values = ",".join(f"{name}={_escaped(str(value), property_=True)}" for name, value in properties.items())
    return f"::{one.level} {values}::{_escaped(one.text)}\n"


def _escaped(text: str, *, property_: bool = False) -> str:
    text = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return text.replace(":", "%3A").replace(",", "%2C") if property_ else text


def _code_quality(found: Iterable[Finding], file: Path) -> list[dict[str, Any]]:
    """GitLab's report of code quality. Its fingerprint tells a finding again after lines were added above it."""
    seen: dict[str, int] = {}
    report = []
    for one in found:
        where = _place(one, file)
        path = _shown_path(where.file)
        basis = f"{path}\0{one.level}\0{one.text}"
        seen[basis] = seen.get(basis, 0) + 1
        report.append(
            {
                "description": one.text,
                "check_name": f"reconcile-{one.level}",
                "fingerprint": hashlib.sha256(f"{basis}\0{seen[basis]}".encode()).hexdigest(),
                "severity": "major" if one.level == "error" else "minor",
                "location": {"path": path, "lines": {"begin": where.line}},
            }
        )
    return report


def _sarif(found: Iterable[Finding], file: Path) -> dict[str, Any]:
    rules = {"error": "The file is not valid.", "warning": "Something deserves a look."}
    results = []
    for one in found:
        where = _place(one, file)
        region = {"startLine": where.line, "startColumn": where.column}
        artifact = {"uri": quote(_shown_path(where.file))}
        results.append(
            {
                "ruleId": one.level,
                "level": one.level,
                "message": {"text": one.text},
                "locations": [{"physicalLocation": {"artifactLocation": artifact, "region": region}}],
            }
        )
    driver = {
        "name": "reconcile",
        "version": __version__,
        "rules": [{"id": name, "shortDescription": {"text": text}} for name, text in rules.items()],
    }
    # Columns are counted in characters, not in UTF-16 units, as everywhere in reconcile.
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}


def _place(one: Finding, file: Path) -> Location:
    return one.location or Location(str(file), 1, 1)


def _shown_path(name: str) -> str:
    """A path as the hosting site knows it: relative to where we are, which in a pipeline is the repository."""
    path = Path(os.path.relpath(name)) if Path(name).is_absolute() else Path(name)
    return visible(path.as_posix())
