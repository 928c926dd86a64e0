"""The nouns as frozen types: three views of a record, and the values they hold.

A record has fields under *our* names (`url`, `events`, `secret`, `config` …), whatever the
provider calls them. Values are JSON-like; a secret is a `Secret`, never a string. `events` is a
sorted tuple without repetition. A URL is kept as written and compared folded (`fold_url`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
from functools import lru_cache
from typing import Any, TypeAlias
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from reconciler.errors import Location
from reconciler.slotted import dataclass

Fields: TypeAlias = Mapping[str, Any]
"""Our field names to JSON-like values (str, int, float, bool, None, list, tuple, dict, Secret)."""

Scope: TypeAlias = tuple[tuple[str, str], ...]
"""Where in an account a record lives (repo, org, site): sorted (parameter, value) pairs; () for none."""

Fingerprinter: TypeAlias = Callable[[str], str]
"""Keyed hash of a text: the same text and key give the same short hex string."""

SENSITIVE = "(sensitive)"
SENSITIVE_CHANGED = "(sensitive, changed)"


class Secret:
    """A text that is never shown. Two are equal when their keyed fingerprints are.

    It holds the value (where it is known), the fingerprint (once `sealed`), and what may be shown
    in its place. `repr`, `str`, `format`, copying and pickling never give the value away; only
    `reveal` does, and only the code that writes a request body or a header calls it.
    """

    __slots__ = ("_value", "fingerprint", "shown")

    def __init__(self, value: str | None, fingerprint: str | None = None, shown: str = SENSITIVE) -> None:
        self._value = value
        self.fingerprint = fingerprint
        self.shown = shown

    def reveal(self) -> str:
        """Return the value itself. Raises `ValueError` where only the fingerprint is known."""
        if self._value is None:
            raise ValueError("the value of this secret is not known, only its fingerprint")
        return self._value

    @property
    def known(self) -> bool:
        """Whether the value itself is at hand (it is not, for one that came from the state)."""
        return self._value is not None

    def sealed(self, fingerprint: Fingerprinter) -> Secret:
        """Return the same secret with its keyed fingerprint, by which it is compared and stored."""
        if self._value is None or self.fingerprint is not None:
            return self
        basis = self._value if self.shown == SENSITIVE else fold_url(self._value)
        return Secret(self._value, fingerprint(basis), self.shown)

    def resealed(self, fingerprint: Fingerprinter) -> Secret:
        """Return the same secret under another key; unchanged where its value is not known."""
        return Secret(self._value, None, self.shown).sealed(fingerprint) if self.known else self

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        if self.fingerprint is not None and other.fingerprint is not None:
            return self.fingerprint == other.fingerprint
        if self._value is not None and other._value is not None:
            return self._value == other._value
        raise TypeError("a sealed secret cannot be compared with one that is not sealed")

    def __hash__(self) -> int:
        return hash(self.fingerprint)

    def __repr__(self) -> str:
        return self.shown

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return format(self.shown, spec)

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: object) -> Secret:
        return self

    def __reduce__(self) -> str:
        raise TypeError("a secret is not pickled")


_PLAIN_URL = re.compile(r"https?://[a-z0-9.-]+(?=/)[!-~]*\Z")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_PORT = re.compile(r"\d*|.*\]")
_SECRET_NAME = re.compile(
    r"(?i)(^|[_.-])(token|secret|password|passwd|pwd|api_?key|key|auth|sig|signature|credentials?|access_?token|code)$"
)


def fold_url(url: str) -> str:
    """Return `url` in the form by which URLs are compared.

    Folded: case of scheme and host, IDNA, a default port, an empty path. Path, query and fragment
    stay as they are. A text that is no URL comes back unchanged.
    """
    if _PLAIN_URL.match(url):
        return url
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return url
    if not parts.scheme or not host:
        return url
    scheme = parts.scheme.lower()
    try:
        host = host.encode("idna").decode("ascii").lower()
    except UnicodeError:
        host = host.lower()
    if ":" in host:
        host = f"[{host}]"
    user = parts.netloc.rpartition("@")[0]
    netloc = f"{user}@{host}" if user else host
    if port is not None and port != _DEFAULT_PORTS.get(scheme):
        netloc = f"{netloc}:{port}"
    return urlunsplit((scheme, netloc, parts.path or "/", parts.query, parts.fragment))


def mask_url(url: str) -> str:
    """Return `url` with user-info, and query values under secret-looking names, as `***`."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return _masked_roughly(url)
    netloc = parts.netloc
    if "@" in netloc:
        netloc = "***@" + netloc.rpartition("@")[2]
    elif "@" in url and ":" in netloc and not _PORT.fullmatch(netloc.rpartition(":")[2]):
        return _masked_roughly(url)  # a password with an unquoted `/`, `?` or `#` seems to end before its `@`
    query = parts.query
    if query:
        pairs = parse_qsl(query, keep_blank_values=True)
        if any(_SECRET_NAME.search(name) and value for name, value in pairs):
            masked = [(name, "***" if value and _SECRET_NAME.search(name) else value) for name, value in pairs]
            query = urlencode(masked, quote_via=quote, safe="*/:,@")
    if netloc == parts.netloc and query == parts.query:
        return url
    return urlunsplit((parts.scheme, netloc, parts.path, query, parts.fragment))


