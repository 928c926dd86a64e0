"""A plan as a comment on a pull request: counts first, what comes and goes in sight, the rest folded.

All that comes from outside stands in code, inline or fenced, where neither Markdown nor HTML, mentions or
links mean anything; the marks around it are longer than any run of backticks within.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from urllib.parse import quote

from reconciler.output.page import Page
from reconciler.output.sections import add_one_drift, add_one_unmanaged
from reconciler.output.text import add_change
from reconciler.output.visible import place, shown, shown_text, visible
from reconciler.output.words import order, reason_words
from reconciler.planning.plan import Action, Change, Plan

LIMIT = 60_000
"""Bytes of UTF-8. GitHub takes 65,536 characters, whatever they are made of; GitLab far more."""

_WIDTH = 100
_RESERVED = 2_000  # for the digest, the ends of what is folded, and `and N more`
_TITLES: dict[Action, str] = {
    "delete": "To delete",
    "replace": "To replace",
    "create": "To create",
    "update": "To change in place",
    "adopt": "To adopt",
    "rename": "To rename in the state alone",
    "forget": "To forget",
}
_IN_SIGHT: tuple[Action, ...] = ("delete", "replace", "create")
_SHARE = {"delete": 0.35, "replace": 0.5, "create": 0.65}


def marker(name: str) -> str:
    """Return the hidden first line by which a comment about the file `name` is found again."""
    # A comment of HTML must not hold two dashes in a row.
    return f"<!-- reconcile plan {quote(name, safe='/.').replace('-', '%2D')} -->"


def render_markdown(plan: Plan, name: str = "") -> str:
    """Return the plan as Markdown of at most `LIMIT` bytes. Equal plans give equal texts."""
    comment = _Comment(LIMIT - _RESERVED)
    comment.add(marker(name))
    comment.add(f"### Webhook subscriptions: {_counts(plan)}")
    _add_alarms(comment, plan)
    changes = sorted(plan.changes, key=order)
    for action in _IN_SIGHT:
        chosen = [change for change in changes if change.action == action]
        comment.listed(_TITLES[action], map(_line, chosen), len(chosen), _SHARE[action])
    for action in ("update", "adopt", "rename", "forget"):
        chosen = [change for change in changes if change.action == action]
        comment.folded(f"{_TITLES[action]}: {len(chosen)}", [_blocks(change) for change in chosen])
    detailed = [change for change in changes if change.action in _IN_SIGHT]
    comment.folded("Every field of what is created, replaced and deleted", [_blocks(change) for change in detailed])
    drift = [_block(partial(add_one_drift, one=one)) for one in sorted(plan.drift, key=order)]
    comment.folded(f"Drift since the last apply: {len(drift)}", drift)
    _add_unmanaged(comment, plan)
    warnings = [f"{f'{one.address}: ' if one.address else ''}{one.message}" for one in plan.warnings]
    comment.folded(f"Warnings: {len(warnings)}", [[visible(one)] for one in warnings])
    comment.add(f"<sub>Digest <code>{plan.digest}</code></sub>" if plan.digest else "")
    return comment.text()


def code(text: str) -> str:
    """Return `text` as inline code that nothing within can end."""
    text = visible(text)
    runs = [len(run) for run in re.findall(r"`+", text)]
    marks = "`" * (max(runs, default=0) + 1)
    if not text.strip():
        return "`(empty)`"
    # One space on either side belongs to the marks, and is needed where the text has one there, or a backtick.
    pad = " " if text[0] in "` " or text[-1] in "` " else ""
    return f"{marks}{pad}{text}{pad}{marks}"


def _counts(plan: Plan) -> str:
    summary = plan.summary()
    told = [f"{summary[action]} to {action}" for action in _TITLES if summary[action]] or ["no changes"]
    besides = {
        "blocked": sum(change.blocked is not None for change in plan.changes),
        "unknown": len(plan.unknown),
        "drifted": len(plan.drift),
        "unchanged": plan.unchanged,
    }
    return ", ".join([*told, *(f"{number} {word}" for word, number in besides.items() if number)])


class _Comment:
    """Collects paragraphs as long as there is room, and says how many did not fit."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._all = room
        self._parts: list[str] = []

    def add(self, text: str) -> None:
        """Add a paragraph of our own, whatever the room."""
        if text:
            self._parts.append(text)
            self._room -= _size(text) + 2

    def listed(self, title: str, lines: Iterable[str], number: int, share: float) -> None:
        """Add a list in sight, up to `share` of the whole comment being used."""
        if not number:
            return
        taken: list[str] = []
        spare = self._room - int(self._all * (1 - share))
        for line in lines:
            if spare < _size(line) + 1:
                break
            spare -= _size(line) + 1
            taken.append(line)
        if len(taken) < number:
            taken.append(f"- … and {number - len(taken)} more")
        self.add(f"**{title}: {number}**\n\n" + "\n".join(taken))

    def folded(self, title: str, blocks: Sequence[Sequence[str]]) -> None:
        """Add blocks of lines within one fence, folded, as many as there is room for."""
        if not blocks:
            return
        spare = self._room - 200
        taken: list[str] = []
        number = 0
        for block in blocks:
            size = sum(_size(line) + 1 for line in block)
            if spare < size + 1:
                break
            spare -= size + 1
            taken += block
            number += 1
        rest = f"\n\n… and {len(blocks) - number} more" if number < len(blocks) else ""
        if not taken:
            self.add(f"{title} (no room to show them here)")
            return
        longest = max((len(run) for line in taken for run in re.findall(r"`+", line)), default=0)
        fence = "`" * max(3, longest + 1)
        body = "\n".join(taken)
        inner = f"{fence}text\n{body}\n{fence}{rest}"
        self.add(f"<details><summary>{title}</summary>\n\n{inner}\n\n</details>")

    def text(self) -> str:
        """Return the comment, ending with a newline."""
        return "\n\n".join(self._parts) + "\n"


