"""Reading what is there: one view for each connection and scope, complete or unknown, side by side."""

from reconciler.reading.views import Account, Place, read_accounts, read_place, read_views

__all__ = ["Account", "Place", "read_accounts", "read_place", "read_views"]
