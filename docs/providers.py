"""Writes docs/providers/*.md from the tables of the catalog: `make reference`, or `python docs/providers.py`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from reconciler.output.provider import provider_json, told_test
from reconciler.providers.registry import catalog, load_spec
from reconciler.providers.spec import Call, FieldSpec, Spec

FOLDER = Path(__file__).parent / "providers"
_NOTE = "<!-- Made by docs/providers.py from the provider's table. Change that, then run `make reference`. -->"
_READ = {
    "clear": "shown in clear, so it is compared",
    "masked": "shown masked",
    "never": "never shown",
    "on_create": "shown once, when it is made",
}


def pages() -> dict[str, str]:
    """Return the text of each page by its name in the folder."""
    about = {name: provider_json(name, load_spec(name)) for name in catalog()}
    return {
        "README.md": _index(about),
        "matrix.md": matrix({name: load_spec(name) for name in catalog()}),
        **{f"{name}.md": _page(name, one) for name, one in about.items()},
    }


def _index(about: dict[str, dict[str, Any]]) -> str:
    rows = [
        f"| [{one['title']}]({name}.md) | `{name}` | "
        + " | ".join(_ability(answer) for answer in one["abilities"].values())
        + f" | {'one' if one['one_event_a_record'] else 'many' if 'events' in _names(one) else 'no choice'} |"
        for name, one in about.items()
    ]
    heads = ["provider", "type", *next(iter(about.values()))["abilities"], "events a record"]
    table = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|", *rows]
    told = (
        "Without *list* the state is the only witness. Without *update* a change is a replacement. *undocumented*: no "
        "document names the call, and `undocumented:` on a connection allows it. [The matrix](matrix.md) tells more."
    )
    return _lines("# Providers", "", _NOTE, "", *table, "", told)


def _page(name: str, one: dict[str, Any]) -> str:
    lines = [f"# {one['title']}", "", _NOTE, ""]
    if one["docs"]:
        lines += [f"The vendor's documents: <{one['docs']}>", ""]
    lines += ["## The connection", "", "```yaml", "providers:", f"  {name}:"]
    ways = one["credentials"] or [[]]
    if one["environments"]:
        lines.append(f"    # environment: one of {', '.join(one['environments'])}")
    if one["base_url"] is None:
        lines.append("    base_url: https://…")
    lines += [f"    {key}: ${{env:{name.upper().replace('-', '_')}_{key.upper()}}}" for key in ways[0]]
    lines += ["```", ""]
    if len(ways) > 1:
        lines += ["Or with " + ", or ".join(_listed(way) for way in ways[1:]) + ".", ""]
    lines += ["## What it can do", "", "| call | |", "|---|---|"]
    lines += [f"| {call} | {_ability(answer)} |" for call, answer in one["abilities"].items()]
    lines += ["", "## Fields of a subscription", "", "| field | type | |", "|---|---|---|"]
    lines += [f"| `{part['name']}` | string | required. {_cell(part['description'])} |" for part in one["scope"]]
    lines += [f"| `{field['name']}` | {field['type']} | {_field(field)} |" for field in one["fields"]]
    if one["events"]:
        lines += ["", "## Events seen in documents", "", "Others are taken as well, with a warning.", ""]
        lines += [", ".join(f"`{event}`" for event in one["events"])]
    tested = [told_test(test) for test in load_spec(name).tested]
    for title, texts in (("Notes", one["notes"]), ("Tested against", tested), ("Sources", one["sources"])):
        if texts:
            lines += ["", f"## {title}", "", *(f"- {text}" for text in texts)]
    return _lines(*lines)


_CAN, _CANNOT, _NOT_DOCUMENTED = "can", "cannot", "not documented"
_LEGEND = """\
- *can*: the vendor's documents or code say so. *cannot*: they have nothing of the kind. *not documented*: no document
  says it outright; the table marks it as inferred, or a connection has to allow the call (`undocumented:`).
- *pages*: its list comes in pages. *switch*: a record can be disabled.
- *secret of ours*: we choose what signs deliveries. *seen*: a read shows it, so that drift is noticed. *made*: the
  provider makes it, and *rotate* renews it.
- *many events*: a record takes several. *many records*: an account, or a scope, has room for more than one.
- *tested against*: what each run of the tests holds the table to, that nobody here wrote: the vendor's own *schema*, a
  *server* that runs. The provider's page says which facts. All others rest on the sources that the page cites.
""".splitlines()


def matrix(specs: dict[str, Spec]) -> str:
    """Return the page that says of each provider what it can, cannot, and what no document says."""
    rows = {name: _abilities(spec) for name, spec in specs.items()}
    heads = ["provider", *next(iter(rows.values()))]
    table = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    table += [
        f"| [{specs[name].title}]({name}.md) | {' | '.join(answers.values())} |" for name, answers in rows.items()
    ]
    return _lines("# What each provider can do", "", _NOTE, "", *table, "", *_LEGEND)


def _abilities(spec: Spec) -> dict[str, str]:
    fields = spec.record.fields()
    secret, events = fields.get("secret"), fields.get("events")
    return {
        "list": _answer(spec.listing),
        "pages": _answer(spec.listing, can=spec.listing is not None and spec.listing.next is not None),
        "read one": _answer(spec.get),
        "update": _answer(spec.update),
        "delete": _answer(spec.delete),
        "switch": _answer(fields.get("enabled")),
        "headers": _answer(fields.get("headers")),
        "secret of ours": _answer(secret, can=secret is not None and not secret.made),
        "seen": _answer(secret, can=secret is not None and secret.visibility == "clear"),
        "made": _answer(secret, can=secret is not None and secret.visibility == "on_create"),
        "rotate": _answer(spec.rotate),
        "many events": _answer(events, can=events is not None and events.each is None),
        "many records": _CANNOT if [] in spec.unique else _CAN,
        "tested against": ", ".join(sorted({one.against for one in spec.tested})) or "sources alone",
    }


def _answer(part: Call | FieldSpec | None, *, can: bool = True) -> str:
    """What a call or a field of the table means for the matrix; without one it cannot be done."""
    if part is None or not can:
        return _CANNOT
    sure = not part.inferred and (not isinstance(part, Call) or part.documented)
    return _CAN if sure else _NOT_DOCUMENTED


def _field(field: dict[str, Any]) -> str:
    words = ["required"] if field["required"] else []
    words += ["cannot be changed afterwards"] if field["only_create"] else []
    words += [f"default `{field['default']}`"] if field["default"] is not None else []
    words += ["one of " + _listed(field["values"])] if field["values"] else []
    words += [f"a secret, {_READ[field['read']]}"] if field["secret"] else []
    told = "; ".join(words)
    return " ".join(part for part in (f"{told}." if told else "", _cell(field["description"])) if part)


def _names(one: dict[str, Any]) -> set[str]:
    return {field["name"] for field in one["fields"]}


def _ability(answer: str) -> str:
    return {"yes": "yes", "no": "no"}.get(answer, answer)


def _listed(names: list[str]) -> str:
    return " and ".join(f"`{name}`" for name in names)


def _cell(text: str | None) -> str:
    return (text or "").replace("|", "\\|").replace("\n", " ").strip()


def _lines(*lines: str) -> str:
    return "\n".join(line.rstrip() for line in lines).strip() + "\n"


def main() -> None:
    """Write the pages, and remove those of providers that are no more."""
    FOLDER.mkdir(exist_ok=True)
    made = pages()
    for file in FOLDER.glob("*.md"):
        if file.name not in made:
            file.unlink()
    for name, text in made.items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
