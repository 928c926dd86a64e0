"""Planning: three views in, a plan out. Pure; it imports `records` and `errors` alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reconciler.planning.plan import Change, Difference, Drift, Outcome, Plan, Policy, Result, Views, Warned

if TYPE_CHECKING:
    from reconciler.planning.build import make_plan

__all__ = ["Change", "Difference", "Drift", "Outcome", "Plan", "Policy", "Result", "Views", "Warned", "make_plan"]


def __getattr__(name: str) -> Any:
    """Load `make_plan` when it is first asked for: commands that only name a plan's parts start without it."""
    if name != "make_plan":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from reconciler.planning.build import make_plan

    return make_plan