def _masked_roughly(url: str) -> str:
    """Mask a text that should be a URL and cannot be taken apart: all up to its last `@`, and all of a query."""
    scheme, slashes, rest = url.partition("//")
    _, at, host = rest.rpartition("@")
    address, mark, _ = host.partition("?")
    return f"{scheme}{slashes}{'***@' if at else ''}{address}{'?***' if mark else ''}"


def url_value(url: str) -> str | Secret:
    """Return a URL as a field's value: itself, or a `Secret` shown masked where it carries credentials."""
    if "@" not in url and "?" not in url:
        return url
    masked = mask_url(url)
    return url if masked == url else Secret(url, None, masked)


def seal(value: Any, fingerprint: Fingerprinter) -> Any:
    """Return `value` with every `Secret` in it sealed; what holds one is copied."""
    return _each_secret(value, lambda secret: secret.sealed(fingerprint))


def reseal(value: Any, fingerprint: Fingerprinter) -> Any:
    """Return `value` with every `Secret` whose value is known sealed anew, under another key."""
    return _each_secret(value, lambda secret: secret.resealed(fingerprint))


_LEAVES = frozenset((str, int, float, bool, type(None)))
"""Types of which most values are: looked for first, without a call for each."""

_MAPPING = (dict, Mapping)
_SEQUENCE = (list, tuple)
"""For `isinstance`: `dict | Mapping` would be made anew for each question, and `dict` is the quicker one to ask for."""


def _are_leaves(values: Iterable[Any]) -> bool:
    return _LEAVES.issuperset(map(type, values))


def _each_secret(value: Any, made: Callable[[Secret], Secret]) -> Any:
    if isinstance(value, Secret):
        return made(value)
    if isinstance(value, _MAPPING):
        return {name: item if type(item) in _LEAVES else _each_secret(item, made) for name, item in value.items()}
    if isinstance(value, _SEQUENCE) and not _are_leaves(value):
        return type(value)(_each_secret(item, made) for item in value)
    return value


def same(left: Any, right: Any) -> bool:
    """Whether two field values are equal: URLs folded, secrets by fingerprint, the rest by `==` and type of bool."""
    if left is right:
        return True
    if isinstance(left, str) and isinstance(right, str):
        return left == right or ("://" in left and "://" in right and fold_url(left) == fold_url(right))
    if isinstance(left, bool) != isinstance(right, bool):
        return False
    if type(left) in _LEAVES:
        return bool(left == right)
    if isinstance(left, _SEQUENCE) and isinstance(right, _SEQUENCE):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, _MAPPING) and isinstance(right, _MAPPING):
        return left.keys() == right.keys() and all(map(same, left.values(), map(right.__getitem__, left)))
    return bool(left == right)


