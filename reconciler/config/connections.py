"""From the entries under `providers:` to settings with which a connection can be opened."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reconciler.config.filling import Broken, Filler
from reconciler.config.load import Config
from reconciler.config.model import OPERATIONS, ConnectionModel
from reconciler.config.urls import problem_of_base_url
from reconciler.documents import Path as At
from reconciler.documents import choice_hint, error_in, problems_of
from reconciler.errors import Location, Problem
from reconciler.providers.protocol import Settings
from reconciler.providers.spec import Call, Spec
from reconciler.records import Secret, fold_url
from reconciler.secrets.references import Pending
from reconciler.slotted import dataclass

_OWN_KEYS = frozenset(ConnectionModel.model_fields)
_TEXTS = frozenset(("type", "spec", "environment", "base_url", "manage", "listing"))


@dataclass(frozen=True, slots=True)
class _Place:
    """A connection's entry in the file, as a source of values."""

    config: Config
    name: str

    def locate(self, path: At, key: bool = False) -> Location:
        return self.config.document.locate(("providers", self.name, *path), key)

    def folder(self, path: At) -> Path:
        return self.config.path.parent

    @property
    def location(self) -> Location:
        return self.config.document.locate(("providers", self.name), key=True)


class Connections:
    """Makes the settings of all connections of a file; what is wrong goes to `problems`."""

    def __init__(self, config: Config, filler: Filler, problems: list[Problem], *, resolve: bool) -> None:
        self._config = config
        self._filler = filler
        self._problems = problems
        self._resolve = resolve

    def settings(self, specs: Mapping[str, Spec]) -> dict[str, Settings]:
        """Return the settings of each connection in `specs`. Without `resolve` they hold no credentials."""
        found = {name: self._one(name, spec) for name, spec in specs.items() if name in self._config.providers}
        if self._resolve:
            self._check_managed(found)
        return found

    def _one(self, name: str, spec: Spec) -> Settings:
        raw = self._config.providers[name]
        place = _Place(self._config, name)
        names = tuple(dict.fromkeys(one for auth in spec.auths for one in auth.credentials))
        values = {
            key: self._filler.fill(value, (key,), place, filled=key not in _OWN_KEYS) for key, value in raw.items()
        }
        model = self._checked(values, raw, place)
        self._check_credentials(values, names, spec, place)
        return Settings(
            name=name,
            provider=provider_of(name, raw),
            spec=spec,
            base_url=self._base_url(values, spec, place),
            credentials=_chosen(values, spec) if self._resolve else {},
            adopt=model.adopt,
            manage_all=model.manage == "all",
            by_state=model.listing == "state",
            undocumented=self._undocumented(model, spec, place),
            concurrency=model.concurrency,
            rate=model.rate,
            timeout=model.timeout,
            retry=model.retry,
            settle=model.settle,
        )

    def _checked(self, values: Mapping[str, Any], raw: Mapping[str, Any], place: _Place) -> ConnectionModel:
        own = {key: value for key, value in values.items() if key in _OWN_KEYS and not _is_open(key, value)}
        error = error_in(ConnectionModel, own)
        if error is not None:
            self._problems += problems_of(error, ConnectionModel, own, place.locate, written=raw)
            wrong = {str(detail["loc"][0]) for detail in error.errors()}
            own = {key: own[key] for key in own if key not in wrong}
        return ConnectionModel.model_validate(own)

    def _check_credentials(self, values: Mapping[str, Any], names: tuple[str, ...], spec: Spec, place: _Place) -> None:
        for key, value in values.items():
            if key in _OWN_KEYS:
                continue
            if key not in names:
                hint = choice_hint(key, (*names, *sorted(_OWN_KEYS)), "its keys are")
                self._tell(f"the connection `{place.name}` ({spec.title}) has no key `{key}`", place, key, hint, True)
            elif not isinstance(value, str):
                hint = "write it in quotes" if isinstance(value, int | float) else "write it as ${env:NAME}"
                self._tell(f"`{key}` must be a text", place, key, hint)
            elif not isinstance(value, Pending) and not value.strip():
                self._tell(f"`{key}` is empty", place, key, "an empty credential counts as missing")
            elif not value.isprintable():
                self._tell(f"`{key}` holds a line break or another control character", place, key, "remove it")
        self._check_complete(values, spec, place)

    def _check_complete(self, values: Mapping[str, Any], spec: Spec, place: _Place) -> None:
        ways = [auth.credentials for auth in spec.auths]
        given = any(name in values for way in ways for name in way)
        if not ways or any(all(name in values for name in way) and (way or not given) for way in ways):
            return
        nearest = max(ways, key=lambda way: sum(name in values for name in way))
        missing = ", ".join(f"`{name}`" for name in nearest if name not in values)
        needs = ", or ".join(" and ".join(f"`{name}`" for name in way) or "none of these" for way in ways)
        message = f"the connection `{place.name}` lacks {missing}"
        self._problems.append(Problem(message, place.location, f"{spec.title} needs {needs}"))

    def _base_url(self, values: Mapping[str, Any], spec: Spec, place: _Place) -> str:
        environment, given = values.get("environment"), values.get("base_url")
        if environment is not None and given is not None:
            self._tell("`environment` and `base_url` say the same thing", place, "base_url", "keep one of them", True)
        if isinstance(given, str):
            if not isinstance(given, Pending) and (wrong := problem_of_base_url(given)):
                self._tell(f"`base_url` cannot be this: {wrong}", place, "base_url", "such as https://api.example.com")
            return given.rstrip("/")
        if isinstance(environment, str):
            return self._environment(environment, spec, place)
        if spec.base_url is None:
            environments = f" or `environment:` ({', '.join(spec.environments)})" if spec.environments else ""
            hint = f"give it `base_url:`{environments}"
            self._problems.append(Problem(f"the connection `{place.name}` has no address", place.location, hint))
            return ""
        return self._of_table(spec.base_url, place)

    def _environment(self, environment: str, spec: Spec, place: _Place) -> str:
        if environment in spec.environments:
            return self._of_table(spec.environments[environment], place)
        if not isinstance(environment, Pending):
            plain = environment == self._config.providers[place.name]["environment"]
            shown = f" `{environment}`" if plain else " of this name"
            hint = choice_hint(environment, spec.environments, "it has")
            self._tell(f"{spec.title} has no environment{shown}", place, "environment", hint)
        return ""

    def _of_table(self, url: str, place: _Place) -> str:
        if wrong := problem_of_base_url(url):
            message = f"the provider file of `{place.name}` has a bad base_url: {wrong}"
            self._problems.append(Problem(message, place.location))
        return url.rstrip("/")

    def _undocumented(self, model: ConnectionModel, spec: Spec, place: _Place) -> frozenset[str]:
        for index, operation in enumerate(model.undocumented):
            call = _call(spec, operation)
            if call is not None and not call.documented:
                continue
            state = "has no such call" if call is None else "documents it"
            known = [one for one in OPERATIONS if (found := _call(spec, one)) and not found.documented]
            hint = f"it can allow: {', '.join(known)}" if known else "remove it"
            where = place.locate(("undocumented", index))
            self._problems.append(Problem(f"`{operation}` cannot be allowed: {spec.title} {state}", where, hint))
        return frozenset(model.undocumented)

    def _check_managed(self, found: Mapping[str, Settings]) -> None:
        accounts: dict[tuple[Any, ...], Settings] = {}
        for name, one in found.items():
            revealed = sorted((key, secret.reveal()) for key, secret in one.credentials.items())
            account = (fold_url(one.base_url), tuple(revealed))
            twin = accounts.setdefault(account, one)
            if twin is not one and (twin.manage_all or one.manage_all):
                where = _Place(self._config, name)
                message = f"`{name}` and `{twin.name}` are one account, and one of them has `manage: all`"
                hint = "it would delete the other's records: make them one connection, or set `manage: declared`"
                self._problems.append(Problem(message, where.location, hint))

    def _tell(self, message: str, place: _Place, key: str, hint: str | None = None, at_key: bool = False) -> None:
        self._problems.append(Problem(message, place.locate((key,), at_key), hint))


def _is_open(key: str, value: Any) -> bool:
    """Whether only a value that is not known now can tell if it is right: a reference is always a text."""
    return key in _TEXTS and isinstance(value, Pending)


def provider_of(name: str, raw: Mapping[str, Any]) -> str:
    """Return the provider's type of a connection: its `type`, or else its own name."""
    given = raw.get("type")
    return given if isinstance(given, str) else name


def _call(spec: Spec, operation: str) -> Call | None:
    calls = {"list": spec.listing, "get": spec.get, "create": spec.create, "update": spec.update}
    return calls.get(operation, spec.delete)


def _chosen(values: Mapping[str, Any], spec: Spec) -> dict[str, Secret]:
    for auth in spec.auths:
        names = auth.credentials
        if all(isinstance(values.get(name), str) and not isinstance(values[name], Broken) for name in names):
            return {name: Secret(values[name]) for name in names}
    return {}
