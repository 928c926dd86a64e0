"""Plans made by hand: one change of each action, and everything else that a plan can hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from reconciler.planning.plan import (
    Change,
    Difference,
    Drift,
    Origin,
    Plan,
    Unknown,
    Unmanaged,
    Warned,
)
from reconciler.records import Secret

CANARY = "canary-7f3a"
URL = "https://hooks.example.com/argyle"


def sealed(value: str = CANARY, mark: str = "aa", shown: str = "(sensitive)") -> Secret:
    return Secret(value, mark, shown)


def fields(**more: Any) -> Mapping[str, Any]:
    return {
        "config": {"days_synced": 30},
        "url": URL,
        "events": ("paystubs.added", "paystubs.removed"),
        "secret": sealed(),
        **more,
    }


@pytest.fixture
def full() -> Plan:
    """A plan with every action and every section."""
    masked = "https://***@hooks.example.com/"
    return Plan(
        changes=(
            Change("lists[list-published]", "studiewinkel", "studiewinkel", (), "forget", "not_at_provider", id="9"),
            Change("income", "argyle-sandbox", "argyle", (), "create", "not_at_provider", after=fields()),
            Change(
                "changed",
                "argyle-sandbox",
                "argyle",
                (("repo", "acme/web"),),
                "update",
                "field_changed",
                id="a1",
                before=fields(),
                after=fields(secret=sealed("other-" + CANARY, "bb")),
                differences=(
                    Difference("events", ("paystubs.added", "paystubs.removed"), ("paystubs.added", "users.added")),
                    Difference("config.days_synced", 30, 60),
                    Difference("description", None, "what it is for"),
                    Difference("name", "former", None),
                    Difference("secret", sealed(), sealed("other-" + CANARY, "bb")),
                    Difference("url", sealed(CANARY, "1", masked), sealed("x" + CANARY, "2", masked)),
                    Difference("headers", {"X-Key": sealed(), "X-Old": sealed()}, {"X-Key": sealed("n", "cc")}),
                ),
            ),
            Change(
                "replaced",
                "argyle-sandbox",
                "argyle",
                (),
                "replace",
                "immutable_field_changed",
                id="a2",
                before=fields(),
                after=fields(),
                differences=(Difference("url", "https://a.example/", "https://b.example/"), Difference("note", 1, 2)),
                forced_by=frozenset({"url"}),
            ),
            Change(
                "moved",
                "lipscore",
                "lipscore",
                (),
                "replace",
                "connection_changed",
                id="17",
                before=fields(),
                after=fields(),
                differences=(Difference("url", "https://a.example/", "https://b.example/"),),
                origin=Origin("moved", "lipscore-test", (("shop", "x"),), "17"),
            ),
            Change("old", "lipscore", "lipscore", (), "delete", "not_declared", id="4711", before=fields()),
            Change(None, "lipscore", "lipscore", (), "delete", "not_declared", id="4712", before=fields()),
            Change("taken", "lipscore", "lipscore", (), "adopt", "equal_record_found", id="18", before=fields()),
            Change(
                "new-name",
                "lipscore",
                "lipscore",
                (),
                "rename",
                "address_changed",
                id="19",
                origin=Origin("old-name", "lipscore", (), "19"),
            ),
            Change(
                "fares[dbs]",
                "flightrates",
                "flightrates",
                (),
                "delete",
                "not_declared",
                id="f1",
                before=fields(),
                blocked="no document names a delete; `undocumented: [delete]` on the connection allows it",
            ),
        ),
        drift=(
            Drift("changed", "argyle-sandbox", (), "a1", (Difference("events", ("a",), ("a", "b")),)),
            Drift("lists[list-published]", "studiewinkel", (), "9", gone=True),
        ),
        unmanaged=(
            Unmanaged("lipscore", (), "77", sealed(CANARY, "u", masked), ("rating_created",), note="import it so"),
        ),
        unknown=(Unknown("acme", (("org", "o"),), "401 from the provider: check the credentials"),),
        warnings=(Warned("the state is new", "income"), Warned("of everything")),
        refusals=("12 records would be deleted, and max_deletes is 10",),
        unchanged=3,
        digest="sha256:00ff",
    )
