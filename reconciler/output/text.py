"""A plan for people: what would be done and why, and all that a reviewer must be told besides.

Marks say the action, words say it again, and colour says nothing that these do not.
"""

from __future__ import annotations

from reconciler.output.fields import FORCES, add_difference, add_fields
from reconciler.output.page import INDENT, Page
from reconciler.output.sections import add_drift, add_refused, add_unknown, add_unmanaged, add_warnings
from reconciler.output.visible import visible
from reconciler.output.words import TONES, captured, counted, heading, moved, order, sentence
from reconciler.planning.plan import Change, Plan


def render_plan(plan: Plan, *, color: bool, width: int = 80) -> str:
    """Return the plan as text of at most `width` columns (but for words that are longer by themselves)."""
    page = Page(color=color, width=width)
    for change in sorted(plan.changes, key=order):
        add_change(page, change)
    add_drift(page, plan.drift)
    add_unmanaged(page, plan.unmanaged)
    add_unknown(page, plan.unknown)
    add_refused(page, plan.refusals)
    add_warnings(page, plan.warnings)
    page.gap()
    _add_counts(page, plan)
    return page.text()


def add_change(page: Page, change: Change) -> None:
    """Add one change: what, why, and the fields that matter to it."""
    page.gap()
    page.add(heading(change), hang=INDENT, tone="bad" if change.blocked else TONES[change.action])
    page.add(sentence(change), INDENT)
    if change.blocked:
        page.add(f"blocked: {visible(change.blocked)}", INDENT, tone="bad")
    way = moved(change)
    if way:
        page.add(way, INDENT)
    destination = captured(change)
    if destination:
        page.add(destination, INDENT)
    if change.differences:
        for difference in change.differences:
            add_difference(page, difference, INDENT, FORCES if _forces(change, difference.path) else "")
    elif change.action == "create" and change.after:
        add_fields(page, change.after, INDENT)
    elif change.action in ("delete", "adopt") and change.before:
        add_fields(page, change.before, INDENT)


def _forces(change: Change, path: str) -> bool:
    # A record that goes elsewhere is replaced whatever its fields are.
    if change.action != "replace" or change.reason in ("connection_changed", "scope_changed"):
        return False
    return not change.forced_by or path.partition(".")[0] in change.forced_by


def _add_counts(page: Page, plan: Plan) -> None:
    """Add the last line: what is to be done, or that nothing is, and what that does not cover."""
    unknown = len({(one.connection, one.scope) for one in plan.unknown})
    if not plan.changes:
        if unknown:
            page.add(f"{counted(unknown, 'place')} could not be read, and may differ.", hang=0, tone="bad")
            page.add(f"No changes elsewhere. {_as_declared(plan.unchanged)}", hang=0)
        else:
            page.add(f"No changes. {_as_declared(plan.unchanged)}", hang=0, tone="good")
        return
    summary = plan.summary()
    counts = [f"{summary[name]} to {name}" for name in ("create", "update", "replace", "delete")]
    if summary["adopt"]:
        counts.append(f"{summary['adopt']} to adopt")
    besides = {
        "to rename": summary["rename"],
        "to forget": summary["forget"],
        "unchanged": plan.unchanged,
        "blocked": sum(change.blocked is not None for change in plan.changes),
        "unknown": unknown,
    }
    rest = ", ".join(f"{number} {name}" for name, number in besides.items() if number)
    line = f"Plan: {', '.join(counts)}."
    whole = f"{line} {rest}." if rest else line
    if rest and not page.fits(whole):
        page.add(f"{rest}.", hang=0)
        whole = line
    page.add(whole, tone="strong")


def _as_declared(number: int) -> str:
    return f"{counted(number, 'record')} {'is' if number == 1 else 'are'} as declared."
