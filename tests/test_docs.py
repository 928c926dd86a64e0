"""The documentation's links lead somewhere, its samples are valid, and it speaks of no particular machine."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest

ROOT = Path(__file__).parent.parent
PAGES = [
    ROOT / "README.md",
    ROOT / "CHANGELOG.md",
    *sorted(ROOT.glob("docs/**/*.md")),
    *sorted(ROOT.glob("examples/**/*.md")),
]
SHIPPED = [
    *PAGES,
    *(
        ROOT / name
        for name in ("Makefile", "hooks.yaml", "pyproject.toml", "requirements.lock", ".ci/run", ".gitignore")
    ),
    *sorted(ROOT.glob("examples/**/*.yaml")),
    *sorted(ROOT.glob("reconciler/**/*.py")),
    *sorted(ROOT.glob("reconciler/**/*.yaml")),
]

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
HOOKS_SAMPLE = re.compile(r"<!-- hooks -->\n```yaml\n(.*?)^```", re.MULTILINE | re.DOTALL)
EXCERPT = re.compile(r"<!-- from: (\S+) -->\n```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)
OF_ONE_MACHINE = re.compile(r"(?<![\w.~:/{}-])/(home|root|opt|mnt|srv|Users)/")

Reconcile: TypeAlias = Callable[..., subprocess.CompletedProcess[str]]


def _anchor(heading: str) -> str:
    words = re.sub(r"[^\w\s-]", "", re.sub(r"`", "", heading).lower())
    return re.sub(r"\s", "-", words.strip())


def _links() -> Iterator[tuple[Path, str]]:
    for page in PAGES:
        for target in LINK.findall(FENCED.sub("", page.read_text(encoding="utf-8"))):
            if "://" not in target:
                yield page, target


def _found(pattern: re.Pattern[str]) -> list[tuple[Path, re.Match[str]]]:
    return [(page, match) for page in PAGES for match in pattern.finditer(page.read_text(encoding="utf-8"))]


def _named(value: object) -> str:
    return value.stem if isinstance(value, Path) else value if isinstance(value, str) else "sample"


@pytest.mark.parametrize(("page", "target"), list(_links()), ids=_named)
def test_a_relative_link_leads_somewhere(page: Path, target: str) -> None:
    path, _, anchor = target.partition("#")
    there = (page.parent / path).resolve() if path else page

    assert there.exists()
    if anchor:
        text = FENCED.sub("", there.read_text(encoding="utf-8"))
        assert anchor in {_anchor(heading) for heading in HEADING.findall(text)}


@pytest.mark.parametrize("page", sorted(ROOT.glob("docs/*.md")), ids=_named)
def test_every_page_is_in_the_index(page: Path) -> None:
    index = ROOT / "docs" / "index.md"

    assert page == index or f"({page.name})" in index.read_text(encoding="utf-8")


@pytest.mark.parametrize(("page", "sample"), _found(HOOKS_SAMPLE), ids=_named)
def test_a_sample_of_hooks_yaml_is_valid(
    page: Path, sample: re.Match[str], tmp_path: Path, bare_reconcile: Reconcile
) -> None:
    (tmp_path / "hooks.yaml").write_text(sample[1], encoding="utf-8")

    done = bare_reconcile("validate")

    assert done.returncode == 0, f"{page.name}: {done.stderr}"


@pytest.mark.parametrize(("page", "excerpt"), _found(EXCERPT), ids=_named)
def test_an_excerpt_is_what_the_file_says(page: Path, excerpt: re.Match[str]) -> None:
    file = page.parent / excerpt[1]

    assert excerpt[2] in file.read_text(encoding="utf-8")


def test_samples_and_excerpts_are_found() -> None:
    assert len(_found(HOOKS_SAMPLE)) >= 3
    assert len(_found(EXCERPT)) >= 4


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: str(file.relative_to(ROOT)))
def test_nothing_speaks_of_one_machine(file: Path) -> None:
    assert OF_ONE_MACHINE.findall(file.read_text(encoding="utf-8")) == []


def test_the_lock_names_versions_and_hashes_alone() -> None:
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()

    strange = [
        line
        for line in lines
        if line and not re.fullmatch(r"#.*|[a-z0-9-]+==[\w.]+ \\|    --hash=sha256:[0-9a-f]{64}( \\)?", line)
    ]

    assert strange == []
    assert not [line for line in lines if "://" in line or "file:" in line]


def test_every_dependency_has_its_reason() -> None:
    page = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    names = re.findall(r'^    "([a-z-]+)>=', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)

    assert len(names) >= 6
    assert [name for name in names if name not in page] == []
