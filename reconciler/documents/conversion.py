"""From the node graph of a YAML document to plain data, with every problem that shows on the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import yaml

from reconciler.documents.scalars import PLAIN_LETTERS, plain
from reconciler.errors import ConfigError, Location, Problem

_MOST_ALIASED = 500_000
"""Nodes that aliases and merges may add to what is written; a real file is far below, a bomb far above."""

DEEPEST = 100
"""Levels of nesting, aliases followed."""

Pair: TypeAlias = tuple[yaml.Node, yaml.Node]


class Keys:
    """The keys of mappings by name, with what they merge; made when first asked for, as only errors do."""

    def __init__(self) -> None:
        self._known: dict[int, dict[str, Pair]] = {}

    def of(self, mapping: yaml.MappingNode) -> dict[str, Pair]:
        """Return the key and value node of each key of `mapping`; its own before merged ones, the first of twins."""
        found = self._known.get(id(mapping))
        if found is None:
            # Known before it is filled: a mapping that merges itself must end.
            found = self._known[id(mapping)] = {}
            merges: list[yaml.MappingNode] = []
            for key, value in mapping.value:
                if is_merge(key):
                    merges += merge_sources(value)
                elif isinstance(key, yaml.ScalarNode):
                    found.setdefault(key.value, (key, value))
            for source in merges:
                for name, pair in self.of(source).items():
                    found.setdefault(name, pair)
        return found


def is_merge(key: yaml.Node) -> bool:
    """Whether a key is the merge key `<<` (a quoted one is a key like any other)."""
    return isinstance(key, yaml.ScalarNode) and key.value == "<<" and not key.style


def merge_sources(value: yaml.Node) -> list[yaml.MappingNode]:
    """Return the mappings that a merge key names; what is no mapping is left out."""
    nodes = value.value if isinstance(value, yaml.SequenceNode) else [value]
    return [node for node in nodes if isinstance(node, yaml.MappingNode)]


class Converter:
    """Converts one document; `problems` has what was found, and the data is the best that can be made of it."""

    def __init__(self, at: Callable[[Any], Location], keys: Keys) -> None:
        self.problems: list[Problem] = []
        self._at = at
        self._keys = keys
        self._done: dict[int, tuple[Any, int]] = {}
        self._open: set[int] = set()
        self._nodes = 0
        self._aliased = 0

    def convert(self, node: yaml.Node) -> Any:
        """Return the plain data of a node. Raises `ConfigError` where aliases make it grow without measure."""
        self._nodes += 1
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node)
        known = self._done.get(id(node))
        if known is not None:
            self._check_alias(*known, node)
            return known[0]
        if id(node) in self._open:
            self._report("this alias holds itself", node, "write out what is meant")
            return None
        self._open.add(id(node))
        before = self._nodes + self._aliased
        if node.tag:
            self._report_tag(node)
        value = self._mapping(node) if isinstance(node, yaml.MappingNode) else [self.convert(one) for one in node.value]
        self._open.discard(id(node))
        self._done[id(node)] = (value, self._nodes + self._aliased - before + 1)
        return value

    def _scalar(self, node: yaml.ScalarNode) -> Any:
        if node.tag:
            self._report_tag(node)
        text: str = node.value
        # Most scalars are quoted or begin with a letter that begins nothing else: no further question.
        if node.style or text[:1] in PLAIN_LETTERS:
            return text
        try:
            return plain(text)
        except ValueError as error:
            self._report(str(error), node, "write it in quotes if a text is meant")
            return None

    def _mapping(self, node: yaml.MappingNode) -> dict[str, Any]:
        data: dict[str, Any] = {}
        merge: Pair | None = None
        for key, value in node.value:
            if key.value == "<<" and is_merge(key):
                if merge is not None:
                    self._report("`<<` stands here twice", key, "merge several with `<<: [*a, *b]`")
                merge = merge or (key, value)
                continue
            name = self._key(key)
            item = self.convert(value)
            if name is None:
                continue
            if name in data:
                first = self._at(self._keys.of(node)[name][0].start_mark)
                self._report(f"the key `{name}` stands twice in one mapping", key, f"the first is at {first}")
                continue
            data[name] = item
        if merge is not None:
            self._merge(data, merge[1])
        return data

    def _key(self, node: yaml.Node) -> str | None:
        if not isinstance(node, yaml.ScalarNode):
            self._report("a key must be a text, and this is a list or a mapping", node)
            return None
        value = self._scalar(node)
        if isinstance(value, str):
            return value
        if node.value:
            self._report(f"the key {node.value} is not a text", node, f'write it in quotes: "{node.value}"')
        else:
            self._report("a key is missing here", node)
        return None

    def _merge(self, data: dict[str, Any], node: yaml.Node) -> None:
        sources = node.value if isinstance(node, yaml.SequenceNode) else [node]
        for source in sources:
            merged = self.convert(source)
            if not isinstance(source, yaml.MappingNode):
                self._report("`<<` merges mappings only, and this is none", source, "name a mapping: `<<: *name`")
            elif merged is not None:
                for name, value in merged.items():
                    data.setdefault(name, value)

    def _check_alias(self, value: Any, size: int, node: yaml.Node) -> None:
        self._aliased += size
        if self._aliased > _MOST_ALIASED or len(self._open) + _height(value) > DEEPEST:
            self._report("aliases make this document grow without measure", node, "write out what is meant")
            raise ConfigError(self.problems)

    def _report_tag(self, node: yaml.Node) -> None:
        self._report(f"the tag {_short_tag(node.tag)} is not allowed", node, "remove it; quotes make a text")

    def _report(self, message: str, node: yaml.Node, hint: str | None = None) -> None:
        self.problems.append(Problem(message, self._at(node.start_mark), hint))


def _height(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max(map(_height, inner), default=0)


def _short_tag(tag: str) -> str:
    prefix = "tag:yaml.org,2002:"
    return f"!!{tag[len(prefix) :]}" if tag.startswith(prefix) else tag
