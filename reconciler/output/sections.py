"""The sections below a plan's changes and an apply's ending. Each adds nothing where there is nothing to tell."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.output.fields import add_difference
from reconciler.output.page import INDENT, Page
from reconciler.output.visible import place, shown, shown_text, visible
from reconciler.output.words import order
from reconciler.planning.plan import Drift, Unknown, Unmanaged, Warned

UNMANAGED_SHOWN = 20


def add_drift(page: Page, drift: Sequence[Drift]) -> None:
    """Add the records that are no longer as they were after our last write."""
    if not drift:
        return
    page.title("Drift: changed outside of reconcile since the last apply")
    for one in sorted(drift, key=order):
        add_one_drift(page, one)


def add_one_drift(page: Page, one: Drift) -> None:
    """Add a record that drifted, and how."""
    gone = ": it is gone" if one.gone else ""
    where = place(one.connection, one.scope)
    page.add(f"{visible(one.address)} ({where}), id {visible(one.id)}{gone}", 2, hang=INDENT)
    for difference in one.differences:
        add_difference(page, difference, INDENT)


def add_unmanaged(page: Page, unmanaged: Sequence[Unmanaged]) -> None:
    """Add the live records that nobody named: the first of them, the number of the others, and a way on."""
    if not unmanaged:
        return
    page.title("Not managed: in neither the file nor the state, and left alone")
    found = sorted(unmanaged, key=lambda it: (it.connection, it.scope, it.id))
    for one in found[:UNMANAGED_SHOWN]:
        add_one_unmanaged(page, one)
    if len(found) > UNMANAGED_SHOWN:
        page.add(f"and {len(found) - UNMANAGED_SHOWN} more", 2)
    page.add(
        "To manage one, declare it and run `reconcile import ADDRESS ID`; "
        "`manage: all` on a connection deletes all that is not declared there.",
        2,
        hang=2,
        tone="faint",
    )


def add_one_unmanaged(page: Page, one: Unmanaged) -> None:
    """Add a live record that nobody named."""
    events = " on " + ", ".join(visible(event) for event in one.events) if one.events else ""
    where = f"{place(one.connection, one.scope)} id {visible(one.id)}"
    page.add(f"{where}: {shown_text(shown(one.url))}{events}", 2, hang=INDENT)
    if one.note:
        page.add(visible(one.note), INDENT)


def add_unknown(page: Page, unknown: Sequence[Unknown]) -> None:
    """Add the connections, and single addresses, of which nothing can be said."""
    if not unknown:
        return
    page.title("Unknown", "bad")
    for one in sorted(unknown, key=lambda it: (it.connection, it.scope, it.address or "", it.error)):
        where = place(one.connection, one.scope)
        error = visible(one.error.removeprefix(f"{one.connection}: "))  # which begins with it, as in a log
        page.add(f"{f'{visible(one.address)} ({where})' if one.address else where}: {error}", 2)
        if one.address is None:
            page.add("nothing is created or deleted there", INDENT)


def add_refused(page: Page, refusals: Sequence[str]) -> None:
    """Add the guards that stop an apply before its first request."""
    if not refusals:
        return
    page.title("Refused: an apply of this plan makes no request at all", "bad")
    for refusal in refusals:
        page.add(f"- {visible(refusal)}", 2)


def add_warnings(page: Page, warnings: Sequence[Warned]) -> None:
    """Add what deserves a look but stops nothing."""
    if not warnings:
        return
    page.title("Warnings", "change")
    for warned in warnings:
        where = f"{visible(warned.address)}: " if warned.address else ""
        page.add(f"- {where}{visible(warned.message)}", 2)
