"""What must hold between the keys of a table's fields, of its events and of its id."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.providers.call_checks import Found
from reconciler.providers.fields import FieldSpec
from reconciler.providers.spec import Spec

_OF_EVENTS = ("shape", "read_shape", "keys", "separator")


def problems_of_record(spec: Spec) -> Iterator[Found]:
    """Yield what is wrong with the map between our record and theirs."""
    for name, field in spec.record.fields().items():
        if name == "events":
            yield from _events(field)
        else:
            yield from _plain(name, field)
        yield from _ways(spec, name, field)
    yield from _id(spec)


def _plain(name: str, field: FieldSpec) -> Iterator[Found]:
    place = ("record", name)
    for key in _OF_EVENTS:
        if key in field.model_fields_set:
            alias = {"shape": "as", "read_shape": "read_as"}.get(key, key)
            yield f"`{alias}` is for `events`, not for `{name}`", (*place, alias), "remove it"
    if field.pairs is not None and name != "headers" and field.type != "object":
        yield "`pairs` are for a mapping", (*place, "pairs"), "add `type: object`"
    if field.fresh is not None and field.type != "boolean":
        yield "`fresh` makes a time into true or false", (*place, "fresh"), "add `type: boolean`"
    if field.write_path is not None and field.write_path.partition(".")[0].isdecimal():
        key = "write" if field.write is not None else "at"
        yield "a number picks from a list, and a record is an object", (*place, key), "begin with a name"
    if field.present and field.type != "boolean":
        yield "`present` makes what is there into true or false", (*place, "present"), "add `type: boolean`"
    if name == "url" and (field.via is not None or field.only_update):
        yield "a record's `url` goes with its create", place, "remove `via` or `only_update`"


def _events(field: FieldSpec) -> Iterator[Found]:
    place = ("record", "events")
    shapes = {field.shape, field.read_shape or field.shape}
    if field.each == "one" and shapes - {"list", "objects"}:
        yield "a single event is a text, or an object with `keys`", (*place, "as"), "remove `as`, or `each`"
    if "objects" in shapes and not field.keys:
        yield "`as: objects` needs their keys", place, "add `keys: [name]`"
    if "flags" in shapes and not field.known:
        yield "flags need `known`: the events that have one", place, "add them"
    if field.keys and "objects" not in shapes and field.each is None:
        yield "`keys` are those of objects", (*place, "keys"), "add `as: objects`"
    if field.separator is not None and "text" not in shapes and not field.keys:
        yield "`separator` is for one text, or for the parts of an event", (*place, "separator"), "remove it"


def _ways(spec: Spec, name: str, field: FieldSpec) -> Iterator[Found]:
    place = ("record", name)
    secret = name in spec.record.secret_fields()
    if field.write_path is None and not field.beside and field.via is None and not field.made:
        if name not in spec.create.names:
            yield (
                f"nothing sets `{name}`",
                (*place, "read"),
                f"say `write`, or name it in the create's path: {{{name}}}",
            )
        elif not field.only_create:
            yield f"`{name}` goes with the create alone", (*place, "read"), "add `only_create: true`"
    if field.only_create and (field.via is not None or field.only_update):
        yield f"`{name}` cannot be set after the create and only then", (*place, "only_create"), "remove one of the two"
    if field.repeat and not field.only_create:
        yield "`repeat` is for what cannot change", (*place, "repeat"), "add `only_create: true`, or say `resend`"
    if field.only_update and spec.update is None:
        yield "`only_update` needs `update`", (*place, "only_update"), "add it"
    if field.only_update and "default" not in field.model_fields_set:
        yield "`only_update` needs `default`: what a create makes of it", (*place, "only_update"), "add it"
    if None in field.setters and field.write_path is None:
        yield (
            f"the call that sets `{name}` carries it nowhere",
            (*place, "via"),
            "say `write`, or a call for each value",
        )
    if field.via is not None and field.only_update:
        yield "`via` is always a call after the create's", (*place, "only_update"), "remove it"
    if field.shown is not None and (not secret or field.read != "on_create" or field.fetched is not None):
        hint = "say `secret: true` and `read: on_create`, and no `from`"
        yield "`shown` is where a create's answer has a secret that no other shows", (*place, "shown"), hint
    if field.fetched is not None and secret and field.visibility not in ("clear", "on_create"):
        yield "a secret that a call shows is `clear`, or made at create", (*place, "read"), "say `clear` or `on_create`"


def _id(spec: Spec) -> Iterator[Found]:
    one = spec.record.id_spec
    sources = [one.at is not None, bool(one.parts), one.field is not None, one.constant is not None]
    if sum(sources) != 1 and not (one.at is not None and one.field is not None and sum(sources) == 2):
        yield "an id comes from one place", ("record", "id"), "say one of `at`, `parts`, `field` and `constant`"
    if one.field is not None and one.field not in spec.record.fields():
        yield f"`{one.field}` is no field of this table", ("record", "id", "field"), None
    if one.field == "events" and (spec.record.events is None or spec.record.events.each != "one"):
        yield "events are an id where a record has one", ("record", "id", "field"), "add `each: one` to `events`"
    if one.constant is not None and [] not in spec.unique:
        yield "an id that is always the same means one record a scope", ("record", "id"), "add `unique: [[]]`"
