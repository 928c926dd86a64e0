"""Logging to stderr, of our own loggers alone, as text or as one JSON object a line."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

from reconciler.output.visible import visible

_LEVELS = (logging.WARNING, logging.INFO, logging.DEBUG)
# They log whole URLs, and a key may travel in a query string.
_SILENCED = ("urllib3", "requests", "charset_normalizer")


def set_up_logging(verbose: int, log_format: str) -> None:
    """Send what `reconciler` logs to stderr: warnings, with `-v` also information, with `-vv` everything."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonFormatter() if log_format == "json" else _TextFormatter())
    ours = logging.getLogger("reconciler")
    ours.handlers[:] = [handler]
    ours.propagate = False
    ours.setLevel(_LEVELS[min(verbose, len(_LEVELS) - 1)])
    if log_format == "json":
        # Progress has no other way out then.
        logging.getLogger("reconciler.progress").setLevel(min(ours.level, logging.INFO))
    for name in _SILENCED:
        silenced = logging.getLogger(name)
        silenced.handlers[:] = [logging.NullHandler()]
        silenced.propagate = False
        silenced.setLevel(logging.CRITICAL)


class _TextFormatter(logging.Formatter):
    """One line a record. The text of an exception is left out: it may hold what was sent."""

    def format(self, record: logging.LogRecord) -> str:
        return f"{record.levelname.lower()}: {visible(record.getMessage())}{_type_of_error(record)}"


class _JsonFormatter(logging.Formatter):
    """One JSON object a record, with the same content."""

    def format(self, record: logging.LogRecord) -> str:
        return json.dumps(
            {
                "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
                "level": record.levelname.lower(),
                "logger": record.name,
                "message": record.getMessage() + _type_of_error(record),
            }
        )


def _type_of_error(record: logging.LogRecord) -> str:
    kind = record.exc_info[0] if record.exc_info else None
    return f" ({kind.__name__})" if kind else ""
