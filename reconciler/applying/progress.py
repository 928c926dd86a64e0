"""What an apply tells while it runs: callbacks that do nothing unless somebody listens."""

from __future__ import annotations

from reconciler.planning.plan import Change, Outcome


class Progress:
    """Called from the applying threads, one call at a time. Every method is a no-op to be overridden."""

    def began(self, total: int) -> None:
        """The apply is about to carry out `total` changes."""

    def started(self, change: Change) -> None:
        """A change's first request is about to leave."""

    def note(self, change: Change | None, message: str) -> None:
        """Something worth a line: a wait, a retry, a recovery. `message` holds no secret."""

    def finished(self, change: Change, outcome: Outcome) -> None:
        """A change ended."""

    def ended(self) -> None:
        """The apply is over."""
