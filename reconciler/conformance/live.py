"""Runs the steps over one table against the real provider, with records that it marks and removes."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Self

from reconciler.config import load
from reconciler.conformance.bench import Bench, Failed, is_marked
from reconciler.conformance.samples import Samples
from reconciler.conformance.steps import Step, everyday, sentence
from reconciler.conformance.suite import Tried, attempt
from reconciler.errors import UsageError
from reconciler.providers.protocol import Connection
from reconciler.records import Live, Scope, Secret
from reconciler.workflow.session import Session

_FILE = re.compile(r"(?<!\$)\$\{file:([^}]+)\}")
_OF_THE_FILE = ("type", "environment", "base_url", "rate", "concurrency", "timeout", "retry", "settle", "undocumented")


class LiveSuite:
    """The steps that need nothing but the provider, against the account of one connection of a hooks.yaml.

    It makes records whose URLs lie below `samples.MARKER` and deletes those alone, also what an earlier
    run has left. Scope and required fields come from `scope`, else from the file's first subscription there.
    Use it as a context manager. Raises `UsageError` where it could not clean up after itself.
    """

    def __init__(self, session: Session, connection: str, table: Path | None, scope: Scope = ()) -> None:
        settings = session.expansion.settings.get(connection)
        if settings is None:
            raise UsageError(f"There is no connection {connection} in {session.options.file}.")
        self.base_url = settings.base_url
        self._table = table
        given = _given(session, connection)
        place = {**given, **dict(scope)}
        self._samples = Samples(settings.spec, {**place, **dict(settings.spec.scope_of(place))})
        if missing := [name for name in settings.spec.needed_scope if not place.get(name)]:
            raise UsageError(f"The records of {connection} live in scopes: add --scope {'=…,'.join(missing)}=….")
        raw = load(session.options.file).providers[connection]
        folder = session.options.file.parent.resolve()
        names = (*_OF_THE_FILE, "spec", *(name for auth in settings.spec.auths for name in auth.credentials))
        self._connection: dict[str, Any] = {
            "type": settings.provider,
            **{name: _absolute(value, folder) for name, value in raw.items() if name in names},
        }
        if table is not None or "spec" in raw:
            self._connection["spec"] = str(table.resolve() if table is not None else folder / raw["spec"])
        self._folder = tempfile.TemporaryDirectory(prefix="reconcile-check-")
        self._benches = 0
        self._check_can_clean_up()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._folder.cleanup()

    def run(self) -> Iterator[Tried]:
        """Sweep what an earlier run has left, then try one step after the other, and sweep after each."""
        swept = attempt(Step("sweep", sentence(self.sweep), self.sweep), self._bench)
        yield swept
        for step in everyday(self._samples) if swept.status != "failed" else ():
            bench = self._bench()
            try:
                yield attempt(step, lambda bench=bench: bench)
            finally:
                swept = attempt(Step("sweep", sentence(self.sweep), self.sweep), lambda bench=bench: bench)
            if swept.status == "failed":
                yield swept
                return

    @staticmethod
    def sweep(bench: Bench) -> None:
        """Every record whose URL is marked is deleted, and none besides."""
        if not bench.can_list:
            bench.settles({})
            return
        with bench.connected() as connection:
            for one in _marked(bench, connection):
                connection.delete(one.scope, one.id)
            if left := [one.id for one in _marked(bench, connection)]:
                raise Failed(f"these are still there after their delete: {', '.join(left)}; delete them by hand")

    def _bench(self) -> Bench:
        self._benches += 1
        folder = Path(self._folder.name) / str(self._benches)
        folder.mkdir()
        return Bench(folder, self._connection, self._samples)

    def _check_can_clean_up(self) -> None:
        reason = self._bench().ability.cannot.get("delete")
        if reason is not None:
            self._folder.cleanup()
            raise UsageError(f"What a check makes could not be removed: {reason}. Try it without --live.")


def _marked(bench: Bench, connection: Connection) -> list[Live]:
    return [one for one in connection.list(bench.scope) if is_marked(one)]


def _given(session: Session, connection: str) -> Mapping[str, Any]:
    """Return the scope and the plain fields of the file's first subscription at a connection."""
    first = next((one for one in session.expansion.desired if one.connection == connection), None)
    if first is None:
        return {}
    plain = {name: value for name, value in first.fields.items() if name != "url" and not _holds_secret(value)}
    return {**{name: list(value) if name == "events" else value for name, value in plain.items()}, **dict(first.scope)}


def _holds_secret(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(map(_holds_secret, value.values()))
    return isinstance(value, Secret) or (isinstance(value, list | tuple) and any(map(_holds_secret, value)))


def _absolute(value: Any, folder: Path) -> Any:
    """Return a value of the file for a file elsewhere: references stay, paths in them become absolute."""
    if not isinstance(value, str):
        return value
    return _FILE.sub(lambda found: f"${{file:{folder / found[1]}}}", value)
