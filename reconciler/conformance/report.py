"""How a check went: a line a step, and the reason wherever it is not well."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reconciler.conformance.suite import Tried
from reconciler.output.page import Page, Tone
from reconciler.output.visible import visible
from reconciler.output.words import counted

_TONES: dict[str, Tone] = {"ok": "plain", "failed": "bad", "skipped": "faint"}
_INDENT = 9


def render_tried(tried: Tried, *, color: bool, width: int = 80) -> str:
    """Return one step: its status and name, what should happen, and why it did not."""
    page = Page(color=color, width=width)
    page.add(f"{tried.status:<{_INDENT}}{tried.step}: {tried.does}", hang=_INDENT, tone=_TONES[tried.status])
    for line in (tried.reason or "").splitlines():
        page.add(visible(line.strip()), _INDENT, hang=_INDENT, tone=_TONES[tried.status])
    return page.text()


def render_total(all_tried: Sequence[Tried]) -> str:
    """Return the line at the end."""
    found = [one.status for one in all_tried]
    parts = [f"{found.count(status)} {status}" for status in ("ok", "failed", "skipped") if status in found]
    return f"\n{counted(len(found), 'step')}: {', '.join(parts)}.\n"


def check_json(name: str, all_tried: Sequence[Tried]) -> dict[str, Any]:
    """Return the whole check as plain JSON."""
    steps = [one._asdict() for one in all_tried]
    return {"table": name, "ok": all(one.status != "failed" for one in all_tried), "steps": steps}
