"""From live records to a hooks.yaml: what exists becomes code, and not one record is touched."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from typing import Any
from urllib.parse import unquote_plus, urlsplit

from reconciler.config import load
from reconciler.config.urls import is_http, problem_of_url
from reconciler.errors import Unreadable, UsageError
from reconciler.output.visible import ordered
from reconciler.providers.spec import FieldSpec, Spec
from reconciler.records import Live, Scope, Secret, mask_url, same, subscription_of, to_stored
from reconciler.slotted import dataclass
from reconciler.workflow.naming import Names, host_of, of_url, slug, variable
from reconciler.workflow.session import Session

_NAMED = re.compile(r"\$\{env:(\w+)")
_BRACKET = re.compile(r"[\[\]]")


@dataclass(slots=True)
class Exported:
    """What an export found: subscriptions as written, the variables that they need, and what was left out."""

    subscriptions: dict[str, dict[str, Any]] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    records: int = 0
    plain_http: bool = False


def read_live(session: Session, name: str, scopes: Sequence[Scope], ids: Sequence[str]) -> list[Live]:
    """Read all records of a connection, or those of `ids`. Raises `UsageError` where it cannot list them."""
    settings = session.expansion.settings.get(name)
    if settings is None:
        raise UsageError(f"There is no connection {name} in {session.options.file}; declare it under `providers:`.")
    needed = settings.spec.needed_scope
    places = list(scopes) or _known_scopes(session, name) or ([] if needed else [()])
    if not places:
        wanted = ",".join(f"{one}=…" for one in needed)
        raise UsageError(f"The records of {name} live in scopes: name each with --scope {wanted}.")
    for scope in places:
        if not set(needed) <= {one for one, _ in scope} <= set(settings.spec.scope):
            wanted = ", ".join(settings.spec.scope) or "none at all"
            raise UsageError(f"A scope of {name} has these parameters: {wanted}.")
    places = [settings.spec.scope_of(dict(scope)) for scope in places]
    connection = session.connection(name)
    if ids and connection.can_get:
        return [_one(connection.get(scope, one), name, one) for scope in places for one in ids]
    if not connection.can_list:
        by_id = "name them with --id, or " if connection.can_get else ""
        raise UsageError(
            f"{name} cannot be listed, so nobody can say what is there: {by_id}declare each record and take it with "
            "`reconcile import ADDRESS ID`."
        )
    found = [live for scope in places for live in connection.list(scope)]
    return [_one(next((live for live in found if live.id == one), None), name, one) for one in ids] if ids else found


def export(session: Session, name: str, records: Iterable[Live]) -> Exported:
    """Return subscriptions that are equal to these live records of a connection."""
    return _Export(session, name).made(sorted(records, key=_place))


class _Export:
    def __init__(self, session: Session, name: str) -> None:
        self._connection = name
        self._spec: Spec = session.expansion.settings[name].spec
        self._fields = self._spec.record.fields()
        self._secrets = self._spec.record.secret_fields()
        self._names = Names(subscription_of(one.address) for one in session.expansion.desired)
        self._variables = Names(variables_of(session, name), "_")
        self._by_secret: dict[str, str] = {}
        self._uses: Counter[str] = Counter()
        self._found = Exported()

    def made(self, records: Sequence[Live]) -> Exported:
        fit = self._without_twins([live for live in records if self._fits(live)])
        hosts = Counter(host_of(live.fields["url"]) for live in fit)
        shared = next(iter(hosts)) if len(hosts) == 1 else None
        for group in self._folded(fit):
            self._add(group, shared)
        self._found.records = len(fit)
        for one, uses in self._uses.items():
            self._found.variables[one] += f", and of {uses - 1} more" if uses > 1 else ""
        hidden = sorted(one for one in self._secrets if self._fields[one].visibility != "clear")
        if hidden:
            what = ", ".join(hidden)
            self._found.remarks.append(
                f"{self._spec.title} does not show {what}: add it where a record has one, as ${{env:NAME}}."
            )
        return self._found

    def _said(self, scope: Scope) -> dict[str, Any]:
        """The parameters of a scope that a subscription has to say."""
        return {name: value for name, value in scope if value != self._spec.scope[name].default}

    def _fits(self, live: Live) -> bool:
        """Whether a record can be declared; where not, why is told."""
        url = live.fields.get("url")
        text = url.reveal() if isinstance(url, Secret) else url
        events = live.fields.get("events")
        wrong = None
        if not isinstance(text, str) or not text:
            wrong = "it shows no URL"
        elif problem := problem_of_url(text):
            wrong = f"its URL cannot be declared: {problem}"
        elif "events" in self._fields and not events and self._fields["events"].default is None:
            wrong = "it shows no event"
        elif self._one_event and any(_BRACKET.search(str(one)) for one in events or ()):
            wrong = "its event holds a bracket, which is part of an address"
        else:
            needed = [one for one, spec in self._fields.items() if spec.required and self._is_absent(one, spec, live)]
            wrong = f"it shows no {', '.join(needed)}" if needed else None
        if wrong is None:
            self._found.plain_http |= is_http(str(text))
            return True
        self._found.left_out.append(f"{live.id}: {wrong}")
        return False

    def _is_absent(self, name: str, spec: FieldSpec, live: Live) -> bool:
        shown = name not in self._secrets or spec.visibility == "clear"
        return name not in ("name", "enabled") and shown and live.fields.get(name) is None

    def _without_twins(self, records: Sequence[Live]) -> list[Live]:
        """Leave out all but the first of equal records: which of them is meant only their owner knows."""
        first: dict[str, Live] = {}
        for live in records:
            twin = first.setdefault(live.key, live)
            if twin is not live:
                self._found.left_out.append(
                    f"{live.id}: it is equal to {twin.id}. Delete one of them, or a plan will ask which to adopt"
                )
        return list(first.values())

    @property
    def _one_event(self) -> bool:
        events = self._spec.record.events
        return events is not None and events.each == "one"

    def _folded(self, records: Sequence[Live]) -> list[list[Live]]:
        """Put together the records that differ in their one event only."""
        groups: dict[str, list[Live]] = defaultdict(list)
        for live in records:
            rest = {name: value for name, value in live.fields.items() if name != "events"}
            alike = json.dumps([live.scope, to_stored(rest)], sort_keys=True) if self._one_event else live.id
            groups[alike].append(live)
        return list(groups.values())

    def _add(self, group: Sequence[Live], shared_host: str | None) -> None:
        live = group[0]
        title = live.fields.get("name")
        wish = slug(title) if isinstance(title, str) else ""
        name = self._names.take(wish or of_url(live.fields["url"], shared_host) or slug(self._connection) or "hook")
        entry: dict[str, Any] = {"provider": self._connection, **self._said(live.scope)}
        for one, value in ordered(live.fields).items():
            if one == "events":
                entry[one] = sorted({event for member in group for event in member.fields["events"]})
            elif one == "url":
                entry[one] = self._url(value, name)
            elif not self._is_default(one, value, name):
                entry[one] = self._written(value, name, one)
        for one in sorted(self._secrets - entry.keys()):
            if self._fields[one].required and self._fields[one].visibility != "clear":
                entry[one] = self._reference(None, name, one)
        masked = sorted(live.masked)
        if masked:
            self._found.remarks.append(f"{name}: {', '.join(masked)} is shown masked; add it as ${{env:NAME}}.")
        self._found.subscriptions[name] = entry

    def _is_default(self, one: str, value: Any, name: str) -> bool:
        """Whether the file need not say it: nothing, a default, switched on, or the name that it gets anyway."""
        spec = self._fields[one]
        if value is None or (isinstance(value, Secret) and not (value.known and value.reveal())):
            return True
        if one == "enabled":
            return value is True
        return (one == "name" and value == name) or ("default" in spec.model_fields_set and same(value, spec.default))

    def _written(self, value: Any, name: str, *path: str) -> Any:
        if isinstance(value, Secret):
            return self._reference(value, name, *path)
        if isinstance(value, Mapping):
            return {str(key): self._written(item, name, *path, str(key)) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self._written(item, name, *path) for item in value]
        return literal(value) if isinstance(value, str) else value

    def _url(self, url: str | Secret, name: str) -> str:
        """A URL as written; what is masked in it when it is shown becomes references."""
        if not isinstance(url, Secret):
            return literal(url)
        text = url.reveal()
        parts = urlsplit(text)
        if "@" in parts.netloc:
            user = parts.netloc.rpartition("@")[0]
            text = text.replace(f"{user}@", f"\0{self._part(user, name, 'url', 'user')}\0@", 1)
        for pair in parts.query.split("&"):
            key, equals, value = pair.partition("=")
            if equals and value and mask_url(f"https://a/?{pair}") != f"https://a/?{pair}":
                reference = self._part(value, name, "url", unquote_plus(key))
                text = re.sub(rf"(?<=[?&]){re.escape(pair)}(?=[&#]|\Z)", f"{key}=\0{reference}\0", text, count=1)
        return "".join(part if index % 2 else literal(part) for index, part in enumerate(text.split("\0")))

    def _part(self, text: str, name: str, *path: str) -> str:
        return self._reference(Secret(text, f"part:{text}"), name, *path)

    def _reference(self, secret: Secret | None, name: str, *path: str) -> str:
        """A variable for a secret; equal secrets share one."""
        held = secret.fingerprint if secret is not None else None
        taken = self._by_secret.get(held) if held else None
        if taken is None:
            taken = self._variables.take(variable(self._connection, name, *path))
            if held:
                self._by_secret[held] = taken
            self._found.variables[taken] = f"{' '.join(path)} of {name}"
        self._uses[taken] += 1
        return f"${{env:{taken}}}"


def variables_of(session: Session, name: str) -> set[str]:
    """Return the variables that a connection's entry in the file names, or will name."""
    entry = load(session.options.file).providers[name]
    return {variable(name, key) for key in entry} | set(_NAMED.findall(json.dumps(entry)))


def literal(text: str) -> str:
    """Return `text` so that no reference is found in it."""
    return text.replace("${", "$${")


def _one(live: Live | None, name: str, record_id: str) -> Live:
    if live is None:
        raise Unreadable(f"{name} has no record {record_id}.")
    return live


def _known_scopes(session: Session, name: str) -> list[Scope]:
    """The scopes that the file and the state name; the only one there is, for a connection without any."""
    if not session.expansion.settings[name].spec.scope:
        return [()]
    declared = {one.scope for one in session.expansion.desired if one.connection == name}
    owned = {one.scope for one in session.store.load().records.values() if one.connection == name}
    return sorted(declared | owned)


def _place(live: Live) -> tuple[Scope, str, str]:
    return live.scope, str(live.fields.get("url")), live.id
