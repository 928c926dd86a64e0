"""Applying: the order of the steps, their execution, and recovery from what was cut short."""

from reconciler.applying.captures import Captures
from reconciler.applying.ledger import Author, Ledger
from reconciler.applying.progress import Progress
from reconciler.applying.recovery import Recovery, recover
from reconciler.applying.run import Means, carry_out

__all__ = ["Author", "Captures", "Ledger", "Means", "Progress", "Recovery", "carry_out", "recover"]
