"""A local server that behaves like every provider of the catalog, faults included.

    with Sandbox() as sandbox:
        sandbox.base_url("argyle")      # for a connection's base_url
        sandbox.records("argyle")       # what is really there

It serves on the loopback address alone and keeps nothing on disk.
"""

from reconciler.sandbox.faults import Fault, Faults, read_faults
from reconciler.sandbox.server import Sandbox, Served
from reconciler.sandbox.service import serve

__all__ = ["Fault", "Faults", "Sandbox", "Served", "read_faults", "serve"]
