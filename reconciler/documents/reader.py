"""Reads YAML into plain data and keeps, for errors, where everything stands.

libyaml parses; the conversion to plain data is ours, because positions, duplicate keys and tags are
gone after an ordinary load, and because only the core schema of YAML 1.2 is wanted. A plain file is
read by `quick`, and its node graph is composed only if somebody asks where something stands.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from reconciler.documents.conversion import DEEPEST, Converter, Keys
from reconciler.documents.quick import Marks, Unusual, quick
from reconciler.errors import ConfigError, Location, Problem

_LARGEST_FILE = 64 * 1024 * 1024
_MANY_OBJECTS = 100_000


class Document:
    """One YAML document: its data, what is wrong with it as YAML, and where everything stands.

    `problems` are those after which reading could go on (duplicate keys, tags, …). `validate` tells
    them; whoever uses `data` without it calls `check` first.
    """

    def __init__(self, name: str, path: Path | None, content: bytes) -> None:
        self.name = name
        self.path = path
        self.data: Any = None
        self.problems: tuple[Problem, ...] = ()
        self._content = content
        self._keys = Keys()
        self._marks: Marks = {}

    @cached_property
    def _root(self) -> yaml.Node:
        with collector_paused():
            return _compose(self._content, self.name)

    def check(self) -> None:
        """Raise `ConfigError` where the document has `problems`."""
        if self.problems:
            raise ConfigError(self.problems)

    def locate(self, path: Sequence[str | int] = (), key: bool = False) -> Location:
        """Return where the value at `path` stands, or with `key` the key that holds it.

        A path that leads nowhere gives the place of the last part that is there.
        """
        mark = self._marks.get(path) if key else None  # type: ignore[call-overload]  # any path may be asked for
        if mark is not None:
            return self._at(mark)
        node = self._root
        for index, step in enumerate(path):
            if isinstance(node, yaml.MappingNode):
                pair = self._keys.of(node).get(step) if isinstance(step, str) else None
                if pair is None:
                    break
                if key and index == len(path) - 1:
                    node = pair[0]
                    break
                node = pair[1]
            elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
                node = node.value[step]
            else:
                break
        return self._at(node.start_mark)

    def _at(self, mark: Any) -> Location:
        return Location(self.name, mark.line + 1, mark.column + 1)


@contextmanager
def collector_paused() -> Iterator[None]:
    """Hold the garbage collector back while many objects are made that all stay: it would only look in vain.

    Afterwards they are set aside (`gc.freeze`), or it would look through them all at once. Few are not: with them go
    all other objects that are there, and what of these is thrown away in a cycle is never freed.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            if gc.get_count()[0] > _MANY_OBJECTS:
                gc.freeze()
            gc.enable()


def read(path: Path) -> Document:
    """Read a YAML file. Raises `ConfigError` where it cannot be read or is not one document of YAML."""
    name = str(path)
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST_FILE + 1)
    except FileNotFoundError:
        hint = "create it, or name another file with -f"
        raise ConfigError([Problem(f"{name}: there is no such file", None, hint)]) from None
    except IsADirectoryError:
        raise ConfigError([Problem(f"{name} is a directory", None, "name a YAML file in it")]) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise ConfigError([Problem(f"{name!r} cannot be read: {reason}")]) from None
    if len(content) > _LARGEST_FILE:
        raise ConfigError([Problem(f"{name} is larger than {_LARGEST_FILE // 2**20} MiB")])
    return _parse(content, name, path)


def read_text(text: str, name: str) -> Document:
    """Read YAML from a text; `name` stands for the file in messages. Raises as `read` does."""
    try:
        content = text.encode()
    except UnicodeEncodeError as error:
        raise ConfigError([Problem("this text is not Unicode", _position(name, text[: error.start]))]) from None
    return _parse(content, name, None)


