"""What a provider's table says it can do, its fields and events, for people and for machines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconciler.output.page import Page
from reconciler.output.visible import shown_text, visible
from reconciler.providers.spec import FieldSpec, Spec, Tested

_TYPES = {"events": "array", "headers": "object", "enabled": "boolean"}
# Where the file need not say them, these are sent.
_GIVEN = {"name": "the subscription's name", "enabled": "true"}
_OPERATIONS = ("list", "get", "create", "update", "delete")
_CAN = {
    "list": "list all records",
    "get": "read one record",
    "create": "create a record",
    "update": "change a record in place",
    "delete": "delete a record",
}
_WITHOUT = {
    "list": "the state is the only witness of what is there",
    "get": "what is there is read from the list",
    "update": "a change is a replacement",
}
_AGAINST = {"schema": "the vendor's own schema", "server": "a server that runs"}
_SHOWN_AS = {
    "clear": "compared with what the provider shows",
    "masked": "the provider shows it masked: compared with what was sent",
    "never": "the provider never shows it: compared with what was sent",
    "on_create": "the provider shows it once, when the record is made",
}


def provider_json(name: str, spec: Spec) -> dict[str, Any]:
    """Return all that a user of a provider should know, as plain JSON."""
    events = spec.record.events
    return {
        "name": name,
        "title": spec.title,
        "docs": spec.docs,
        "base_url": spec.base_url,
        "environments": dict(spec.environments),
        "credentials": [list(auth.credentials) for auth in spec.auths],
        "abilities": abilities(spec),
        "one_event_a_record": events is not None and events.each == "one",
        "events": list(events.known) if events is not None else [],
        "scope": [
            {"name": one, "description": parameter.description, "default": parameter.default}
            for one, parameter in spec.scope.items()
        ],
        "fields": [_field_json(one, field, spec) for one, field in spec.record.fields().items()],
        "notes": list(spec.notes),
        "tested": [{"against": one.against, "source": one.source, "facts": list(one.facts)} for one in spec.tested],
        "sources": list(spec.sources),
    }


def abilities(spec: Spec) -> dict[str, str]:
    """Return `yes`, `no` or `undocumented` (a connection must allow it) for each operation."""
    calls = {
        "list": spec.listing,
        "get": spec.get,
        "create": spec.create,
        "update": spec.update,
        "delete": spec.delete,
    }
    return {
        name: "no" if call is None else "yes" if call.documented else "undocumented" for name, call in calls.items()
    }


def render_providers(specs: Mapping[str, Spec], *, color: bool, width: int = 80) -> str:
    """Return one line a provider: what it can do, and its title."""
    page = Page(color=color, width=width)
    rows = [("PROVIDER", *(name.upper() for name in _OPERATIONS), "EVENTS", "TITLE")]
    for name, spec in specs.items():
        can = abilities(spec)
        cells = ["yes*" if can[one] == "undocumented" else can[one] for one in _OPERATIONS]
        events = spec.record.events
        number = "none" if events is None else "one" if events.each else "many"
        rows.append((visible(name), *cells, number, visible(spec.title)))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    indent = sum(widths[:-1]) + 2 * len(widths[:-1])
    for index, row in enumerate(rows):
        line = "  ".join(cell.ljust(size) for cell, size in zip(row, widths, strict=True)).rstrip()
        page.add(line, hang=indent, tone="plain" if index else "strong")
    page.gap()
    page.add("EVENTS one: a record takes a single event, so each event makes a record.", hang=2, tone="faint")
    page.add("UPDATE no: a change is a replacement.", hang=2, tone="faint")
    if any("undocumented" in abilities(spec).values() for spec in specs.values()):
        page.add("* no document names the call; `undocumented:` on a connection allows it.", hang=2, tone="faint")
    page.add("`reconcile providers NAME` tells the fields, events and sources of one.", hang=2, tone="faint")
    return page.text()


def render_provider(name: str, spec: Spec, *, color: bool, width: int = 80) -> str:
    """Return everything that a user of one provider should know."""
    page = Page(color=color, width=width)
    page.add(f"{visible(name)}: {visible(spec.title)}", tone="strong")
    _add_pairs(page, _whereabouts(spec))
    page.title("What it can do")
    _add_pairs(page, [(_CAN[one], _ability_words(one, answer)) for one, answer in abilities(spec).items()])
    page.title("Fields of a subscription")
    for parameter, meaning in spec.scope.items():
        default = f"default {shown_text(meaning.default)}" if meaning.default is not None else "required"
        _add_entry(page, parameter, f"string, {default}", meaning.description, None)
    for field_name, field in spec.record.fields().items():
        entry = _field_json(field_name, field, spec)
        _add_entry(page, field_name, _field_words(entry), field.description, field.source)
    events = spec.record.events
    if events is not None and events.known:
        page.title("Events seen in documents")
        page.add("  ".join(visible(event) for event in events.known), 2, hang=2)
    tested = [told_test(one) for one in spec.tested]
    for title, texts in (("Notes", spec.notes), ("Tested against", tested), ("Sources", spec.sources)):
        if texts:
            page.title(title)
            for text in texts:
                page.add(f"- {visible(text)}", 2)
    return page.text()


def told_test(tested: Tested) -> str:
    """Return what was tested against what, in a line."""
    return f"{_AGAINST[tested.against]} ({tested.source}): {', '.join(tested.facts)}"


def _whereabouts(spec: Spec) -> list[tuple[str, str]]:
    ways = " or ".join(" and ".join(auth.credentials) or "none" for auth in spec.auths)
    pairs = [
        ("documents", spec.docs or ""),
        ("base URL", spec.base_url or f"none: the connection says it{_such_as(spec.base_url_example)}"),
        *((f"environment {name}", url) for name, url in spec.environments.items()),
        ("credentials", ways or "none"),
    ]
    return [(visible(label), visible(text)) for label, text in pairs if text]


def _such_as(example: str | None) -> str:
    return f", such as {example}" if example else ""


def _ability_words(operation: str, answer: str) -> str:
    if answer == "undocumented":
        return f"no document names the call; `undocumented: [{operation}]` on the connection allows it"
    without = _WITHOUT.get(operation)
    return f"no: {without}" if answer == "no" and without else answer


def _field_json(name: str, field: FieldSpec, spec: Spec) -> dict[str, Any]:
    secret = name in spec.record.secret_fields()
    return {
        "name": name,
        "type": field.type or _TYPES.get(name, "string"),
        "required": _is_required(name, field),
        "secret": secret,
        "read": field.visibility if secret else None,
        "only_create": field.only_create,
        "default": field.default if field.keep is None else field.keep,
        "values": sorted(field.values) if field.values else [],
        "known": list(field.known),
        "description": field.description,
        "source": field.source,
        "inferred": field.inferred,
    }


def _is_required(name: str, field: FieldSpec) -> bool:
    """Whether a subscription must say it: what has a default here need not be said."""
    if name == "events":
        return field.default is None
    return name == "url" or (field.required and name not in _GIVEN and field.keep is None)


def _field_words(entry: Mapping[str, Any]) -> str:
    words = [entry["type"]]
    if entry["required"]:
        words.append("required")
    if entry["only_create"]:
        words.append("cannot be changed")
    if entry["name"] in _GIVEN:
        words.append(f"default {_GIVEN[entry['name']]}")
    elif entry["default"] is not None:
        words.append(f"default {shown_text(entry['default'])}")
    if entry["values"]:
        words.append("one of " + ", ".join(visible(value) for value in entry["values"]))
    if entry["secret"]:
        words.append(f"secret ({_SHOWN_AS[entry['read']]})")
    if entry["inferred"]:
        words.append("inferred")
    return ", ".join(words)


def _add_pairs(page: Page, pairs: list[tuple[str, str]]) -> None:
    widest = max(len(label) for label, _ in pairs)
    for label, text in pairs:
        page.add(f"{label:<{widest}}  {text}", 2, hang=widest + 4)


def _add_entry(page: Page, name: str, words: str, description: str | None, source: str | None) -> None:
    page.add(f"{visible(name)}: {words}", 2)
    if description:
        page.add(visible(description), 6, hang=6)
    if source:
        page.add(f"source: {visible(source)}", 6, hang=6, tone="faint")
