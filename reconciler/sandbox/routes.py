"""From a table's calls to the operation that a request means."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

from reconciler.providers.spec import Call, Spec
from reconciler.sandbox.faults import Operation


@dataclass(frozen=True, slots=True)
class Route:
    """One call of the table, and the parameters that its path gave: scope and `id`, unquoted."""

    operation: Operation
    call: Call
    parameters: dict[str, str]


class Routes:
    """All calls of one table, those included that no document names."""

    def __init__(self, spec: Spec) -> None:
        calls: list[tuple[Operation, Call | None]] = [("login", auth.login) for auth in spec.auths]
        calls += [("account", spec.account), ("list", spec.listing), ("get", spec.get)]
        calls += [("create", spec.create), ("update", spec.update), ("delete", spec.delete)]
        calls += [("rotate", spec.rotate)]
        self._routes = [
            (operation, call, pattern(call.path.strip("/"), "[^/]+")) for operation, call in calls if call is not None
        ]

    def find(self, method: str, path: str) -> Route | set[str]:
        """Return what a request means, or the methods that its path takes (none: the path is unknown)."""
        allowed: set[str] = set()
        for operation, call, shape in self._routes:
            if found := shape.fullmatch(path):
                if call.method == method:
                    values = {name: unquote(value) for name, value in found.groupdict().items()}
                    return Route(operation, call, values)
                allowed.add(call.method)
        return allowed


def pattern(template: str, value: str) -> re.Pattern[str]:
    """Return what a filled template looks like: each `{name}` in it is a group that fits the expression `value`."""
    parts = re.split(r"\{(\w+)\}", template)
    return re.compile("".join(f"(?P<{part}>{value})" if odd % 2 else re.escape(part) for odd, part in enumerate(parts)))
