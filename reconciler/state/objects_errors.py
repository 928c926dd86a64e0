"""What an object store says about a state, in words that help, and without a credential in them."""

from __future__ import annotations

import re

from obstore.exceptions import NotFoundError, NotSupportedError, PermissionDeniedError, UnauthenticatedError

from reconciler.errors import StateError

_NO_BUCKET = re.compile(r"NoSuchBucket|ContainerNotFound|bucket does not exist", re.IGNORECASE)
_QUERY = re.compile(r"\?\S+")  # a shared access signature travels in the query
_CREDENTIALS = (
    "The credentials of the environment were refused or are missing. Set those of the object store, "
    "and give them the right to read, write and list there."
)


def is_final(error: Exception) -> bool:
    """Whether another try would end the same, and nothing was written."""
    kinds = (NotFoundError, FileNotFoundError, PermissionError, PermissionDeniedError, UnauthenticatedError)
    return isinstance(error, (*kinds, NotSupportedError))


def no_bucket(error: Exception) -> bool:
    """Whether it is the bucket that is not there, and not just the object."""
    return _NO_BUCKET.search(str(error)) is not None


def explain(error: Exception, location: str) -> StateError:
    """Return the `StateError` that says what happened to the state at `location`, and what to do."""
    words = _QUERY.sub("?***", str(error).splitlines()[0].partition("<?xml")[0].rstrip(" :{")[:300])
    if isinstance(error, NotFoundError | FileNotFoundError):
        return StateError(f"The state {location} cannot be kept: the bucket or container is not there. Create it.")
    if isinstance(error, PermissionError | PermissionDeniedError | UnauthenticatedError):
        return StateError(f"The state {location} cannot be used: permission was denied ({words}). {_CREDENTIALS}")
    return StateError(
        f"The state {location} cannot be read or written ({words}). "
        "Check the endpoint, the region and the credentials of the environment; then run the same command again."
    )
