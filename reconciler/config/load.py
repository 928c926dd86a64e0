"""Reads hooks.yaml and what it includes, and checks all that can be checked without a provider's table."""

from __future__ import annotations

import glob
import re
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import Any

from reconciler.config.model import FileModel, IncludedModel
from reconciler.documents import Document, Model, error_in, problems_of, read
from reconciler.errors import ConfigError, Location, Problem
from reconciler.slotted import dataclass

_NAME = re.compile(r"[^\s\[\]*?]+\Z")


@dataclass(frozen=True, slots=True)
class Entry:
    """One subscription as written, and where. Its `repr` leaves out what may be a secret in clear."""

    name: str
    values: Mapping[str, Any] = field(repr=False)
    document: Document

    @property
    def location(self) -> Location:
        """Where its name stands."""
        return self.document.locate(("subscriptions", self.name), key=True)


@dataclass(frozen=True, slots=True)
class Config:
    """A hooks.yaml as written: references unresolved, `for_each` unexpanded.

    Parts of the wrong type are empty here; that they are wrong has been told. The `repr` leaves out
    what may hold secrets in clear.
    """

    path: Path
    document: Document
    state: str = field(default=".reconcile/state.db", repr=False)
    providers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict, repr=False)
    defaults: Mapping[str, Any] = field(default_factory=dict, repr=False)
    policy: Mapping[str, Any] = field(default_factory=dict)
    entries: tuple[Entry, ...] = ()
    files: tuple[str, ...] = ()


def load(path: Path) -> Config:
    """Read hooks.yaml at `path` with all that it includes.

    Raises `ConfigError` with everything that is wrong in all the files.
    """
    problems: list[Problem] = []
    config = read_config(path, problems)
    if problems:
        raise ConfigError(in_order(problems, config.files))
    return config


def read_config(path: Path, problems: list[Problem]) -> Config:
    """Read as `load` does, but add what is wrong to `problems` and return what is right.

    Raises `ConfigError` only where the file cannot be read at all.
    """
    document = read(path)
    data = _checked(document, FileModel, problems)
    if "subscriptions" not in data and "include" not in data and isinstance(document.data, dict):
        hint = "write `subscriptions: {}` where none are wanted"
        problems.append(Problem("`subscriptions` is missing", document.locate(), hint))
    included = _included(path, document, data, problems)
    entries: dict[str, Entry] = {}
    for one in (document, *included):
        for name, values in _mappings(one.data, "subscriptions").items():
            entry = Entry(name, values, one)
            if name in entries:
                message = f"the subscription `{name}` is declared twice"
                problems.append(Problem(message, entry.location, f"the first is at {entries[name].location}"))
            else:
                entries[name] = entry
            _check_name(name, "subscription", one, "subscriptions", problems)
    providers = _mappings(data, "providers")
    for name in providers:
        _check_name(name, "connection", document, "providers", problems)
    return Config(
        path=path,
        document=document,
        state=data["state"] if isinstance(data.get("state"), str) else ".reconcile/state.db",
        providers=providers,
        defaults=_mapping(data, "defaults"),
        policy=_mapping(data, "policy"),
        entries=tuple(entries.values()),
        files=(document.name, *(one.name for one in included)),
    )


def in_order(problems: list[Problem], files: tuple[str, ...]) -> list[Problem]:
    """Return the problems without repetition, in the order of the files and of the places in them."""
    order = {name: index for index, name in enumerate(files)}

    def place(problem: Problem) -> tuple[int, int, int]:
        where = problem.location
        return (order.get(where.file, len(order)), where.line, where.column) if where else (-1, 0, 0)

    return sorted(dict.fromkeys(problems), key=place)


def check_key(key: str) -> str | None:
    """Return what is wrong with `key` as a part of an address (a name, or a key of `for_each`), or None."""
    if not key:
        return "it is empty"
    if not _NAME.match(key) or not key.isprintable():
        return "it holds a bracket, a space, a wildcard or a control character"
    return None


def _check_name(name: str, what: str, document: Document, part: str, problems: list[Problem]) -> None:
    if wrong := check_key(name):
        where = document.locate((part, name), key=True)
        hint = "use letters, digits, dashes, dots and underscores"
        problems.append(Problem(f"{name!r} cannot be the name of a {what}: {wrong}", where, hint))


def _checked(document: Document, model: type[Model], problems: list[Problem]) -> Mapping[str, Any]:
    problems += document.problems
    # `policy` may hold references; it is checked when they are resolved.
    data = document.data
    if isinstance(data, dict) and isinstance(data.get("policy"), dict):
        data = {name: value for name, value in data.items() if name != "policy"}
    error = error_in(model, data)
    if error is not None:
        problems += problems_of(error, model, document.data, document.locate)
    return document.data if isinstance(document.data, dict) else {}


def _included(path: Path, document: Document, data: Mapping[str, Any], problems: list[Problem]) -> list[Document]:
    patterns = data.get("include")
    seen = {path.resolve()}
    documents: list[Document] = []
    for index, pattern in enumerate(patterns if isinstance(patterns, list) else ()):
        if not isinstance(pattern, str):
            continue
        where = document.locate(("include", index))
        matches = sorted(glob.glob(pattern, root_dir=path.parent, recursive=True))  # noqa: PTH207  Path.glob takes no absolute pattern
        if not matches:
            hint = f"paths are relative to {path.parent}"
            problems.append(Problem(f"`{pattern}` matches no file", where, hint))
        for match in matches:
            found = path.parent / match
            if found.resolve() == path.resolve():
                problems.append(Problem(f"`{pattern}` includes the file itself", where, "name the other files only"))
            elif found.resolve() not in seen:
                seen.add(found.resolve())
                documents += _read_included(found, where, problems)
    return documents


def _read_included(path: Path, where: Location, problems: list[Problem]) -> list[Document]:
    try:
        document = read(path)
    except ConfigError as error:
        problems += [Problem(one.message, one.location or where, one.hint) for one in error.problems]
        return []
    hint = "an included file has `subscriptions:` and nothing else; the rest stays in the file that includes it"
    problems += document.problems
    wrong = error_in(IncludedModel, document.data)
    if wrong is not None:
        for problem in problems_of(wrong, IncludedModel, document.data, document.locate):
            stray = problem.message.startswith(("unknown key", "`subscriptions` is missing"))
            problems.append(Problem(problem.message, problem.location, hint) if stray else problem)
    return [document]


def _mapping(data: Any, name: str) -> Mapping[str, Any]:
    value = data.get(name) if isinstance(data, dict) else None
    return value if isinstance(value, dict) else {}


def _mappings(data: Any, name: str) -> dict[str, Mapping[str, Any]]:
    return {key: value for key, value in _mapping(data, name).items() if isinstance(value, dict)}