def identity(connection: str, scope: Scope, fields: Fields, names: tuple[str, ...]) -> str:
    """Return a record's key as one text: equal keys mean one and the same record at the provider.

    `names` is the table's `key`; `scope` stands for the scope pairs, any other is a field.
    Secrets in it must be sealed; they enter by fingerprint.
    """
    parts = [_canonical_texts(connection)]
    for name in names:
        value = scope if name == "scope" else fields.get(name)
        if isinstance(value, str):
            parts.append(_canonical(fold_url(value) if name == "url" else value))
        elif name in ("scope", "events") and type(value) is tuple:
            parts.append(_canonical_texts(value))
        else:
            parts.append(_canonical(value))
    return f"[{','.join(parts)}]"


def _fingerprint_of(value: object) -> object:
    if isinstance(value, Secret):
        return {"$secret": value.fingerprint}
    raise TypeError(f"a {type(value).__name__} cannot be part of a key")


_canonical = json.JSONEncoder(separators=(",", ":"), sort_keys=True, default=_fingerprint_of).encode
_canonical_texts = lru_cache(maxsize=1024)(_canonical)
"""The same for texts of which a file has few, and tuples of them. (A cache of all would take 1 and `True` for one.)"""


def to_stored(value: Any) -> Any:
    """Return `value` as plain JSON for the state: a secret becomes its fingerprint and shown form."""
    if isinstance(value, Secret):
        if value.fingerprint is None:
            raise ValueError("only a sealed secret can be stored")
        stored: dict[str, Any] = {"$secret": value.fingerprint}
        return stored if value.shown == SENSITIVE else {**stored, "shown": value.shown}
    if isinstance(value, _MAPPING):
        inner = {name: item if type(item) in _LEAVES else to_stored(item) for name, item in value.items()}
        return {"$literal": inner} if "$secret" in value or "$literal" in value else inner
    if isinstance(value, _SEQUENCE):
        return list(value) if _are_leaves(value) else [to_stored(item) for item in value]
    return value


def from_stored(value: Any) -> Any:
    """The reverse of `to_stored`; a secret comes back with its fingerprint alone, an array as a tuple."""
    if isinstance(value, dict):
        if "$secret" in value:
            return Secret(None, value["$secret"], value.get("shown", SENSITIVE))
        inner = value.get("$literal", value)
        return {name: item if type(item) in _LEAVES else from_stored(item) for name, item in inner.items()}
    if isinstance(value, list):
        return tuple(value if _are_leaves(value) else map(from_stored, value))
    return value


@dataclass(frozen=True, slots=True)
class Capture:
    """Where a secret that the provider makes is handed to: a file, or the standard input of a command.

    Exactly one of `file` and `command` is set, as written; a path in either is relative to `folder`,
    which is no part of what is compared, for it differs from host to host.
    """

    file: str | None = None
    command: tuple[str, ...] = ()
    folder: str = field(default=".", compare=False)

    def __str__(self) -> str:
        return f"the file {self.file}" if self.file is not None else f"the command {' '.join(self.command)}"


@dataclass(frozen=True, slots=True)
class Desired:
    """One record as the file wants it.

    `fields` is what a create sends: declared fields, `enabled` where the provider has the switch,
    and a defaulted `name`. `declared` are the names that are compared (semantics: a defaulted name
    is not; `enabled` always is). Secrets hold their values, sealed. `capture` is about a secret that
    the provider makes; it is nothing that the provider knows, so it is never compared.
    """

    address: str
    connection: str
    scope: Scope
    fields: Fields
    declared: frozenset[str]
    key: str
    protect: bool = False
    location: Location | None = None
    capture: Capture | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """One record as the state remembers it.

    `sent` has the declared fields of the last write, and secrets that the provider made and that were
    captured; `echo` is the first complete read after it, cut to the same provider fields, or None
    until there was one. `kept` are captured secrets that no sink has taken yet, encrypted.
    """

    address: str
    connection: str
    scope: Scope
    id: str
    key: str
    sent: Fields
    echo: Fields | None = None
    protect: bool = False
    kept: str | None = None


