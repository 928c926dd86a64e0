"""One suite that every table passes: what a provider should do, tried step by step through plan and apply.

with Suite("github", load_spec("github"), None) as suite:
    for tried in suite.run():
        print(tried.step, tried.status)
"""

from reconciler.conformance.suite import Suite, Tried

__all__ = ["Suite", "Tried"]
