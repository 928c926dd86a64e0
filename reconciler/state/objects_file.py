"""Objects under one key, read and written on condition: nobody's write is ever lost.

A write whose answer was lost is settled by the caller, who reads and looks for its own mark.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from obstore.exceptions import AlreadyExistsError, BaseError, NotFoundError, PreconditionError

from reconciler.errors import StateError
from reconciler.state import objects_open
from reconciler.state.grouping import Outage
from reconciler.state.objects_errors import explain, is_final, no_bucket
from reconciler.state.objects_open import Bucket, open_bucket

if TYPE_CHECKING:  # a stub alone has it
    from obstore import UpdateVersion

T = TypeVar("T")
Version: TypeAlias = "UpdateVersion"
"""What tells one content of an object from the next: an etag, or Google's generation."""

PATIENCE = 30.0
"""Seconds for which a write whose answer was lost is tried again."""
PAUSE = 0.2
_NEVER: Version = {"e_tag": '"0x0"', "version": "1"}
_PROBE = b"This object stays. With it reconcile tests that the store keeps to conditions of writes.\n"


class Conflict(Exception):
    """The object is not as the write expects it; nothing was written."""


class Unsure(Exception):
    """Whether it was written is not known. `cause` is what happened."""

    def __init__(self, cause: Exception) -> None:
        super().__init__("the answer to a write was lost")
        self.cause = cause


class ObjectFile:
    """The object of a state, and those beside it (`beside` is appended to its key). Raises `StateError`."""

    def __init__(self, scheme: str, bucket: str, key: str) -> None:
        self.location = f"{scheme}://{bucket}/{key}"
        self._key = key
        self._open: Callable[[int], Bucket] = lambda retries: open_bucket(scheme, bucket, retries=retries)
        self._reading: Bucket | None = None
        self._writing: Bucket | None = None
        self._trusted = False

    def read(self, beside: str = "") -> tuple[bytes, Version] | None:
        """Return the content and its version, or None where there is no such object."""

        def get() -> tuple[bytes, Version]:
            found = self._reader().get(self._key + beside)
            return bytes(found.bytes()), _version(found.meta)

        return self._unless_missing(get)

    def version(self) -> Version | None:
        """Return the version of the state's object alone."""
        return self._unless_missing(lambda: _version(self._reader().head(self._key)))

    def write(self, content: bytes, version: Version | None, beside: str = "") -> Version:
        """Write where the object still has `version` (None: where there is none), and return the new version.

        Raises `Conflict` where it has another one, and `Unsure` where the answer was lost.
        """
        try:
            done = self._writer().put(self._key + beside, content, mode=version or "create", use_multipart=False)
        except (AlreadyExistsError, PreconditionError):
            raise Conflict from None
        except (BaseError, OSError, ValueError) as error:
            if is_final(error):
                raise explain(error, self.location) from None
            raise Unsure(error) from None
        return _version(done)

    def remove(self, beside: str) -> None:
        """Delete an object beside the state's, if it is there."""
        self._unless_missing(lambda: self._reader().delete(self._key + beside))

    def check_conditions(self) -> None:
        """Raise `StateError` where the server takes writes whose condition does not hold."""
        if self._trusted:
            return
        if self._accepts(None) and self._accepts(None):
            raise self._untrusted("created an object that was there already")
        if self._accepts(_NEVER):
            raise self._untrusted("replaced an object that was not as expected")
        self._trusted = True

    def outage(self, cause: Exception) -> Outage:
        """Return the error of a store that cannot be written now."""
        return Outage(str(explain(cause, self.location)))

    def create(self, content: bytes, beside: str) -> bool:
        """Write an object that should not be there yet; return whether it was not. Lost answers are tried again."""
        return self._accepts(None, content, beside)

    def _accepts(self, version: Version | None, content: bytes = _PROBE, beside: str = ".probe") -> bool:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                self.write(content, version, beside)
            except Conflict:
                return False
            except Unsure as unsure:
                if time.monotonic() > deadline:
                    raise self.outage(unsure.cause) from None
                time.sleep(PAUSE)
            else:
                return True

    def _untrusted(self, what: str) -> StateError:
        return StateError(
            f"The state {self.location} cannot be kept there: the server ignores the conditions of a write (it "
            f"{what}), so two runs could overwrite each other. Use a server that honours If-None-Match and If-Match."
        )

    def _unless_missing(self, request: Callable[[], T]) -> T | None:
        try:
            return request()
        except (NotFoundError, FileNotFoundError) as error:
            if no_bucket(error):
                raise explain(error, self.location) from None
            return None
        except (BaseError, OSError, ValueError) as error:
            raise explain(error, self.location) from None

    def _reader(self) -> Bucket:
        if self._reading is None:
            self._reading = self._open(objects_open.RETRIES)
        return self._reading

    def _writer(self) -> Bucket:
        # A client that repeats a conditional write by itself would take its own first try for somebody else's.
        if self._writing is None:
            self._writing = self._open(0)
        return self._writing


def _version(meta: Any) -> Version:
    version: Version = {}
    if meta.get("e_tag"):
        version["e_tag"] = meta["e_tag"]
    if meta.get("version"):
        version["version"] = meta["version"]
    return version
