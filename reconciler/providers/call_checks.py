"""What must hold between a table's calls and the rest of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias
from urllib.parse import urlsplit

from reconciler.http.address import is_loopback
from reconciler.providers.spec import Auth, BasicPair, Call, Form, ListCall, NextLast, Spec, UpdateCall, names_in

Place: TypeAlias = tuple[str | int, ...]
Found: TypeAlias = tuple[str, Place, str | None]
"""What is wrong, where in the table, and what would be right."""

_READS = ("list", "get", "account")
_PLAIN = ("string", "integer", "boolean")


def problems_of_calls(spec: Spec) -> Iterator[Found]:
    """Yield what is wrong with the calls of a table and with its ways to authenticate."""
    credentials = _credentials(spec)
    for place, call, known in _calls(spec):
        yield from _names(call, place, known | {"nonce"}, credentials)
        yield from _there(spec, call, place)
        yield from _shape(spec, call, place)
    yield from _about(spec)
    if spec.listing is not None:
        yield from _list(spec, spec.listing)
    if spec.update is not None:
        yield from _update(spec, spec.update)
    yield from _secrets(spec)
    if spec.account is not None and spec.account.item is None:
        yield "`account` does not say where the account's id is", ("account",), "add `item`"
    for index, auth in enumerate(spec.auths[:-1]):
        if auth.none:
            yield "what comes after `none` is never taken", ("auth", index), "put it last"
    known = {*spec.scope, "nonce"}
    for part, entries in (("headers", spec.headers), ("query", spec.query)):
        for name, value in entries.items():
            if isinstance(value, str):
                yield from _unknown(value, (part, name), known)
    for index, auth in enumerate(spec.auths):
        yield from _auth(auth, ("auth", index) if isinstance(spec.auth, list) else ("auth",))


def _calls(spec: Spec) -> Iterator[tuple[Place, Call, set[str]]]:
    """Yield every call with its place and the names that it knows, those of the log-ins apart."""
    fields = {name for name in spec.record.fields() if _is_plain(spec, name)}
    about = {"id", *spec.record.id_spec.parts, *([spec.record.id_spec.field] if spec.record.id_spec.field else [])}
    write = {"revision"} if spec.record.revision is not None else set()
    scope = set(spec.scope)
    plain: list[tuple[Place, Call | None, set[str]]] = [
        (("list",), spec.listing, scope),
        (("get",), spec.get, scope | about),
        (("create",), spec.create, scope | fields | (about if _is_ours(spec) else set())),
        (("update",), spec.update, scope | about | fields | write),
        (("delete",), spec.delete, scope | about | write),
        (("delete", "before"), spec.delete.before if spec.delete is not None else None, scope | about | write),
        (("rotate",), spec.rotate, scope | about | write),
        (("account",), spec.account, set()),
        *((("after", index), call, scope | about | write) for index, call in enumerate(spec.after)),
    ]
    for name, field in spec.record.fields().items():
        plain.append((("record", name, "from"), field.fetched, scope | about))
        for value, call in field.setters.items():
            place: Place = ("record", name, "via") if value is None else ("record", name, "via", value)
            plain.append((place, call, scope | about | fields | write))
    return ((place, call, known) for place, call, known in plain if call is not None)


def _is_plain(spec: Spec, name: str) -> bool:
    """Whether a field may be named in a call: one text or number, and no secret, as a `url` may be."""
    field = spec.record.fields()[name]
    if name == "events":
        return field.each == "one" and not field.keys
    usual = "object" if name == "headers" else "string"
    return name not in {"url", *spec.record.secret_fields()} and (field.type or usual) in _PLAIN


def _there(spec: Spec, call: Call, place: Place) -> Iterator[Found]:
    """A field that a call names must be there whenever the call is made."""
    known = {*spec.scope, *spec.record.id_spec.parts}
    if place != ("create",) and spec.record.id_spec.field is not None:
        known.add(spec.record.id_spec.field)
    for text, where in call.templates():
        for name in names_in(text):
            field = spec.record.fields().get(name)
            if field is None or name in known or field.required or field.keep is not None:
                continue
            if name != "events" or field.default is not None:
                yield f"a subscription may be without `{name}`", (*place, *where), "say `required: true` at it"


def _credentials(spec: Spec) -> frozenset[str]:
    """The credentials that every way to authenticate takes, so that a path may name them."""
    ways = [frozenset(auth.credentials) for auth in spec.auths]
    return frozenset.intersection(*ways) if ways else frozenset()


def _is_ours(spec: Spec) -> bool:
    return spec.record.id_spec.field is not None or spec.record.id_spec.constant is not None


def _shape(spec: Spec, call: Call, place: Place) -> Iterator[Found]:
    if call.method == "GET" and any(auth.body is not None for auth in spec.auths):
        yield "a `get` has no body, and the credentials are there", (*place, "get"), "say `post`"
    effect = "read" if place[0] in _READS else "write"
    if place[0] in ("list", "get", "create", "update", "delete", "rotate") and call.effect not in (None, effect):
        yield f"`{place[0]}` is a {effect}, whatever its verb", (*place, "effect"), f"say `{effect}`"
    if call.graphql is not None and call.method not in ("POST", "GET"):
        yield "a GraphQL call is a `post`", (*place, call.method.lower()), None
    if call.graphql is not None and isinstance(call.encoding or spec.encoding, Form):
        yield "a GraphQL call is JSON", (*place, "graphql"), "say `encoding: json`"


def _about(spec: Spec) -> Iterator[Found]:
    """A call about one record must say which."""
    about = {"id", *spec.record.id_spec.parts, *([spec.record.id_spec.field] if spec.record.id_spec.field else [])}
    if spec.record.id_spec.constant is not None:
        return
    calls: dict[str, Call | None] = {
        "get": spec.get,
        "update": spec.update,
        "delete": spec.delete,
        "rotate": spec.rotate,
    }
    for operation, call in calls.items():
        if call is not None and not call.names & about:
            place = (operation, call.method.lower())
            hint = "add {id} to the path, the query or the body"
            yield f"`{operation}` does not say which record it is about", place, hint
    if spec.create.upsert and not _is_ours(spec):
        hint = "say `id: {field: name}`, or `id: {constant: …}`"
        yield "`upsert` needs an id that is known before the record is there", ("create", "upsert"), hint
    if spec.create.upsert and spec.get is None and spec.listing is None:
        yield "`upsert` needs a `get` or a `list` that shows whether it is there", ("create", "upsert"), None


def _list(spec: Spec, call: ListCall) -> Iterator[Found]:
    if call.next is not None and isinstance(call.next, NextLast) and call.next.more and call.items is None:
        yield "a list with `more` is not a bare array", ("list",), "say where its `items` are"
    if call.one_by_one and spec.get is None:
        yield "`one_by_one` needs `get`", ("list", "one_by_one"), "add it"
    if call.single and call.next is not None:
        yield "a single record has no next page", ("list", "next"), "remove it"
    if call.single and call.keyed is not None:
        yield "`items` is either one record or an object of records", ("list", "keyed"), "remove one of the two"
    if call.size is not None and call.size not in {**call.query, **call.body}:
        yield (
            f"`{call.size}` is not among the list's `query`",
            ("list", "size"),
            "add it, with the largest number that it takes",
        )


def _update(spec: Spec, call: UpdateCall) -> Iterator[Found]:
    if call.sending == "merged" and spec.get is None:
        yield "`sends: merged` needs `get`", ("update", "sends"), "add it"
    if call.sending == "json_patch" and call.wrap is not None:
        yield "a JSON Patch has no envelope", ("update", "wrap"), "remove it"
    if call.sending == "json_patch" and any(auth.body is not None for auth in spec.auths):
        yield (
            "a JSON Patch has no place for credentials",
            ("update", "sends"),
            "say another way of `auth`, or of `sends`",
        )


def _secrets(spec: Spec) -> Iterator[Found]:
    fields = spec.record.fields()
    if spec.record.revision is not None and spec.get is None:
        yield "`revision` needs `get`, which shows it", ("record", "revision"), "add it"
    if spec.rotate is not None and not any(field.read == "on_create" for field in fields.values()):
        hint = "say `read: on_create` at its secret, or remove `rotate`"
        yield "`rotate` renews a secret that the provider makes, and this one makes none", ("rotate",), hint


def _auth(auth: Auth, place: Place) -> Iterator[Found]:
    if auth.login is not None:
        if not auth.credentials:
            hint = "add them to its `body`: {password: '{password}'}"
            yield "the log-in names no credentials", (*place, "login"), hint
        yield from _names(auth.login, (*place, "login"), set(auth.credentials))
    if isinstance(auth.basic, BasicPair) and not auth.credentials:
        yield "it names no credential", (*place, "basic"), "write one in braces: {user: api, password: '{api_key}'}"
    if auth.path is not None and (not auth.credentials or not auth.path.startswith("/") or auth.path.endswith("/")):
        yield f"{auth.path!r} is no beginning of a path with a credential", (*place, "path"), "such as /bot{token}"
    if auth.oauth2 is not None and not auth.oauth2.token_url.startswith("/"):
        url = auth.oauth2.token_url
        if urlsplit(url).scheme != "https" and not is_loopback(url):
            yield (
                f"{url!r} is not an https address",
                (*place, "oauth2", "token_url"),
                "or write a path, from a slash on",
            )


def _names(call: Call, place: Place, known: set[str], credentials: frozenset[str] = frozenset()) -> Iterator[Found]:
    if not call.path.startswith("/"):
        yield "a path begins with a slash", (*place, call.method.lower()), f"write /{call.path}"
    for name in sorted(credentials & known & set(names_in(call.path))):
        where = (*place, call.method.lower())
        yield f"{{{name}}} may be the credential or what a subscription says", where, "rename one of the two"
    for text, where in call.templates():
        yield from _unknown(text, (*place, *where), known | credentials if text is call.path else known)


def _unknown(text: str, place: Place, known: set[str]) -> Iterator[Found]:
    for name in names_in(text):
        if name not in known:
            have = ", ".join(f"{{{one}}}" for one in sorted(known - {"nonce"})) or "no names"
            yield f"{{{name}}} is not known in this call", place, f"it knows {have}"
