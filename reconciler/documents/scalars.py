"""What a plain scalar means: the core schema of YAML 1.2, and nothing else.

So `on`, `yes`, `no` and dates stay texts, as their writers expect; `true`, `null` and numbers do not.
Source: https://yaml.org/spec/1.2.2/#1032-tag-resolution
"""

from __future__ import annotations

import math
import re
import string
from typing import Any

_WORDS: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_FIRST_OF_WORD = frozenset("~nNtTfF")
_FIRST_OF_NUMBER = frozenset("+-.0123456789")
PLAIN_LETTERS = frozenset(string.ascii_letters) - _FIRST_OF_WORD
"""What only a text begins with."""

_DECIMAL = re.compile(r"[-+]?[0-9]+\Z")
_OTHER_BASE = re.compile(r"0o[0-7]+\Z|0x[0-9a-fA-F]+\Z")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)\Z|\.(?:nan|NaN|NAN)\Z")
_LONGEST_NUMBER = 300


def plain(text: str) -> Any:
    """Return the value of a plain (unquoted) scalar.

    Raises `ValueError`, with a message for the user, for a number that JSON cannot carry.
    """
    first = text[:1]
    if first in _FIRST_OF_NUMBER:
        return _number(text)
    if first in _FIRST_OF_WORD or not first:
        return _WORDS.get(text, text)
    return text


def _number(text: str) -> Any:
    if _DECIMAL.match(text):
        if len(text) > _LONGEST_NUMBER:
            raise ValueError("this number is too long")
        return int(text)
    if _OTHER_BASE.match(text):
        if len(text) > _LONGEST_NUMBER:
            raise ValueError("this number is too long")
        return int(text, 0)
    if _FLOAT.match(text):
        value = float(text)
        if math.isfinite(value):
            return value
        raise ValueError("this number is too large")
    if _NOT_FINITE.match(text):
        raise ValueError(f"{text} is no number that JSON can carry")
    return text
