"""Why a stand-in does not do what a request asks for. None of these leaves the sandbox."""

from __future__ import annotations

from collections.abc import Mapping


class Refusal(Exception):
    """Base of all reasons to refuse a request."""


class Rejected(Refusal):
    """The request itself is at fault: an HTTP status and a message."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Invalid(Refusal):
    """A record is not as the table wants it: `fields` has what is wrong, by path."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{path}: {message}" for path, message in fields.items()))
        self.fields = fields


class Conflict(Refusal):
    """There is a record already that is alike in what must be unique."""


class Missing(Refusal):
    """There is no record with this id."""
