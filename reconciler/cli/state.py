"""`reconcile state …`: look at the state, and look after it by hand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reconciler.cli.options import common_options, format_option
from reconciler.cli.running import running
from reconciler.errors import StateError, UsageError
from reconciler.output.visible import visible
from reconciler.records import selects
from reconciler.workflow.options import Options

if TYPE_CHECKING:
    from reconciler.state.model import Store


@click.group()
def state() -> None:
    """Look at the state, and look after it by hand."""


@state.command("list")
@format_option("text", "json")
@common_options(only=("file", "state", "targets", "connections"))
def list_command(options: Options, output_format: str) -> int:
    """List the addresses that the state owns, with connection and id."""
    with _store(options) as store:
        held = store.load()
    rows: list[dict[str, Any]] = [
        {"address": one.address, "connection": one.connection, "id": one.id, "protect": one.protect, "deposed": False}
        for one in sorted(held.records.values(), key=lambda record: record.address)
    ]
    rows += [
        {"address": one.address, "connection": one.connection, "id": one.id, "protect": False, "deposed": True}
        for one in held.deposed
    ]
    rows = [row for row in rows if _wanted(row, options)]
    if output_format == "json":
        _print_json(rows)
        return 0
    widths = [max((len(visible(row[name])) for row in rows), default=0) for name in ("address", "connection")]
    for row in rows:
        marks = [word for word in ("protect", "deposed") if row[word]]
        line = f"{visible(row['address']):{widths[0]}}  {visible(row['connection']):{widths[1]}}  {visible(row['id'])}"
        click.echo(f"{line}  ({', '.join(marks)})" if marks else line)
    for intent in held.intents.values():
        click.echo(f"{visible(intent.address or '-')}: the outcome of a {intent.operation} is not recorded", err=True)
    return 0


@state.command("show")
@click.argument("address")
@common_options(only=("file", "state"))
def show_command(options: Options, address: str) -> int:
    """Show, as JSON, what the state has of an ADDRESS (a bare name: all its records)."""
    from reconciler.state.document import dump
    from reconciler.workflow.checks import address_hint

    with _store(options) as store:
        document = dump(store.load())
    found = {
        part: [_shown(one) for one in document[part] if one["address"] and selects(address, one["address"])]
        for part in ("records", "deposed", "intents")
    }
    if not any(found.values()):
        hint = address_hint(address, [one["address"] for one in document["records"]])
        raise UsageError(f"The state has nothing at {address}; `reconcile state list` lists what it has.{hint}")
    _print_json(found)
    return 0


@state.command("rm")
@click.argument("address")
@common_options(only=("file", "state", "lock_timeout"))
def rm_command(options: Options, address: str) -> int:
    """Forget what the state has at an ADDRESS. Nothing is deleted at the provider."""
    from reconciler.workflow.tending import forget

    with _store(options) as store:
        for line in forget(store, address, options.lock_timeout):
            click.echo(f"Forgotten: {visible(line)}")
    return 0


@state.command("mv")
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
@common_options(only=("file", "state", "lock_timeout"))
def mv_command(options: Options, source: str, target: str) -> int:
    """Give a record another address (a bare name: all records of a subscription)."""
    from reconciler.workflow.tending import move

    with _store(options) as store:
        for old, new in move(store, source, target, options.lock_timeout):
            click.echo(f"{visible(old)} is now {visible(new)}")
    return 0


@state.command("pull")
@common_options(only=("file", "state"))
def pull_command(options: Options) -> int:
    """Print the whole state as JSON, without the key of its fingerprints."""
    from reconciler.state.document import dump

    with _store(options) as store:
        _print_json(dump(store.load()))
    return 0


@state.command("push")
@click.argument("source", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Even over a state of another lineage, or a newer one.")
@common_options(only=("file", "state", "lock_timeout"))
def push_command(options: Options, source: Path, *, force: bool) -> int:
    """Put a state that `state pull` printed in the place of the present one."""
    import json

    from reconciler.state.document import load_document, push

    try:
        pushed = load_document(json.loads(source.read_text(encoding="utf-8")))
    except OSError as error:
        raise UsageError(f"{source} cannot be read: {error.strerror}.") from None
    except ValueError:
        raise StateError(f"{source} is not JSON. Take a state from `reconcile state pull`.") from None
    with _store(options) as store, store.locked("state push", options.lock_timeout):
        push(store, pushed, force=force)
    click.echo(f"{visible(store.location)} now holds {visible(str(source))}.")
    return 0


@state.command("unlock")
@click.argument("lock_id", metavar="ID")
@common_options(only=("file", "state"))
def unlock_command(options: Options, lock_id: str) -> int:
    """Break the lock of that ID: only when its holder is certainly gone."""
    with _store(options) as store:
        holder = store.unlock(lock_id)
    click.echo(f"The lock of {visible(holder.actor)} on {visible(holder.host)} ({visible(holder.command)}) is broken.")
    return 0


@state.command("copy")
@click.argument("target", metavar="TO")
@common_options(only=("file", "state", "lock_timeout"))
def copy_command(options: Options, target: str) -> int:
    """Copy the state, its key and its history to another place, TO, where there is none."""
    import os

    from reconciler.state.transfer import copy
    from reconciler.workflow.session import state_place

    source, made = copy(state_place(options), target, os.environ, options.lock_timeout)
    click.echo(f"{visible(made)} now holds what {visible(source)} holds.")
    click.echo("Point `state:` in your file, or --state, to it.")
    return 0


@state.command("rekey")
@common_options(only=("file", "state", "lock_timeout"))
def rekey_command(options: Options) -> int:
    """Put the state under RECONCILE_STATE_KEY, from RECONCILE_STATE_KEY_OLD; encrypted, with RECONCILE_STATE_ENCRYPT=1.

    Without RECONCILE_STATE_KEY the state keeps its key itself from then on.
    """
    import os

    from reconciler.state.transfer import rekey
    from reconciler.workflow.session import state_place

    click.echo(visible(rekey(state_place(options), os.environ, options.lock_timeout)))
    return 0


@state.command("reconnect")
@click.argument("connection")
@common_options(only=("file", "state", "lock_timeout"))
def reconnect_command(options: Options, connection: str) -> int:
    """Accept that a CONNECTION has another type, base URL or account than when its records were made."""
    from reconciler.workflow.tending import reconnect

    with running(options) as (session, _):
        identity = reconnect(session, connection)
    click.echo(f"{visible(connection)} is {visible(identity.provider)} at {visible(identity.base_url)} from now on.")
    return 0


@contextmanager
def _store(options: Options) -> Iterator[Store]:
    from reconciler.workflow.session import open_store_of  # loads the engine and the state: not for --help

    store = open_store_of(options)
    try:
        yield store
    finally:
        store.close()


def _wanted(row: dict[str, Any], options: Options) -> bool:
    if options.connections and row["connection"] not in options.connections:
        return False
    return not options.targets or any(selects(target, row["address"]) for target in options.targets)


def _shown(entry: dict[str, Any]) -> Any:
    """Return one entry of the state for a person: without its key, which only serves to compare."""
    return _without_fingerprints({name: value for name, value in entry.items() if name != "key"})


def _without_fingerprints(value: Any) -> Any:
    """A fingerprint tells nothing to a person; what is shown of a secret elsewhere is shown here."""
    if isinstance(value, dict):
        if "$secret" in value:
            return value.get("shown", "(sensitive)")
        return {name: _without_fingerprints(item) for name, item in value.items()}
    return [_without_fingerprints(item) for item in value] if isinstance(value, list) else value


def _print_json(value: object) -> None:
    import json

    click.echo(json.dumps(value, indent=2, ensure_ascii=False))
