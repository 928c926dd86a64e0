"""What a URL in the file must look like."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import SplitResult, urlsplit

from reconciler.records import fold_url

_PLAIN = re.compile(r"https://([a-z0-9-]+(?:\.[a-z0-9-]+)+)(?:/[!-~]*)?\Z")
_FORBIDDEN = re.compile(r"[\s\x00-\x20\x7f\\]")
_LOOPBACK = re.compile(r"127(?:\.[0-9]{1,3}){3}\Z")


def problem_of_url(url: str) -> str | None:
    """Return what is wrong with an absolute http(s) URL, without quoting it (it may hold a secret), or None."""
    if _PLAIN.match(url):
        return None
    if _FORBIDDEN.search(url):
        return "it holds a space, a backslash or a control character"
    parts = _split(url)
    if parts is None:
        return "it cannot be parsed"
    if parts.scheme not in ("http", "https"):
        return "it must begin with https://"
    if not parts.hostname or not parts.hostname.strip("."):
        return "it has no host"
    return None


def problem_of_base_url(url: str) -> str | None:
    """Return what is wrong with the address of an API: https, or any loopback address, and no more than a path."""
    wrong = problem_of_url(url)
    if wrong:
        return wrong
    parts = urlsplit(url)
    if "@" in parts.netloc:
        return "it holds a user or a password; they are credentials of the connection"
    if parts.query or parts.fragment:
        return "it ends in a query or a fragment"
    if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
        return "it must be https, because credentials travel to it (http is for loopback addresses only)"
    return None


def is_loopback(host: str) -> bool:
    """Whether a host is this machine itself."""
    host = host.lower()
    return host == "localhost" or host.endswith(".localhost") or host == "::1" or bool(_LOOPBACK.match(host))


def host_of(url: str) -> str:
    """Return the host of a good URL, folded as URLs are compared."""
    plain = _PLAIN.match(url)
    return plain[1] if plain else urlsplit(fold_url(url)).hostname or ""


def is_http(url: str) -> bool:
    """Whether a good URL is http to another machine."""
    return url[:5].lower() == "http:" and not is_loopback(host_of(url))


def host_patterns(patterns: Sequence[str]) -> re.Pattern[str]:
    """Return one expression that matches the hosts that `patterns` allow; `*` and `?` are wildcards."""
    return re.compile("|".join(f"(?:{_expression(pattern)})" for pattern in patterns) + r"|(?!)")


def _expression(pattern: str) -> str:
    try:
        pattern = pattern.encode("idna").decode()
    except UnicodeError:
        pattern = pattern.casefold()
    return "".join(".*" if c == "*" else "." if c == "?" else re.escape(c) for c in pattern.lower())


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018  # raises where the port is no number
    except ValueError:
        return None
    return parts
