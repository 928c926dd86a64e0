"""From a file as written to the records that it wants: references, `for_each`, defaults, one record an event."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from reconciler.config import captures
from reconciler.config.clashes import Clashes
from reconciler.config.connections import provider_of
from reconciler.config.filling import Broken, Filler
from reconciler.config.load import Config, Entry, check_key
from reconciler.config.model import PolicyModel
from reconciler.config.shape import CONTROLS, Shape
from reconciler.config.urls import host_of, host_patterns, is_http, problem_of_url
from reconciler.documents import Path as At
from reconciler.documents import choice_hint, suggest
from reconciler.errors import Location, Problem
from reconciler.planning.plan import Warned
from reconciler.providers.spec import COMMON_FIELDS, Spec
from reconciler.records import Desired
from reconciler.secrets.references import Each, Pending, holds_reference, needs_environment
from reconciler.slotted import dataclass


@dataclass(frozen=True, slots=True)
class _Place:
    """A subscription with the defaults under it, as a source of values."""

    entry: Entry
    config: Config

    def locate(self, path: At = (), key: bool = False) -> Location:
        if self._is_default(path):
            return self.config.document.locate(("defaults", *path), key)
        return self.entry.document.locate(("subscriptions", self.entry.name, *path), key)

    def folder(self, path: At) -> Path:
        file = self.config.path if self._is_default(path) else self.entry.document.path
        return (file or self.config.path).parent

    def _is_default(self, path: At) -> bool:
        """Whether the value at `path` comes from `defaults`, which are merged one level deep."""
        own: Any = self.entry.values
        default: Any = self.config.defaults
        for step in path[:2]:
            if isinstance(own, dict) and step in own:
                own = own[step]
                default = default.get(step) if isinstance(default, dict) else None
            else:
                return isinstance(own, dict) and isinstance(default, dict) and step in default
        return False


_WHOLE = ("for_each", captures.NAME)
"""What a subscription's own value replaces as a whole, rather than key by key."""


