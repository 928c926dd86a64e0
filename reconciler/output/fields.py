"""A record's fields, and the differences of two, as lines of a page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconciler.output.page import Page, Tone
from reconciler.output.visible import ordered, shown, shown_change, shown_text, visible
from reconciler.planning.plan import Difference
from reconciler.records import Fields

FORCES = "forces replacement"
_WIDEST = 24


def add_fields(page: Page, fields: Fields, indent: int) -> None:
    """Add `name = value` for each field, the signs of equality below each other."""
    flat = _flat({visible(name): shown(value) for name, value in ordered(fields).items()})
    widest = min(max(map(len, flat), default=0), _WIDEST)
    for name, value in flat.items():
        _add_value(page, f"{name:<{widest}} = ", value, indent)


def add_difference(page: Page, difference: Difference, indent: int, note: str = "") -> None:
    """Add one difference: `~ path = before -> after`; what came or went of events, one a line."""
    before, after = shown_change(difference.before, difference.after)
    mark = "+" if before is None else "-" if after is None else "~"
    tone: Tone = "good" if mark == "+" else "bad" if mark == "-" else "change"
    head = f"{mark} {visible(difference.path)}"
    ending = f" ({note})" if note else ""
    if difference.path == "events" and isinstance(before, list) and isinstance(after, list):
        page.add(f"{head}{ending}", indent, tone=tone)
        _add_events(page, before, after, indent + 4)
        return
    line = f"{head} = {shown_text(before)} -> {shown_text(after)}{ending}"
    if page.fits(line, indent):
        page.add(line, indent, tone=tone)
        return
    page.add(f"{head}{ending}", indent, tone=tone)
    _add_value(page, "   ", before, indent + 2)
    _add_value(page, "-> ", after, indent + 2)


def _add_events(page: Page, before: list[Any], after: list[Any], indent: int) -> None:
    for event in sorted({*before, *after}, key=str):
        text = shown_text(event)
        if event not in before:
            page.add(f"+ {text}", indent, tone="good")
        elif event not in after:
            page.add(f"- {text}", indent, tone="bad")
        else:
            page.add(f"  {text}", indent, tone="faint")


def _add_value(page: Page, label: str, value: Any, indent: int) -> None:
    """Add a value in one line where it fits, else a list or an object item by item."""
    text = f"{label}{shown_text(value)}"
    if page.fits(text, indent) or not isinstance(value, list | dict) or not value:
        page.add(text, indent, hang=indent + len(label))
        return
    opening, closing = "[]" if isinstance(value, list) else "{}"
    page.add(f"{label}{opening}", indent)
    inner = indent + 4
    if isinstance(value, list):
        for item in value:
            _add_value(page, "", item, inner)
    else:
        for name, item in value.items():
            _add_value(page, f"{visible(name)} = ", item, inner)
    page.add(closing, indent)


def _flat(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Objects one level deep as dotted names; an empty one stays."""
    flat: dict[str, Any] = {}
    for name, value in fields.items():
        if isinstance(value, dict) and value:
            flat.update({f"{name}.{visible(inner)}": item for inner, item in value.items()})
        else:
            flat[name] = value
    return flat
