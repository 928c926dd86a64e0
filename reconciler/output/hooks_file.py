"""A hooks.yaml as text, from plain values. It reads back as what was written, whatever that is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from reconciler.output.visible import visible

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_]*(?:[./-]+[A-Za-z0-9_]+)*\Z|https?://[A-Za-z0-9._~/%+-]+\Z")
_WORDS = frozenset(("true", "false", "null", "yes", "no", "on", "off", "y", "n"))
_REFERENCE = re.compile(r"\$\{(?:env:[A-Za-z0-9_]+|file:[A-Za-z0-9_./-]+)\}\Z")
_WIDTH = 100


def comment(lines: Iterable[str]) -> str:
    """Return lines as comments."""
    return "".join(f"# {visible(line)}".rstrip() + "\n" for line in lines)


def mapping(entries: Mapping[str, Any], indent: int = 0) -> str:
    """Return a mapping in block style; what is within a value is in flow style where that fits a line."""
    return "".join(_entry(name, value, indent) for name, value in entries.items())


def _entry(name: str, value: Any, indent: int) -> str:
    head = f"{' ' * indent}{_text(name)}:"
    if isinstance(value, str) and _REFERENCE.match(value):
        return f"{head} {value}\n"  # plain, as people write it; within a flow mapping its braces would need quotes
    line = f"{head} {flow(value)}\n"
    if not isinstance(value, Mapping | list | tuple) or not value or len(line) <= _WIDTH:
        return line
    if isinstance(value, Mapping):
        return f"{head}\n{mapping(value, indent + 2)}"
    return f"{head}\n" + "".join(f"{' ' * (indent + 2)}- {flow(item)}\n" for item in value)


def flow(value: Any) -> str:
    """Return a value in flow style, in one line."""
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_text(str(name))}: {flow(item)}" for name, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(flow, value)) + "]"
    return json.dumps(value)


def _text(text: str) -> str:
    """A text that is plain where nobody could take it for anything else, and in quotes where somebody could."""
    if _PLAIN.match(text) and text.lower() not in _WORDS:
        return text
    return '"' + "".join(map(_quoted, text)) + '"'


def _quoted(char: str) -> str:
    if char in '"\\':
        return f"\\{char}"
    if char.isprintable() and char != "\ufeff":
        return char
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
