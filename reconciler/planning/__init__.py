"""Planning: three views in, a plan out. Pure; it imports `records` and `errors` alone."""

from reconciler.planning.build import make_plan
from reconciler.planning.plan import Change, Difference, Drift, Outcome, Plan, Policy, Result, Views, Warned

__all__ = ["Change", "Difference", "Drift", "Outcome", "Plan", "Policy", "Result", "Views", "Warned", "make_plan"]
