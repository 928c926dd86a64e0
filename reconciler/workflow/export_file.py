"""The text of an exported hooks.yaml: the connection without its credentials, and the subscriptions."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reconciler.config import load
from reconciler.config.model import ConnectionModel
from reconciler.errors import ConfigError
from reconciler.output.hooks_file import comment, mapping
from reconciler.secrets.references import Reference, parse
from reconciler.workflow.export import Exported
from reconciler.workflow.naming import variable
from reconciler.workflow.session import Session


def render_export(
    found: Exported, session: Session, connection: str, out: Path | None, *, subscriptions_only: bool
) -> str:
    """Return the file's text; the variables that the connection needs are added to those of `found`."""
    parts: dict[str, Any] = {"version": 1}
    if not subscriptions_only:
        parts["providers"] = {connection: _connection(found, session, connection, out)}
        if found.plain_http:
            parts["policy"] = {"require_https": False}
            found.remarks.append("Some URLs are http, which `policy.require_https: false` lets through.")
    head = [f"What `reconcile export {connection}` found. A plan on it adopts these records and changes none."]
    if found.variables:
        head += ["", "Variables to be set to what the provider has:"]
        head += [f"  {name}  {about}" for name, about in found.variables.items()]
    head += ["", *found.remarks] if found.remarks else []
    head += ["", "Left out:", *(f"  {line}" for line in found.left_out)] if found.left_out else []
    text = comment(head) + mapping({"version": 1})
    for name, value in parts.items():
        text += "" if name == "version" else f"\n{name}:\n{_below(value)}"
    if not found.subscriptions:
        return f"{text}\nsubscriptions: {{}}\n"
    return f"{text}\nsubscriptions:\n" + "\n".join(
        f"{mapping({name: {}}, 2).removesuffix(' {}' + chr(10))}\n{mapping(entry, 4)}"
        for name, entry in found.subscriptions.items()
    )


def _below(value: Mapping[str, Any]) -> str:
    text = ""
    for name, item in value.items():
        if isinstance(item, Mapping) and item:
            text += mapping({name: {}}, 2).removesuffix(" {}\n") + "\n" + mapping(item, 4)
        else:
            text += mapping({name: item}, 2)
    return text


def _connection(found: Exported, session: Session, name: str, out: Path | None) -> dict[str, Any]:
    """The connection as the file has it, its credentials as references without any value."""
    entry: dict[str, Any] = {}
    needed: dict[str, str] = {}
    for key, value in load(session.options.file).providers[name].items():
        if key == "spec" and out is not None:
            table = session.options.file.parent / str(value)
            entry[key] = Path(os.path.relpath(table, out.parent)).as_posix()
        elif key in ConnectionModel.model_fields:
            entry[key] = value
        else:
            entry[key] = value if _is_bare(value) else f"${{env:{variable(name, key)}}}"
            needed |= dict.fromkeys(_variables(entry[key]), f"{key} of the connection {name}")
    found.variables = {**needed, **found.variables}
    return entry


def _is_bare(value: object) -> bool:
    """Whether a value is made of references only, none with a default: nothing secret stands in it."""
    try:
        parts = parse(value) if isinstance(value, str) else ("",)
    except ConfigError:
        return False
    return all(isinstance(part, Reference) and part.default is None for part in parts)


def _variables(value: str) -> list[str]:
    return [part.name for part in parse(value) if isinstance(part, Reference) and part.kind == "env"]
