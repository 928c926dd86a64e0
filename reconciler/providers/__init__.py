"""Providers as tables: the format, the engine that runs it, the catalog, and where to find a table."""
