"""Makes a provider's words and addresses fit to be shown: the one place where this is done for HTTP."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterable
from urllib.parse import parse_qsl, quote, quote_plus, urlencode, urlsplit, urlunsplit

from reconciler.records import SENSITIVE, mask_url

_LIMIT = 300
_CONSIDERED = 65_536
_SHORT = 4


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
        shown = visible(self._without_secrets(text[:_CONSIDERED]))
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
    forms: set[str] = set()
    for secret in secrets:
        # A very short value would be found within ordinary words, so it must stand alone.
        short = len(secret) < _SHORT
        forms.update(rf"(?<!\w){re.escape(form)}(?!\w)" if short else re.escape(form) for form in _forms(secret))
    return re.compile("|".join(sorted(forms, key=len, reverse=True)), re.IGNORECASE)


def _forms(secret: str) -> set[str]:
    """The value as it is, and as URLs, JSON, HTML and basic authentication write it."""
    encoded = secret.encode("utf-8", "surrogatepass")
    forms = {
        secret,
        quote(encoded, safe=""),
        quote(encoded, safe="/"),
        quote_plus(encoded),
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        json.dumps(secret)[1:-1].replace("/", "\\/"),
        html.escape(secret),
        repr(secret)[1:-1],
    }
    if len(secret) >= _SHORT:
        forms |= {encode(encoded).decode().rstrip("=") for encode in (base64.b64encode, base64.urlsafe_b64encode)}
    return forms
