"""Names for what had none: subscriptions after what they are called, variables after what they hold."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from urllib.parse import urlsplit

from reconciler.records import Secret

_LONGEST = 60


class Names:
    """Gives out names once each: a second one of a kind gets a number."""

    def __init__(self, taken: Iterable[str] = (), mark: str = "-") -> None:
        self._taken = set(taken)
        self._mark = mark

    def take(self, wish: str) -> str:
        """Return `wish`, or `wish-2` and so on where it is taken."""
        name, number = wish, 1
        while name in self._taken:
            number += 1
            name = f"{wish}{self._mark}{number}"
        self._taken.add(name)
        return name


def slug(text: str) -> str:
    """Return `text` as small letters, digits and single dashes; empty where it has none of the first two."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_text.lower()).strip("-")[:_LONGEST].strip("-")


def variable(*parts: str) -> str:
    """Return the name of an environment variable made of `parts`."""
    name = "_".join(slug(part).replace("-", "_").upper() for part in parts if slug(part))
    return name if name and not name[0].isdigit() else f"HOOK_{name}".rstrip("_")


def of_url(url: str | Secret, shared_host: str | None) -> str:
    """Return a name after a URL: its host and path, without the host that all of them share."""
    parts = urlsplit(url.shown if isinstance(url, Secret) else url)
    host = host_of(url) or ""
    path = slug(parts.path)
    return path if path and host == shared_host else slug(f"{host}-{path}")


def host_of(url: str | Secret) -> str | None:
    """Return the host of a URL; None where it has none."""
    try:
        return urlsplit(url.shown if isinstance(url, Secret) else url).hostname
    except ValueError:
        return None