@dataclass(frozen=True, slots=True)
class Deposed:
    """The old half of a replacement that is still to be deleted; it belongs to an address by name only."""

    address: str
    connection: str
    scope: Scope
    id: str


@dataclass(frozen=True, slots=True)
class Live:
    """One record as the provider shows it now. A field that it masks or hides is left out of `fields`.

    `masked` names those that should be shown in clear and are not: nothing follows from their absence.
    """

    connection: str
    scope: Scope
    id: str
    fields: Fields
    key: str
    masked: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class View:
    """What one read of a connection's scope gave.

    `error` set: unknown, nothing may be concluded (`live` is empty). `witness` is `provider` for a
    complete read, `state` where there is no list and the state is all there is.
    """

    connection: str
    scope: Scope
    live: tuple[Live, ...] = ()
    error: str | None = None
    witness: str = "provider"

    @property
    def complete(self) -> bool:
        """Whether absence from `live` proves absence at the provider."""
        return self.error is None and self.witness == "provider"


@dataclass(frozen=True, slots=True)
class Ability:
    """What planning must know of a connection and its provider's table.

    `cannot` maps an operation (`create`, `update`, `delete`) to the reason why it cannot be done.
    `unique` are sets of fields of which the provider allows no two records alike (within a scope).
    `defaults` is what a field goes back to when it leaves the file. `hidden` are fields that a read
    never shows; `immutable` those that an update cannot change. `made` are secrets that the provider
    makes itself and shows once; `rotates`: it has a call that makes them anew. `later` are fields that
    are set by a call after the create's own.
    """

    provider: str
    key: tuple[str, ...] = ("scope", "url", "events")
    cannot: Mapping[str, str] = field(default_factory=dict)
    immutable: frozenset[str] = frozenset()
    hidden: frozenset[str] = frozenset()
    unique: tuple[tuple[str, ...], ...] = ()
    defaults: Fields = field(default_factory=dict)
    adopt: bool = True
    manage_all: bool = False
    made: frozenset[str] = frozenset()
    rotates: bool = False
    later: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Intent:
    """A write that was about to leave; durable before the request, gone once its outcome is recorded.

    `id` is ours (a random hex text). `operation` is `create`, `update` or `delete`. `record_id` is the
    provider's id for update and delete. `url` is the folded identity of the URL, `ids_before` the
    ids that were there with that scope and URL. `sent` is what a create or update carries
    (declared fields, secrets sealed). `replaces` is the id that a create will depose at `address`.
    """

    id: str
    address: str | None
    connection: str
    scope: Scope
    operation: str
    key: str
    url: str
    ids_before: tuple[str, ...] = ()
    record_id: str | None = None
    sent: Fields = field(default_factory=dict)
    protect: bool = False
    replaces: Deposed | None = None
    run: str = ""


def url_identity(value: str | Secret | None) -> str:
    """Return the text by which a record's URL is matched: folded, or the fingerprint where it is a secret."""
    if isinstance(value, Secret):
        return f"secret:{value.fingerprint}"
    return fold_url(value or "")


def subscription_of(address: str) -> str:
    """Return the bare name of an address: `a` for `a`, `a[x]` and `a[x][y]`."""
    return address.partition("[")[0]


def selects(pattern: str, address: str) -> bool:
    """Whether a `--target` pattern selects an address. `*` and `?` are wildcards, brackets are not.

    A pattern without brackets means all records of the subscriptions that it matches.
    """
    expression = "".join(".*" if c == "*" else "." if c == "?" else re.escape(c) for c in pattern)
    if re.fullmatch(expression, address):
        return True
    if "[" not in pattern:
        return re.fullmatch(expression, subscription_of(address)) is not None
    # `name[key]` of a for_each over a one-event provider means all of `name[key][event]`.
    return re.fullmatch(expression + r"\[[^\[\]]*\]", address) is not None
