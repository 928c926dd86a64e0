"""The front door: from the path of a hooks.yaml to what it wants, or one error with all that is wrong."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path

from reconciler.config.connections import Connections, provider_of
from reconciler.config.filling import Broken, Filler
from reconciler.config.load import Config, in_order, load, read_config
from reconciler.config.model import PolicyModel
from reconciler.config.subscriptions import Subscriptions
from reconciler.documents import Path as At
from reconciler.documents import collector_paused, error_in, problems_of
from reconciler.errors import ConfigError, Location, Problem
from reconciler.planning.plan import Policy, Warned
from reconciler.providers import registry
from reconciler.providers.protocol import Settings
from reconciler.providers.spec import Spec
from reconciler.records import Desired
from reconciler.secrets.references import Pending, Resolver
from reconciler.slotted import dataclass

_SQLITE = "sqlite:///"


@dataclass(frozen=True, slots=True)
class Expansion:
    """What a file wants. `desired` is not sealed yet: see `seal_all`.

    `settings` and `specs` have an entry for each connection. `state` is the location as a path or URL,
    None where it needs a value and nothing was resolved.
    """

    path: Path
    desired: tuple[Desired, ...]
    settings: Mapping[str, Settings]
    specs: Mapping[str, Spec]
    policy: Policy
    state: str | None = field(repr=False)
    warnings: tuple[Warned, ...] = ()


def load_config(path: Path, *, resolve: bool) -> Expansion:
    """Read hooks.yaml at `path` and expand it.

    With `resolve` references get their values; without, no variable or file that they name is needed, and
    what depends on a value is not checked. Raises one `ConfigError` with everything that is wrong.
    """
    problems: list[Problem] = []
    with collector_paused():
        config = read_config(path, problems)
        specs = _specs(config, problems)
        expansion = _expand(config, specs, problems, resolve)
    if problems:
        raise ConfigError(in_order(problems, config.files))
    return expansion


def expand(config: Config, specs: Mapping[str, Spec], *, resolve: bool) -> Expansion:
    """Expand a file that was loaded; `specs` has the table of each connection. Raises as `load_config`."""
    problems: list[Problem] = []
    with collector_paused():
        expansion = _expand(config, specs, problems, resolve)
    if problems:
        raise ConfigError(in_order(problems, config.files))
    return expansion


def state_location(path: Path) -> str:
    """Return where the state of a hooks.yaml is, for commands that need nothing else of it.

    No other reference needs a value, and no provider's table is read. Raises `ConfigError`.
    """
    config = load(path)
    problems: list[Problem] = []
    state = _state(config, Filler(Resolver(os.environ), problems))
    if state is None or problems:
        raise ConfigError(problems)
    return state


def _expand(config: Config, specs: Mapping[str, Spec], problems: list[Problem], resolve: bool) -> Expansion:
    filler = Filler(Resolver(os.environ if resolve else None), problems)
    policy = _policy(config, filler, problems)
    settings = Connections(config, filler, problems, resolve=resolve).settings(specs)
    subscriptions = Subscriptions(config, specs, policy, filler, problems)
    return Expansion(
        path=config.path,
        desired=subscriptions.desired(),
        settings=settings,
        specs=specs,
        policy=Policy(max_deletes=policy.max_deletes),
        state=_state(config, filler),
        warnings=tuple(dict.fromkeys(subscriptions.warnings)),
    )


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of the main file as a source of values."""

    config: Config
    name: str

    def locate(self, path: At, key: bool = False) -> Location:
        return self.config.document.locate((self.name, *path), key)

    def folder(self, path: At) -> Path:
        return self.config.path.parent


def _policy(config: Config, filler: Filler, problems: list[Problem]) -> PolicyModel:
    part = _Part(config, "policy")
    values = filler.fill(config.policy, (), part)
    error = error_in(PolicyModel, values)
    if error is not None:

        def broken(detail: object) -> bool:
            return isinstance(detail, dict) and isinstance(detail["input"], Broken)

        problems += problems_of(error, PolicyModel, values, part.locate, written=config.policy, skip=broken)
        wrong = {str(detail["loc"][0]) for detail in error.errors()}
        values = {name: values[name] for name in values if name not in wrong}
    return PolicyModel.model_validate(values)


def _state(config: Config, filler: Filler) -> str | None:
    location = filler.fill(config.state, (), _Part(config, "state"), filled=True)
    if isinstance(location, Pending):
        return None
    text = str(location)
    folder = config.path.parent
    if text.startswith(_SQLITE):
        return _SQLITE + str(folder / text.removeprefix(_SQLITE))
    return text if "://" in text else str(folder / text)


def _specs(config: Config, problems: list[Problem]) -> dict[str, Spec]:
    """Load the table of each connection; one that cannot be had is told and left out."""
    specs: dict[str, Spec] = {}
    own_files: dict[Path, Spec] = {}
    for name, raw in config.providers.items():
        file = raw.get("spec")
        wrong = [key for key in ("spec", "type") if not isinstance(raw.get(key), str | None)]
        for key in wrong:
            problems.append(Problem(f"`{key}` must be a text", config.document.locate(("providers", name, key))))
        if wrong:
            continue
        try:
            if isinstance(file, str):
                path = config.path.parent / file
                specs[name] = own_files[path] = own_files.get(path) or registry.load_spec_file(path)
            else:
                specs[name] = registry.load_spec(provider_of(name, raw))
        except ConfigError as error:
            # A problem within the user's table says where; all others are those of this connection.
            named = [key for key in ("spec", "type") if key in raw][:1]
            where = config.document.locate(("providers", name, *named), key=not named)
            problems += [Problem(one.message, one.location or where, one.hint) for one in error.problems]
    return specs
