"""What the storms share: a sandbox with five kinds of providers, files over it, and what must be there in the end."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from reconciler.providers.registry import catalog, load_spec, load_spec_file
from reconciler.providers.spec import Spec

HERE = Path(__file__).parent
CREDENTIALS: dict[str, dict[str, str]] = {
    "lipscore": {"api_key": "k"},
    "argyle": {"key_id": "i", "key_secret": "s"},
    "flightrates": {"handle": "h", "password": "p"},
    "studiewinkel": {"token": "t"},
    "acme": {"token": "t"},
}
URL_FIELDS = {
    "lipscore": "target_url",
    "argyle": "url",
    "flightrates": "endPoint",
    "studiewinkel": "notificationUrl",
    "acme": "target",
}
SHOP = "63fdc414cccc3592d31b3ac8"
ADDED = "added_by_provider"
"""What an altered echo adds to objects."""
ALTERED = "altered.event"
"""What stands for the events where the provider took others than it was sent."""

Subscriptions = dict[str, dict[str, Any]]


def specs() -> dict[str, Spec]:
    """The tables of the catalog, and that of the user's own."""
    return {**{name: load_spec(name) for name in catalog()}, "acme": load_spec_file(HERE / "acme.yaml")}


def url(name: str) -> str:
    return f"https://hooks.example.com/{name}"


def connection(base_url: str, name: str, **more: Any) -> dict[str, Any]:
    """The entry of a connection named after its provider, or `provider@account`."""
    provider = name.partition("@")[0]
    entry: dict[str, Any] = {"type": provider, "base_url": base_url, **CREDENTIALS[provider], **more}
    if provider == "flightrates":
        entry["undocumented"] = ["delete"]
    if provider == "acme":
        del entry["type"]
        entry["spec"] = str(HERE / "acme.yaml")
    return entry


def write_file(path: Path, providers: Mapping[str, Any], subscriptions: Subscriptions) -> None:
    document = {
        "version": 1,
        "providers": dict(providers),
        "policy": {"max_deletes": 100_000},
        "subscriptions": subscriptions,
    }
    path.write_text(yaml.dump(document, Dumper=getattr(yaml, "CSafeDumper", yaml.SafeDumper), sort_keys=False))


def declared(subscriptions: Subscriptions) -> dict[str, list[dict[str, Any]]]:
    """What must be there, by connection, in the providers' words: only what the file says of each record."""
    there: dict[str, list[dict[str, Any]]] = {}
    for one in subscriptions.values():
        connection_name, provider = one["provider"], one["provider"].partition("@")[0]
        records = there.setdefault(connection_name, [])
        if provider == "lipscore":
            records += [{"target_url": one["url"], "event": event} for event in one["events"]]
        elif provider == "studiewinkel":
            records += [{"notificationUrl": one["url"], "event": event} for event in one["events"]]
        elif provider == "flightrates":
            password = {"pwdTxt": one["password"]} if "password" in one else {}
            records += [
                {"endPoint": one["url"], "hookType": event, "_shop": SHOP, "isActiveStatus": True, **password}
                for event in one["events"]
            ]
        elif provider == "argyle":
            records.append(
                {
                    "url": one["url"],
                    "events": sorted(one["events"]),
                    "config": one.get("config", {}),
                    "secret": one.get("secret"),
                }
            )
        else:
            records.append(
                {
                    "target": one["url"],
                    "topics": sorted(one["events"]),
                    "level": one.get("level", 1),
                    "key": one.get("secret"),
                    "active": one.get("enabled", True),
                }
            )
    return there


def seen(provider: str, records: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The same of what a provider has: its records, cut to what a file can say."""
    kind = provider.partition("@")[0]
    shown = []
    for record in records:
        if kind == "argyle":
            config = {name: value for name, value in (record.get("config") or {}).items() if name != ADDED}
            events = ["users.fully_synced"] if record["events"] == [ALTERED] else sorted(record["events"])
            shown.append({"url": record["url"], "events": events, "config": config, "secret": record.get("secret")})
        elif kind == "acme":
            shown.append(
                {
                    "target": record["target"],
                    "topics": sorted(record["topics"]),
                    "level": record.get("level", 1) or 1,
                    "key": record.get("key"),
                    "active": record["active"],
                }
            )
        elif kind == "flightrates":
            names = ("endPoint", "hookType", "_shop", "isActiveStatus", "pwdTxt")
            shown.append({name: record[name] for name in names if record.get(name) is not None})
        else:
            shown.append({name: record[name] for name in (URL_FIELDS[kind], "event")})
    return shown


def count(records: Iterable[Mapping[str, Any]]) -> Counter[str]:
    """Records as texts that can be counted, and subtracted from each other."""
    return Counter(json.dumps(record, sort_keys=True) for record in records)


def rows(state: Path, table: str) -> int:
    """How many rows a table of the state has; 0 before there is one."""
    if not state.exists():
        return 0
    with sqlite3.connect(f"file:{state}?mode=ro", uri=True) as connection:
        (number,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    connection.close()
    return int(number)
