"""What the benchmarks run on: the same N things as hooks.yaml, as Terraform's resources, as octoDNS's records."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PAGE = 100
"""Records on a page of a list, so that 10,000 are 100 pages."""

EVENTS = ["users.fully_synced", "accounts.added", "paystubs.updated"]
MORE = "accounts.updated"

TABLE = """\
title: Benchmark
auth: {{bearer: token}}
record:
  id: id
  url: url
  events: events
  name: name
  config: {{at: config, type: object}}
list: {{get: /hooks, query: {{limit: 100}}, items: items, next: {next}}}
create: {{post: /hooks}}
update: {{put: "/hooks/{{id}}"}}
delete: {{delete: "/hooks/{{id}}"}}
"""
WAYS = {"chained": "{url: next}", "numbered": "{page: page, pages: pages}"}


def live_record(number: int) -> dict[str, Any]:
    """Return one record as the provider shows it."""
    return {
        "id": f"id-{number}",
        "url": f"https://hooks.example.com/orders/{number:06d}",
        "events": EVENTS,
        "name": f"Hook number {number}",
        "config": {"days_synced": number % 30 + 1, "region": "eu-west"},
        "created_at": "2024-05-06T07:08:09Z",
    }


def hooks(folder: Path, records: int, base_url: str, *, way: str = "argyle", changed: bool = False) -> Path:
    """Write a hooks.yaml that wants the records of `live_record`; `changed`: each with two other values.

    `argyle`: by the catalog's table, in which each page holds the address of the next. The other ways are
    those of a table of our own.
    """
    path = folder / "hooks.yaml"
    connection = f"bench: {{type: argyle, base_url: {base_url}/argyle, key_id: benchmark, key_secret: benchmark}}"
    if way != "argyle":
        (folder / "table.yaml").write_text(TABLE.format(next=WAYS[way]))
        connection = f"bench: {{spec: table.yaml, base_url: {base_url}/{way}, token: benchmark}}"
    with path.open("w") as file:
        file.write(f"version: 1\nproviders:\n  {connection}\nsubscriptions:{'' if records else ' {}'}\n")
        file.writelines(_subscriptions(records, changed))
    return path


def _subscriptions(records: int, changed: bool) -> Iterator[str]:
    events = ", ".join([*EVENTS, MORE] if changed else EVENTS)
    for number in range(records):
        yield (
            f"  hook-{number:06d}:\n    provider: bench\n    url: https://hooks.example.com/orders/{number:06d}\n"
            f"    events: [{events}]\n    name: Hook number {number}\n"
            f"    config: {{days_synced: {number % 30 + 1 + changed}, region: eu-west}}\n"
        )


def spoiled(path: Path, every: int) -> Path:
    """Write a copy of a hooks.yaml in which one subscription out of `every` has a mistyped key."""
    lines = path.read_text().splitlines(keepends=True)
    seen = 0
    for index, line in enumerate(lines):
        if line.startswith("    config:"):
            seen += 1
            if seen % every == 0:
                lines[index] = line.replace("config:", "confg:")
    bad = path.with_name("spoiled.yaml")
    bad.write_text("".join(lines))
    return bad


def terraform_resources(folder: Path, records: int, *, for_each: bool) -> None:
    """Write as many resources that talk to nobody: `terraform_data`, each on its own or from one `for_each`."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "main.tf.json"
    if for_each:
        items = {f"hook-{number:06d}": _terraform_input(number) for number in range(records)}
        one = {"for_each": "${local.hooks}", "input": "${each.value}"}
        content: dict[str, Any] = {"locals": {"hooks": items}, "resource": {"terraform_data": {"hook": one}}}
    else:
        every = {f"hook-{number:06d}": {"input": _terraform_input(number)} for number in range(records)}
        content = {"resource": {"terraform_data": every}}
    path.write_text(json.dumps(content))


def terraform_state(folder: Path, records: int, *, for_each: bool) -> None:
    """Write the state that an apply of these resources leaves; the apply itself takes longer than quadratic time."""
    kind = {"mode": "managed", "type": "terraform_data", "provider": 'provider["terraform.io/builtin/terraform"]'}
    instances = {f"hook-{number:06d}": _terraform_instance(number) for number in range(records)}
    if for_each:
        every = [{"index_key": name, **instance} for name, instance in instances.items()]
        resources = [{**kind, "name": "hook", "instances": every}]
    else:
        resources = [{**kind, "name": name, "instances": [instance]} for name, instance in instances.items()]
    state = {"version": 4, "serial": 1, "lineage": "0cb2181a-5d3d-4a3d-a608-68ec71389b31", "resources": resources}
    (folder / "terraform.tfstate").write_text(json.dumps(state))


def _terraform_instance(number: int) -> dict[str, Any]:
    value = _terraform_input(number)
    known = {"value": value, "type": _terraform_type(value)}
    attributes = {"id": f"1e134675-fce4-440a-8467-{number:012d}", "input": known, "output": known}
    return {"schema_version": 0, "attributes": {**attributes, "triggers_replace": None}}


def _terraform_type(value: Any) -> Any:
    if isinstance(value, dict):
        return ["object", {name: _terraform_type(item) for name, item in value.items()}]
    if isinstance(value, list):
        return ["tuple", [_terraform_type(item) for item in value]]
    return "number" if isinstance(value, int) else "string"


def _terraform_input(number: int) -> dict[str, Any]:
    record = live_record(number)
    return {name: record[name] for name in ("url", "events", "name", "config")}


def octodns_zone(folder: Path, records: int) -> Path:
    """Write as many DNS records as YAML, and a configuration that compares them with a second copy."""
    for side in ("wanted", "there"):
        (folder / side).mkdir(parents=True, exist_ok=True)
        with (folder / side / "example.com.yaml").open("w") as file:
            file.write("---\n")
            file.writelines(_dns_record(number) for number in range(records))
    config = folder / "config.yaml"
    provider = "{{class: octodns.provider.yaml.YamlProvider, directory: {0}, default_ttl: 300}}"
    config.write_text(
        f"providers:\n  wanted: {provider.format(folder / 'wanted')}\n  there: {provider.format(folder / 'there')}\n"
        "zones:\n  example.com.: {sources: [wanted], targets: [there]}\n"
    )
    return config


def _dns_record(number: int) -> str:
    return f"hook-{number:06d}:\n  ttl: 300\n  type: TXT\n  values: [users.fully_synced, 'Hook number {number}']\n"
