"""What must hold between the parts of a table, beyond the shape that its model checks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias
from urllib.parse import urlsplit

from reconciler.http.address import is_loopback
from reconciler.providers.spec import VISIBILITIES, Call, NextLast, Spec, names_in

Place: TypeAlias = tuple[str | int, ...]
Found: TypeAlias = tuple[str, Place, str | None]
"""What is wrong, where in the table, and what would be right."""

_RESERVED = frozenset({"provider", "protect", "for_each", "id", "scope"})


def problems_in(spec: Spec) -> Iterator[Found]:
    """Yield everything that is wrong with a table whose shape is right."""
    yield from _addresses(spec)
    yield from _fields(spec)
    yield from _keys(spec)
    yield from _calls(spec)
    yield from _login(spec)


def _addresses(spec: Spec) -> Iterator[Found]:
    addresses: list[tuple[str, Place]] = [(url, ("environments", name)) for name, url in spec.environments.items()]
    if spec.base_url is not None:
        addresses.insert(0, (spec.base_url, ("base_url",)))
    for url, place in addresses:
        scheme = urlsplit(url).scheme
        if scheme != "https" and not (scheme == "http" and is_loopback(url)):
            yield f"{url!r} is not an https address", place, "http is for loopback addresses only"
        elif url.endswith("/"):
            yield f"{url!r} ends with a slash", place, "paths begin with one"


def _fields(spec: Spec) -> Iterator[Found]:
    secrets = spec.record.secret_fields()
    for name, field in spec.record.fields().items():
        place = ("record", name)
        if field.write_path is None and field.read_path is None:
            yield f"field `{name}` is neither written nor read", place, "say `at`, or `write` and `read`"
        if field.each is not None and name != "events":
            yield f"`each` is for `events`, not for `{name}`", (*place, "each"), None
        if field.read in VISIBILITIES and name not in secrets:
            hint = f"add `secret: true`, or name a path of theirs that is not called {field.read}"
            yield f"`read: {field.read}` is for secrets, and `{name}` is none", (*place, "read"), hint
        if name in _RESERVED or name in spec.scope:
            yield f"a field cannot be called `{name}`: every subscription has a key of that name", place, "rename it"


def _keys(spec: Spec) -> Iterator[Found]:
    known = {"scope", *spec.record.fields()}
    lists: list[tuple[Place, list[str]]] = [(("unique", index), names) for index, names in enumerate(spec.unique)]
    if "key" in spec.model_fields_set:  # the default may name events that a table does not have
        lists.append((("key",), spec.key))
    for place, names in lists:
        for index, name in enumerate(names):
            if name not in known:
                hint = f"its fields are {', '.join(sorted(known))}"
                yield f"`{name}` is no field of this table", (*place, index), hint


def _calls(spec: Spec) -> Iterator[Found]:
    fields = set(spec.record.fields()) - spec.record.secret_fields()
    plain: dict[str, tuple[Call | None, set[str]]] = {
        "list": (spec.listing, set()),
        "get": (spec.get, {"id"}),
        "create": (spec.create, fields),
        "update": (spec.update, {"id", *fields}),
        "delete": (spec.delete, {"id"}),
    }
    for operation, (call, known) in plain.items():
        if call is not None:
            yield from _names(call, (operation,), known | set(spec.scope))
            effect = "read" if operation in ("list", "get") else "write"
            if call.effect not in (None, effect):
                yield f"`{operation}` is a {effect}, whatever its verb", (operation, "effect"), f"say `{effect}`"
    if spec.rotate is not None:
        yield from _names(spec.rotate, ("rotate",), {"id", *spec.scope})
        if not _names_the_record(spec.rotate):
            place = ("rotate", spec.rotate.method.lower())
            yield "`rotate` does not say which record it is about", place, "add {id} to the path or the query"
        if not any(field.read == "on_create" for field in spec.record.fields().values()):
            hint = "say `read: on_create` at its secret, or remove `rotate`"
            yield "`rotate` renews a secret that the provider makes, and this one makes none", ("rotate",), hint
    if spec.account is not None:
        yield from _names(spec.account, ("account",), set())
        if spec.account.item is None:
            yield "`account` does not say where the account's id is", ("account",), "add `item`"
    for operation in ("get", "update", "delete"):
        call = plain[operation][0]
        if call is not None and not _names_the_record(call):
            place = (operation, call.method.lower())
            yield f"`{operation}` does not say which record it is about", place, "add {id} to the path or the query"
    if spec.listing is not None and isinstance(spec.listing.next, NextLast) and spec.listing.items is None:
        yield "a list with `more` is not a bare array", ("list",), "say where its `items` are"


def _names(call: Call, place: Place, known: set[str]) -> Iterator[Found]:
    texts: list[tuple[str, Place]] = [(call.path, (*place, call.method.lower()))]
    for part, entries in (("query", call.query), ("headers", call.headers)):
        texts += [(value, (*place, part, name)) for name, value in _strings(entries)]
    if not call.path.startswith("/"):
        yield "a path begins with a slash", texts[0][1], f"write /{call.path}"
    for text, where in texts:
        for name in names_in(text):
            if name not in known:
                have = ", ".join(f"{{{one}}}" for one in sorted(known)) or "no names"
                yield f"{{{name}}} is not known in this call", where, f"it knows {have}"


def _names_the_record(call: Call) -> bool:
    return any("id" in names_in(text) for text in (call.path, *(value for _, value in _strings(call.query))))


def _login(spec: Spec) -> Iterator[Found]:
    for index, auth in enumerate(spec.auths):
        place: Place = ("auth", index, "login") if isinstance(spec.auth, list) else ("auth", "login")
        if auth.login is not None:
            if not auth.credentials:
                yield "the log-in names no credentials", place, "add them to its `body`: {password: '{password}'}"
            yield from _names(auth.login, place, set(auth.credentials))


def _strings(entries: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    return ((name, value) for name, value in entries.items() if isinstance(value, str))
