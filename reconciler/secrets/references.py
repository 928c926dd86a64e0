"""References in texts of the file: `${env:NAME}`, `${env:NAME:-default}`, `${file:PATH}`, `${each.…}`.

`$${` is a literal `${`. A reference makes a text, whatever it looks like: `1e3` from the environment
is three characters. Only `${each.value}` (or a field of it) that is the whole text keeps its YAML type.
No message names a value, only where it should have come from.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, TypeAlias

from reconciler.errors import ConfigError, Problem
from reconciler.slotted import dataclass

FORMS = "${env:NAME}, ${env:NAME:-default}, ${file:PATH}, ${each.key}, ${each.value} or ${each.value.field}"

_OPENING = re.compile(r"\$?\$\{")
_ENV = re.compile(r"env:([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?\Z", re.DOTALL)
_EACH = re.compile(r"each\.(key|value)((?:\.[^.\s]+)*)\Z")
_LARGEST_FILE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Reference:
    """One `${…}`. `name` is a variable, a path, or `key` or `value`; `fields` are the parts after `each.value`."""

    kind: Literal["env", "file", "each"]
    name: str
    default: str | None = None
    fields: tuple[str, ...] = ()


Part: TypeAlias = str | Reference


@dataclass(frozen=True, slots=True)
class Each:
    """What `${each.key}` and `${each.value}` stand for in one copy of a `for_each` subscription."""

    key: str
    value: Any = field(repr=False)


class Pending(str):
    """A text whose value is not known, because nothing is resolved now; it reads as it was written."""

    __slots__ = ()


def holds_reference(value: Any) -> bool:
    """Whether a text, or any text within a list or mapping, has a `${` in it."""
    if isinstance(value, str):
        return "${" in value
    if isinstance(value, list):
        return any(map(holds_reference, value))
    if isinstance(value, dict):
        return any(map(holds_reference, value.values()))
    return False


def needs_environment(text: str) -> bool:
    """Whether a text has a reference to a variable or a file. Raises `ConfigError` where one is malformed."""
    return "${" in text and any(isinstance(part, Reference) and part.kind != "each" for part in parse(text))


@lru_cache(maxsize=4096)
def parse(text: str) -> tuple[Part, ...]:
    """Return the literal texts and references that `text` is made of. Raises `ConfigError` where one is malformed."""
    parts: list[Part] = []
    literal = ""
    position = 0
    while found := _OPENING.search(text, position):
        literal += text[position : found.start()]
        position = found.end()
        if len(found.group()) == 3:
            literal += "${"
            continue
        end = text.find("}", position)
        if end < 0:
            raise _error("a reference is not closed: `}` is missing", "write $${ where a literal ${ is meant")
        if literal:
            parts.append(literal)
            literal = ""
        parts.append(_reference(text[position:end]))
        position = end + 1
    literal += text[position:]
    if literal or not parts:
        parts.append(literal)
    return tuple(parts)


def _reference(inner: str) -> Reference:
    if "${" in inner:
        raise _error("a reference cannot hold another one", f"a reference is one of {FORMS}")
    if inner.startswith("file:") and inner[5:].strip():
        return Reference("file", inner[5:])
    if found := _ENV.match(inner):
        return Reference("env", found[1], found[2])
    if (found := _EACH.match(inner)) and (found[1] == "value" or not found[2]):
        return Reference("each", found[1], None, tuple(found[2].split(".")[1:]))
    # The text may be a literal secret that happens to have `${` in it, so it is not quoted.
    hint = f"a reference is one of {FORMS}; write $${{ where a literal ${{ is meant"
    raise _error("this reference is none that is known", hint)


class Resolver:
    """Gives references their values.

    `environ` is the environment; with None nothing is resolved, and texts with env or file references become
    `Pending` (they are still checked for how they are written).
    """

    def __init__(self, environ: Mapping[str, str] | None) -> None:
        self._environ = environ
        self._files: dict[Path, str] = {}

    def value(self, text: str, folder: Path, each: Each | None = None, *, filled: bool = False) -> Any:
        """Return what `text` stands for; file paths are relative to `folder`.

        `filled`: an empty value counts as missing (credentials and secrets). Raises `ConfigError`, without
        a location, where a reference is malformed, has no value, or has no place here.
        """
        parts = parse(text)
        if len(parts) == 1 and isinstance(parts[0], Reference) and parts[0].kind == "each":
            return _each_value(parts[0], each)
        texts: list[str] = []
        problems: list[Problem] = []
        for part in parts:
            if isinstance(part, str):
                texts.append(part)
                continue
            try:
                texts.append(self._text(part, folder, each, filled))
            except ConfigError as error:
                problems += error.problems
        if problems:
            raise ConfigError(problems)
        return Pending(text) if any(isinstance(one, Pending) for one in texts) else "".join(texts)

    def _text(self, reference: Reference, folder: Path, each: Each | None, filled: bool) -> str:
        if reference.kind == "each":
            return _as_text(_each_value(reference, each))
        if self._environ is None:
            return Pending()
        if reference.kind == "file":
            return self._file(folder / reference.name, filled)
        return _variable(self._environ, reference, filled)

    def _file(self, path: Path, filled: bool) -> str:
        if path not in self._files:
            self._files[path] = _file_text(path)
        text = self._files[path]
        if filled and not text:
            raise _error(f"the file {path} is empty", "an empty value counts as missing here")
        return text


def _variable(environ: Mapping[str, str], reference: Reference, filled: bool) -> str:
    name = reference.name
    text = environ.get(name)
    if reference.default is not None:
        text = text or reference.default
    if text is None:
        hint = f"set it, or give a default: ${{env:{name}:-…}}"
        raise _error(f"the environment variable {name} is not set", hint)
    if filled and not text:
        hint = "an empty value counts as missing here; pipelines give one for a secret that they do not have"
        raise _error(f"the environment variable {name} is empty", hint)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise _error(f"the environment variable {name} is not UTF-8") from None
    return text


def _file_text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST_FILE + 1)
    except FileNotFoundError:
        raise _error(f"the file {path} is not there", "paths are relative to the file that names them") from None
    except IsADirectoryError:
        raise _error(f"{path} is a directory, and a file is wanted") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise _error(f"the file {path} cannot be read: {reason}") from None
    if len(content) > _LARGEST_FILE:
        raise _error(f"the file {path} is larger than {_LARGEST_FILE // 1024} KiB")
    try:
        text = content.decode()
    except UnicodeDecodeError:
        raise _error(f"the file {path} is not UTF-8") from None
    return text.removesuffix("\n").removesuffix("\r") if text.endswith("\n") else text


def _each_value(reference: Reference, each: Each | None) -> Any:
    if each is None:
        raise _error(f"${{each.{reference.name}}} stands in a subscription without for_each")
    if reference.name == "key":
        return each.key
    value = each.value
    for index, name in enumerate(reference.fields):
        if not isinstance(value, Mapping) or name not in value:
            path = ".".join(("each.value", *reference.fields[: index + 1]))
            there = f"it has: {', '.join(value)}" if isinstance(value, Mapping) else "it is no mapping"
            raise _error(f"there is no {path} for the key `{each.key}`", there)
        value = value[name]
    return value


def _as_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    raise _error("a list, a mapping or nothing cannot be part of a text", "use it alone: ${each.value}")


def _error(message: str, hint: str | None = None) -> ConfigError:
    return ConfigError([Problem(message, None, hint)])
