"""How an apply ended, for people: what was not done, why, and what to do next."""

from __future__ import annotations

from collections import Counter

from reconciler.output.page import INDENT, Page
from reconciler.output.sections import add_refused, add_unknown, add_warnings
from reconciler.output.visible import visible
from reconciler.output.words import STATUS_WORDS, counted, heading, order
from reconciler.planning.plan import Change, Outcome, Result, Status

_NEXT: dict[Status, str] = {
    "failed": "Put the cause right and run apply again.",
    "unknown": "Run apply again: it reads first and finds what these requests did, unless it says that it cannot.",
    "not_attempted": "Nothing was sent for these. Run apply again once what is told above is put right.",
    "interrupted": "Run apply again: it reads first, and takes up what was begun.",
}


def render_result(result: Result, *, color: bool, width: int = 80) -> str:
    """Return what is to be told after an apply: all that is not done, with its error, and the counts last."""
    page = Page(color=color, width=width)
    ended = sorted(zip(result.plan.changes, result.outcomes, strict=True), key=lambda pair: order(pair[0]))
    for status in _NEXT:
        _add_group(page, status, [pair for pair in ended if pair[1].status == status])
    add_unknown(page, result.plan.unknown)
    add_refused(page, result.plan.refusals)
    add_warnings(page, result.warnings)
    page.gap()
    page.add(_counts(result), tone="good" if result.ok else "bad")
    return page.text()


def _add_group(page: Page, status: Status, ended: list[tuple[Change, Outcome]]) -> None:
    if not ended:
        return
    # "Unknown" alone is the section of what could not be read.
    page.title("Outcome unknown" if status == "unknown" else STATUS_WORDS[status].capitalize(), "bad")
    for change, outcome in ended:
        page.add(heading(change), hang=INDENT)
        error = outcome.error or change.blocked
        if error:
            page.add(visible(error), INDENT)
    page.add(_NEXT[status], 2, hang=2)


def _counts(result: Result) -> str:
    counts = Counter(outcome.status for outcome in result.outcomes)
    parts = [f"{counts['done']} done"]
    parts += [f"{counts[status]} {STATUS_WORDS[status]}" for status in _NEXT if counts[status]]
    unread = len({(one.connection, one.scope) for one in result.plan.unknown})
    rest = f" {counted(unread, 'place')} could not be read, and may differ." if unread else ""
    return f"Apply: {', '.join(parts)}.{rest}"
