"""What must hold between the parts of a table, beyond the shape that its model checks."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from reconciler.http.address import is_loopback
from reconciler.providers.call_checks import Found, Place, problems_of_calls
from reconciler.providers.record_checks import problems_of_record
from reconciler.providers.spec import VISIBILITIES, Spec

_CALLS = ("get", "create", "update", "delete", "rotate", "account", "after")
_RESERVED = frozenset({"provider", "protect", "for_each", "capture", "id", "scope", "revision", "nonce"})


def problems_in(spec: Spec) -> Iterator[Found]:
    """Yield everything that is wrong with a table whose shape is right."""
    yield from _addresses(spec)
    yield from _fields(spec)
    yield from problems_of_record(spec)
    yield from _keys(spec)
    yield from problems_of_calls(spec)
    yield from _tested(spec)


def _addresses(spec: Spec) -> Iterator[Found]:
    if spec.base_url is not None and spec.base_url_example is not None:
        yield "`base_url_example` is for a table without `base_url`", ("base_url_example",), "remove one of them"
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
        places = (field.write_path, field.read_path, field.via, field.fetched, field.shown)
        if all(place is None for place in places) and not field.beside:
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


def _tested(spec: Spec) -> Iterator[Found]:
    calls = {"list": spec.listing, **{name: getattr(spec, name) for name in _CALLS}}
    known = {*spec.record.fields(), *(name for name, call in calls.items() if call)}
    for index, tested in enumerate(spec.tested):
        for number, fact in enumerate(tested.facts):
            if fact not in known:
                hint = f"it has {', '.join(sorted(known))}"
                yield f"`{fact}` is no call and no field of this table", ("tested", index, "facts", number), hint
