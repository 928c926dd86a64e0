"""Makes a provider's words and addresses fit to be shown: the one place where this is done for HTTP."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterable, Iterator
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from reconciler.records import SENSITIVE, mask_url

_LIMIT = 300
_CONSIDERED = 16_384
_SHORT = 4
_WIDEST = 12
_SPACES = " \t\n\r"
_BASE64 = {"+": r"(?:\+|-|%2B)", "/": r"(?:\\?/|_|%2F)"}


class Redactor:
    """Knows a connection's secret values, and takes them out of text in every form in which they travel.

    `secrets` are the values; `parameters` are names of query parameters that carry credentials.
    """

    def __init__(self, secrets: Iterable[str] = (), parameters: Iterable[str] = ()) -> None:
        self._secrets = frozenset(secret for secret in secrets if secret)
        self._parameters = frozenset(parameters)
        self._compiled: tuple[frozenset[str], re.Pattern[str] | None] | None = None

    def add(self, secret: str) -> None:
        """Learn one more value, for good (a token that a log-in gave)."""
        self._secrets |= {secret}

    def plus(self, secrets: Iterable[str]) -> Redactor:
        """Return a redactor that knows `secrets` too (those of the record that is being written)."""
        more = frozenset(secrets) - self._secrets
        return Redactor(self._secrets | more, self._parameters) if more else self

    def scrub(self, text: str, limit: int = _LIMIT) -> str:
        """Return `text` without secrets, with control characters made visible, at most `limit` characters long."""
        clean = self._without_secrets(text[:_CONSIDERED])
        if len(text) > _CONSIDERED:  # the cut may have gone through a secret, and what is left of it is not known
            clean = clean[: -_WIDEST * max(map(len, self._secrets), default=0) or None]
        shown = visible(clean)
        return shown if len(shown) <= limit else shown[: limit - 1] + "…"

    def address(self, url: str) -> str:
        """Return a URL as it may be shown: credentials in user-info, query or path are taken out."""
        masked = mask_url(url)
        parts = urlsplit(masked)
        if self._parameters and parts.query:
            pairs = parse_qsl(parts.query, keep_blank_values=True)
            kept = [(name, "***" if name in self._parameters else value) for name, value in pairs]
            masked = urlunsplit(parts._replace(query=urlencode(kept, quote_via=quote, safe="*/:,@")))
        return self.scrub(masked)

    def _without_secrets(self, text: str) -> str:
        secrets, compiled = self._secrets, self._compiled
        if compiled is None or compiled[0] is not secrets:  # most redactors never have anything to scrub
            self._compiled = compiled = (secrets, _pattern(secrets))
        return compiled[1].sub(SENSITIVE, text) if compiled[1] else text


def visible(text: str) -> str:
    """Return `text` with terminal escapes, newlines and other unprintable characters written out."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def _pattern(secrets: frozenset[str]) -> re.Pattern[str] | None:
    if not secrets:
        return None
    forms = [form for secret in sorted(secrets, key=len, reverse=True) for form in _forms(secret)]
    return re.compile("|".join(forms), re.IGNORECASE)


def _forms(secret: str) -> Iterator[str]:
    """Yield what the value looks like: as it is, and as URLs, JSON, HTML, base64 and hexadecimal digits write it."""
    plain = "".join(_space(part) if part.isspace() else _character(part) for part in re.findall(r"\s+|\S", secret))
    if len(secret) < _SHORT:  # it would be found within ordinary words, so it must stand alone
        yield rf"(?<!\w){plain}(?!\w)"
        return
    yield plain
    encoded = secret.encode("utf-8", "surrogatepass")
    # What stands before it shifts base64 by one of three; what the neighbours have a part in is left out.
    for shift, skipped in ((0, 0), (1, 2), (2, 3)) if len(encoded) > _SHORT else ((0, 0),):
        text = base64.b64encode(bytes(shift) + encoded)[skipped : (shift + len(encoded)) * 8 // 6].decode()
        yield "".join(_BASE64.get(char, char) for char in text)
    yield encoded.hex()


def _space(run: str) -> str:
    """Return an expression for white space: what collapses it, as HTML does, must not save a secret that has some."""
    return rf"(?:\s|\+|{'|'.join(_character(char) for char in sorted(set(run) | set(_SPACES)))})+"


def _character(char: str) -> str:
    """Return an expression for one character in whichever way it may be written; any mixture of them occurs."""
    if char.isascii() and char.isalnum():
        return char
    encoded = char.encode("utf-8", "surrogatepass")
    quoted = "".join(f"%{byte:02X}" for byte in encoded)
    forms = {
        char,
        f"\\{char}",
        json.dumps(char)[1:-1],
        html.escape(char),
        f"&#{ord(char)};",
        f"&#x{ord(char):x};",
        f"\\x{ord(char):02x}",
        f"\\u{ord(char):04x}",
        f"\\U{ord(char):08x}",
        quoted,
        quoted.replace("%", "%25"),
        "".join(f"\\x{byte:02x}" for byte in encoded),
        "".join(f"\\{byte:03o}" for byte in encoded),
    }
    return f"(?:{'|'.join(re.escape(form) for form in sorted(forms, key=len, reverse=True))})"
