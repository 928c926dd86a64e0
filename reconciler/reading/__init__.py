"""Reading what is there: one view for each connection and scope, complete or unknown, side by side."""

from reconciler.reading.views import Place, read_place, read_views

__all__ = ["Place", "read_place", "read_views"]
