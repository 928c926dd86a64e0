"""What a body says in JSON, and what is taken for none: an answer must never end a run, whatever it holds."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.http.message import json_of


@pytest.mark.parametrize(
    ("body", "said"),
    [(b'{"a": [1, null]}', {"a": [1, None]}), (rb'"\uD83D\ude00"', "😀"), (rb'"\\ud800"', "\\ud800")],
)
def test_json_is_read(body: bytes, said: Any) -> None:
    assert json_of(body) == said


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"[" * 200_000, id="nested without end"),
        pytest.param(rb'{"a": "\ud800"}', id="half a character"),
        pytest.param(rb'{"\uDC00": 1}', id="half a character in a key"),
        pytest.param(b'"\xff"', id="no UTF-8"),
        pytest.param(b'{"a": 1', id="cut short"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_what_can_be_neither_shown_nor_stored_is_no_json(body: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  of whichever kind: that it is one is what callers go by
        json_of(body)