def _parse(content: bytes, name: str, path: Path | None) -> Document:
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8", "replace")
        problem = Problem("this is not UTF-8", _position(name, before), "save the file as UTF-8")
        raise ConfigError([problem]) from None
    document = Document(name, path, content)
    with collector_paused():
        try:
            document.data, document._marks = quick(content)
        except Unusual:
            converter = Converter(document._at, document._keys)
            document.data = converter.convert(document._root)
            document.problems = tuple(converter.problems)
    return document


class _TooDeep(Exception):
    pass


class _Loader(yaml.CSafeLoader):
    """Composes nodes only. Tags are left to the conversion, which is faster than resolving them by rules."""

    _depth = 0

    def resolve(self, kind: object, value: object, implicit: object) -> str:
        return ""

    def descend_resolver(self, parent: object, index: object) -> None:
        # libyaml's composer recurses in C: without this, a file of brackets ends the process.
        self._depth += 1
        if self._depth > DEEPEST:
            raise _TooDeep

    def ascend_resolver(self) -> None:
        self._depth -= 1


def _compose(content: bytes, name: str) -> yaml.Node:
    loader = _Loader(content)
    try:
        node: yaml.Node | None = loader.get_single_node()
    except _TooDeep:
        raise ConfigError([Problem(f"this is nested deeper than {DEEPEST} levels", Location(name, 1, 1))]) from None
    except yaml.reader.ReaderError:
        raise ConfigError([_forbidden_character(content.decode("utf-8-sig"), name)]) from None
    except yaml.MarkedYAMLError as error:
        raise ConfigError([_syntax_problem(error, content.decode("utf-8-sig"), name)]) from None
    finally:
        loader.dispose()
    if node is None:
        hint = "a hooks.yaml begins with `version: 1`"
        raise ConfigError([Problem("the file is empty", Location(name, 1, 1), hint)])
    return node


def _forbidden_character(text: str, name: str) -> Problem:
    found = yaml.reader.Reader.NON_PRINTABLE.search(text)
    if found is None:
        return Problem("the file holds a character that YAML does not allow", Location(name, 1, 1))
    what = f"the control character U+{ord(found.group()):04X} is not allowed here"
    return Problem(what, _position(name, text[: found.start()]), 'write it escaped in quotes, such as "\\x07"')


def _syntax_problem(error: yaml.MarkedYAMLError, text: str, name: str) -> Problem:
    mark = error.problem_mark or error.context_mark
    where = Location(name, mark.line + 1, mark.column + 1) if mark else Location(name, 1, 1)
    what = error.problem or "it cannot be parsed"
    if what == "but found another document":
        return Problem("a second document begins here", where, "keep one document in a file: remove this `---`")
    if what == "found undefined alias":
        return Problem("this alias names an anchor that is not there", where, "quote it if a text with * is meant")
    if what == "second occurrence":
        return Problem("this anchor is given twice", where, "give the second one another name")
    if _stands_at_tab(text, mark):
        return Problem("a tab stands where YAML wants spaces", where, "indent with spaces")
    begun = error.context_mark
    if error.context and begun:
        hint = f"{error.context}, which began at {Location(name, begun.line + 1, begun.column + 1)}"
        return Problem(f"this is not YAML: {what}", where, hint)
    return Problem(f"this is not YAML: {what}", where, _syntax_hint(what))


def _stands_at_tab(text: str, mark: Any) -> bool:
    lines = text.split("\n") if mark else []
    if not mark or mark.line >= len(lines):
        return False
    line = lines[mark.line]
    return "\t" in line[: mark.column + 1] and not line[: mark.column].strip()


def _syntax_hint(what: str) -> str | None:
    if what == "mapping values are not allowed in this context":
        return "a text with `: ` in it is written in quotes; a key stands on a line of its own"
    if what == "found character that cannot start any token":
        return "write the text in quotes"
    return None


def _position(name: str, before: str) -> Location:
    return Location(name, before.count("\n") + 1, len(before) - before.rfind("\n"))