def _add_alarms(comment: _Comment, plan: Plan) -> None:
    """Add what an approval must not overlook: refusals, what is unknown, what is blocked."""
    refused = [f"- {code(one)}" for one in plan.refusals]
    comment.listed("Refused: an apply of this plan makes no request at all", refused, len(refused), 0.08)
    unknown = [
        f"- {code(f'{one.address} ({where})' if one.address else where)}: {code(one.error)}"
        for one in plan.unknown
        for where in [place(one.connection, one.scope)]
    ]
    comment.listed("Unknown: nothing is created or deleted there", sorted(unknown), len(unknown), 0.15)
    blocked = [f"{_line(one)}: {code(one.blocked)}" for one in sorted(plan.changes, key=order) if one.blocked]
    comment.listed("Blocked", blocked, len(blocked), 0.22)


def _add_unmanaged(comment: _Comment, plan: Plan) -> None:
    found = sorted(plan.unmanaged, key=lambda one: (one.connection, one.scope, one.id))
    blocks = [_block(partial(add_one_unmanaged, one=one)) for one in found]
    comment.folded(f"Not managed, and left alone: {len(found)}", blocks)


def _line(change: Change) -> str:
    """One line about a change: what, where, which one, to which URL, and why."""
    subject = code(change.address or f"id {change.id}")
    where = code(place(change.connection, change.scope))
    number = f", id {code(change.id)}" if change.id and change.address else ""
    fields = change.after or change.before or {}
    url = f", {code(shown_text(shown(fields['url'])).strip(chr(34)))}" if fields.get("url") else ""
    why = "" if change.reason == "not_at_provider" else f": {reason_words(change.reason)}"
    return f"- {'**blocked** ' if change.blocked else ''}{subject} at {where}{number}{url}{why}"


def _blocks(change: Change) -> list[str]:
    return _block(partial(add_change, change=change))


def _block(fill: Callable[[Page], None]) -> list[str]:
    page = Page(color=False, width=_WIDTH)
    fill(page)
    return page.text().splitlines()


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))
