"""What goes to a provider and what comes back, as plain values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import field
from typing import Any, Literal, TypeAlias

from reconciler.slotted import dataclass

Effect: TypeAlias = Literal["read", "write"]


@dataclass(frozen=True, slots=True)
class Request:
    """One call, ready to be sent. `url` is complete and quoted; `effect` decides what may be sent again.

    `bare` is the address where a record travels in the query of `url`: that without the record, which may hold secrets.
    Its `repr` shows neither address nor headers nor body: each of them may carry a credential.
    """

    method: str
    url: str = field(repr=False)
    effect: Effect
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)
    bare: str | None = field(default=None, repr=False)

    @property
    def address(self) -> str:
        """What of `url` may be shown, once it is scrubbed."""
        return self.url if self.bare is None else self.bare


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer. Header names are in lower case.

    `cut` says why the body is not whole (then `body` is empty); `timed_out` that we gave up waiting for it;
    `hopeless` that a second try would end alike; `throttled` that by its words there were too many requests.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    cut: str | None = None
    timed_out: bool = False
    hopeless: bool = False
    throttled: bool = False
    _said: list[Any] = field(default_factory=list, repr=False, compare=False)

    def json(self) -> Any:
        """Return what the body says in JSON, which is read once. Raises as `json_of`."""
        if not self._said:
            self._said.append(json_of(self.body))
        return self._said[0]

    @property
    def too_many(self) -> bool:
        """Whether the provider says that there were too many requests, and that it did nothing."""
        return self.status == 429 or self.throttled

    @property
    def kind(self) -> str:
        """The media type, without parameters, in lower case; empty where none is told."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


@dataclass(frozen=True, slots=True)
class Failure:
    """No answer. `sent` is False only where the request certainly never left; `reason` holds no URL and no secret."""

    reason: str
    sent: bool
    timed_out: bool = False
    hopeless: bool = False


def json_of(body: bytes) -> Any:
    """Return what a body says in JSON. Raises `ValueError` where it is none.

    So it does for what no text can hold: nesting without end, and halves of characters, which can be neither
    shown nor stored.
    """
    try:
        found = json.loads(body.decode())
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    if b"\\ud" in body.lower():
        json.dumps(found, ensure_ascii=False).encode()
    return found
