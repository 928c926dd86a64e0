"""Reads the plain kind of YAML, which nearly every file is, without building a node graph.

The events of libyaml become data at once: half the time and memory of composing nodes first. Whatever
needs a closer look (an alias, a merge, a tag, a key that stands twice, a mistake of any kind) is
`Unusual`, and the whole document is then read by way of its nodes, which know where they stand.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from reconciler.documents.conversion import DEEPEST
from reconciler.documents.scalars import PLAIN_LETTERS, plain

Marks: TypeAlias = dict[tuple[Any, str], Any]
"""Where the keys of the second level stand: the names of subscriptions and connections, which are often asked for."""

_NO_KEY = object()
_SECOND = 2
_DEEPEST = DEEPEST - 1  # a scalar is a level, too


class Unusual(Exception):
    """The document is not of the plain kind; nothing is said of what it is."""


def quick(content: bytes) -> tuple[Any, Marks]:
    """Return the data of one YAML document, with marks. Raises `Unusual` where it is not of the plain kind."""
    marks: Marks = {}
    parser = yaml.CBaseLoader(content)
    try:
        parser.get_event()
        if not isinstance(parser.get_event(), DocumentStartEvent):
            raise Unusual
        data = _value(parser, marks)
        parser.get_event()
        if not isinstance(parser.get_event(), StreamEndEvent):
            raise Unusual
    except (yaml.YAMLError, ValueError):
        raise Unusual from None
    finally:
        parser.dispose()
    return data, marks


def _value(parser: Any, marks: Marks) -> Any:  # noqa: C901, PLR0912 -- a case for each kind of event
    """Return the value that begins with the next event. One loop, for a call a value would take twice as long."""
    next_event = parser.get_event
    outer: list[tuple[Any, Any]] = []
    holder: Any = None
    key: Any = _NO_KEY
    while True:
        event = next_event()
        kind = type(event)
        if kind is ScalarEvent:
            value: Any = event.value
            style = event.style
            if event.tag or event.anchor:
                raise Unusual
            if not style and value[:1] not in PLAIN_LETTERS:
                if value == "<<":
                    raise Unusual
                value = plain(value)
        elif kind is MappingEndEvent or kind is SequenceEndEvent:
            value = holder
            holder, key = outer.pop()
        elif kind is MappingStartEvent or kind is SequenceStartEvent:
            if event.tag or event.anchor or len(outer) >= _DEEPEST:
                raise Unusual
            outer.append((holder, key))
            holder = {} if kind is MappingStartEvent else []
            key = _NO_KEY
            continue
        else:
            assert kind is AliasEvent  # noqa: S101  nothing else stands within a document
            raise Unusual
        if type(holder) is dict:
            if key is not _NO_KEY:
                holder[key] = value
                key = _NO_KEY
            elif type(value) is str and value not in holder:
                key = value
                if len(outer) == _SECOND:
                    marks[outer[1][1], key] = event.start_mark
            else:
                raise Unusual
        elif holder is None:
            return value
        else:
            holder.append(value)