class Subscriptions:
    """Makes the desired records of a file; what is wrong goes to `problems`, what deserves a look to `warnings`."""

    def __init__(
        self,
        config: Config,
        specs: Mapping[str, Spec],
        policy: PolicyModel,
        filler: Filler,
        problems: list[Problem],
    ) -> None:
        self.warnings: list[Warned] = []
        self._config = config
        self._filler = filler
        self._problems = problems
        self._policy = policy
        # Connections of one provider share its table, and so one compiled validator.
        shapes: dict[tuple[str, int], Shape] = {}
        self._shapes: dict[str, Shape] = {}
        for name, spec in specs.items():
            provider = provider_of(name, config.providers[name])
            kind = (provider, id(spec))
            self._shapes[name] = shapes[kind] = shapes.get(kind) or Shape(provider, spec)
        self._defaults = {name: self._defaults_for(shape) for name, shape in self._shapes.items()}
        self._hosts = _hosts(policy)
        self._clashes = Clashes(specs)
        self._files = captures.Files()

    def desired(self) -> tuple[Desired, ...]:
        """Return the records of all subscriptions, in the file's order."""
        self._check_defaults()
        records: list[Desired] = []
        for entry in self._config.entries:
            place = _Place(entry, self._config)
            for each in self._copies(entry, place):
                for one in self._records(entry, place, each):
                    clash = self._clashes.add(one)
                    if clash:
                        self._problems.append(clash)
                    if shared := self._files.add(one.address, one.capture):
                        where = place.locate((captures.NAME,))
                        self._problems.append(Problem(shared.message, where, shared.hint))
                    records.append(one)
        return tuple(records)

    def _copies(self, entry: Entry, place: _Place) -> Iterator[Each | None]:
        if "for_each" not in entry.values and "for_each" not in self._config.defaults:
            yield None
            return
        items = entry.values.get("for_each", self._config.defaults.get("for_each"))
        if not isinstance(items, list | dict):
            hint = "such as [a, b] or {a: 1, b: 2}"
            self._tell("`for_each` must be a list of texts or a mapping", place, ("for_each",), hint)
            return
        seen: set[str] = set()
        for index, key in enumerate(items):
            path: At = ("for_each", key if isinstance(items, dict) else index)
            wrong = _problem_of_key(key, seen)
            if wrong:
                self._tell(wrong[0], place, path, wrong[1], key=True)
                continue
            seen.add(key)
            yield Each(key, self._filler.fill(items[key], path, place) if isinstance(items, dict) else key)

    def _records(self, entry: Entry, place: _Place, each: Each | None) -> Iterator[Desired]:
        connection = self._connection(entry, place, each)
        shape = self._shapes.get(connection) if connection else None
        if connection is None or shape is None:
            self._check_without_table(entry, place, each)
            return
        written = _merged(self._defaults[connection], entry.values)
        values = self._filled(written, shape, place, each)
        problems, sound = shape.check(values, written, place.locate)
        self._problems += problems
        self._check_policy(values, shape, place)
        if sound and (wrong := captures.problem_of(values, written, shape.made)):
            self._tell(wrong[0], place, (captures.NAME,), wrong[1], key=True)
            return
        if sound:
            yield from self._of_values(values, shape, place, each, connection)

    def _check_without_table(self, entry: Entry, place: _Place, each: Each | None) -> None:
        """The connection's own trouble is told already; what is wrong whatever the provider is told in the same run."""
        written = {**self._config.defaults, **entry.values}
        known = {*COMMON_FIELDS, *CONTROLS, captures.NAME}
        known |= {name for shape in self._shapes.values() for name in shape.allowed}
        for name in entry.values:
            near = suggest(name, (*COMMON_FIELDS, *CONTROLS)) if name not in known else None
            if near:
                self._tell(f"unknown key `{name}`", place, (name,), f"did you mean `{near}`?", key=True)
        url = self._filler.fill(written.get("url"), ("url",), place, each)
        if url is None:
            self._problems.append(Problem("`url` is missing", place.locate()))
        elif not isinstance(url, str):
            self._tell("`url` must be a text", place, ("url",))
        elif not isinstance(url, Pending):
            self._check_url(url, place)
        events = written.get("events", [])
        if not isinstance(events, list) or not all(isinstance(event, str) for event in events):
            self._tell("`events` must be a list of texts", place, ("events",), "such as [created, updated]")

    def _of_values(
        self, values: dict[str, Any], shape: Shape, place: _Place, each: Each | None, connection: str
    ) -> Iterator[Desired]:
        entry = place.entry
        address = f"{entry.name}[{each.key}]" if each else entry.name
        events = self._events(values, shape, place, address)
        if values.get("enabled", True) is False and "enabled" not in shape.fields:
            return
        fields, declared = shape.record(values, f"{entry.name}-{each.key}" if each else entry.name)
        scope = shape.spec.scope_of(values)
        protect = values.get("protect", False)
        location = entry.location
        capture = captures.capture_of(values, place.folder((captures.NAME,))) if captures.NAME in values else None
        if shape.one_event:
            for event in events:
                one = {**fields, "events": (event,)}
                yield Desired(f"{address}[{event}]", connection, scope, one, declared, "", protect, location, capture)
            return
        if "events" in values:
            fields["events"] = events
        yield Desired(address, connection, scope, fields, declared, "", protect, location, capture)

    def _connection(self, entry: Entry, place: _Place, each: Each | None) -> str | None:
        written = entry.values.get("provider", self._config.defaults.get("provider"))
        if written is None:
            connections = ", ".join(self._config.providers) or "none yet"
            hint = f"name a connection under `providers:` ({connections})"
            self._problems.append(Problem("`provider` is missing", place.locate(), hint))
            return None
        name = self._filler.fill(written, ("provider",), place, each)
        if isinstance(name, Broken):
            return None
        if not isinstance(name, str):
            self._tell("`provider` must be a text: the name of a connection", place, ("provider",))
            return None
        if isinstance(name, Pending) or needs_environment(written):
            hint = "write the connection's name; `validate` must know it without any value"
            self._tell("`provider` cannot come from the environment or a file", place, ("provider",), hint)
            return None
        if name not in self._config.providers:
            hint = choice_hint(name, self._config.providers, "the connections are")
            shown = f" `{name}`" if name == written or each else ""
            self._tell(f"there is no connection{shown} under `providers:`", place, ("provider",), hint)
            return None
        return name

    def _filled(self, written: dict[str, Any], shape: Shape, place: _Place, each: Each | None) -> dict[str, Any]:
        values = written
        for name, value in written.items():
            if name != "for_each" and holds_reference(value):
                if values is written:
                    values = dict(written)
                values[name] = self._filler.fill(value, (name,), place, each, filled=name in shape.secrets)
        return values

    def _events(self, values: Mapping[str, Any], shape: Shape, place: _Place, address: str) -> tuple[str, ...]:
        given = values.get("events", ())
        events = tuple(sorted(set(given)))
        if len(events) != len(given):
            repeated = sorted({event for event in given if given.count(event) > 1})
            where = place.locate(("events",))
            self.warnings.append(Warned(f"{where}: `events` repeats {', '.join(repeated)}", address))
        for event in events:
            if shape.one_event and (wrong := re.search(r"[\[\]]", event)):
                self._tell(f"an event cannot hold `{wrong[0]}`: it is part of an address", place, ("events",))
            if shape.known_events and event not in shape.known_events and not isinstance(event, Pending):
                self.warnings.append(self._unknown_event(event, given.index(event), shape, place, address))
        return events

    def _unknown_event(self, event: str, index: int, shape: Shape, place: _Place, address: str) -> Warned:
        near = suggest(event, shape.known_events)
        hint = f"; did you mean `{near}`?" if near else ""
        where = place.locate(("events", index))
        return Warned(f"{where}: `{event}` is no event that the documents of {shape.spec.title} name{hint}", address)

    def _check_policy(self, values: Mapping[str, Any], shape: Shape, place: _Place) -> None:
        url = values.get("url")
        if isinstance(url, str) and url and not isinstance(url, Pending):
            self._check_url(url, place)
        wants_secret = self._policy.require_secret and "secret" in shape.fields and "secret" not in shape.made
        if wants_secret and "secret" not in values:
            hint = "add `secret: ${env:NAME}`"
            message = "`secret` is missing; policy.require_secret wants one"
            self._problems.append(Problem(message, place.locate(), hint))

    def _check_url(self, url: str, place: _Place) -> None:
        wrong = problem_of_url(url)
        if wrong:
            self._tell(
                f"`url` is no URL to send to: {wrong}", place, ("url",), "such as https://hooks.example.com/path"
            )
            return
        if self._policy.require_https and is_http(url):
            hint = "use https, or set policy.require_https: false"
            self._tell("`url` is http, and policy.require_https wants https", place, ("url",), hint)
        if self._hosts is not None and not self._hosts.fullmatch(host_of(url)):
            allowed = ", ".join(self._policy.allowed_hosts or ()) or "none"
            message = f"the host {host_of(url)} is not among policy.allowed_hosts"
            self._tell(message, place, ("url",), f"allowed: {allowed}")

    def _defaults_for(self, shape: Shape) -> dict[str, Any]:
        return {name: value for name, value in self._config.defaults.items() if name in shape.allowed}

    def _check_defaults(self) -> None:
        if self._shapes.keys() != self._config.providers.keys():
            return  # a table that could not be read may have the field
        known = {
            *COMMON_FIELDS,
            *CONTROLS,
            captures.NAME,
            *(name for shape in self._shapes.values() for name in shape.allowed),
        }
        for name in self._config.defaults:
            if name not in known:
                where = self._config.document.locate(("defaults", name), key=True)
                hint = choice_hint(name, sorted(known), "the fields are")
                self._problems.append(Problem(f"unknown key `{name}`: no provider of this file has it", where, hint))

    def _tell(self, message: str, place: _Place, path: At, hint: str | None = None, *, key: bool = False) -> None:
        self._problems.append(Problem(message, place.locate(path, key), hint))


def _merged(defaults: dict[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Defaults under a subscription's own values; mappings are merged one level deep."""
    merged = {**defaults, **values}
    for name in defaults.keys() & values.keys():
        if isinstance(defaults[name], dict) and isinstance(values[name], dict) and name not in _WHOLE:
            merged[name] = {**defaults[name], **values[name]}
    return merged


def _problem_of_key(key: Any, seen: set[str]) -> tuple[str, str | None] | None:
    if not isinstance(key, str):
        return "a key of `for_each` must be a text", "write it in quotes; for other values write a mapping"
    if holds_reference(key):
        return "a key of `for_each` cannot hold a reference", "it is part of an address: write it out"
    if wrong := check_key(key):
        return f"{key!r} cannot be a key of `for_each`: {wrong}", "it is part of an address"
    if key in seen:
        return f"`for_each` names `{key}` twice", "keys are unique"
    return None


def _hosts(policy: PolicyModel) -> re.Pattern[str] | None:
    """One expression for all allowed hosts; None where any is, or where they are not known yet."""
    hosts = policy.allowed_hosts
    if hosts is None or any(isinstance(host, Pending) for host in hosts):
        return None
    return host_patterns(hosts)
