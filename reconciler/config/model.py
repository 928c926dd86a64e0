"""The shape of hooks.yaml as models; what depends on a provider's table is checked in `shape`.

The descriptions are what `reconcile schema` shows in an editor.
"""

from __future__ import annotations

from typing import Any, Literal

from reconciler.documents import Field, Model

OPERATIONS = ("list", "get", "create", "update", "delete")


class PolicyModel(Model):
    """Guards that hold for every apply of this file."""

    max_deletes: int = Field(10, ge=0, description="An apply with more deletes is refused without --allow-deletes.")
    require_secret: bool = Field(False, description="Every subscription has a secret, where its provider has one.")
    allowed_hosts: list[str] | None = Field(
        None, description="Hosts that subscription URLs may name; `*` and `?` are wildcards. Default: any."
    )
    require_https: bool = Field(True, description="Subscription URLs are https, except on loopback.")


class ConnectionModel(Model):
    """One account at a provider. Keys beyond these are its credentials."""

    type: str | None = Field(None, description="The provider; default the connection's own name.")
    spec: str | None = Field(None, description="A provider file of your own, relative to this file.")
    environment: str | None = Field(None, description="One of the provider's environments, such as sandbox.")
    base_url: str | None = Field(None, description="Another address of the API: https, or any loopback address.")
    manage: Literal["declared", "all"] = Field(
        "declared", description="all: records there that this file does not declare are deleted."
    )
    adopt: bool = Field(True, description="Take over a live record equal in scope, URL and events.")
    concurrency: int | None = Field(None, gt=0, description="Requests at a time.")
    rate: float | None = Field(None, gt=0, description="Requests a second.")
    timeout: float = Field(30.0, gt=0, description="Seconds for one request.")
    retry: float = Field(40.0, ge=0, description="Seconds for all waiting for retries on this connection.")
    settle: float | None = Field(
        None, ge=0, description="Seconds after which a write is sure to show in a read; default the provider's."
    )
    listing: Literal["auto", "state"] = Field("auto", description="state: do not list, the state is the only witness.")
    undocumented: list[Literal["list", "get", "create", "update", "delete"]] = Field(
        default_factory=list, description="Calls to allow although the vendor's documents do not name them."
    )


class FileModel(Model):
    """A hooks.yaml."""

    version: Literal[1] = Field(description="The version of this format: 1.")
    state: str = Field(
        ".reconcile/state.db",
        min_length=1,
        description="Where the state is: an SQLite file relative to this one, postgresql://…, s3://…, gs://…, az://…",
    )
    include: list[str] = Field(default_factory=list, description="Files of subscriptions, relative to this one.")
    providers: dict[str, dict[str, Any]] = Field(default_factory=dict, description="Connections by name.")
    defaults: dict[str, Any] = Field(default_factory=dict, description="Merged under every subscription.")
    subscriptions: dict[str, dict[str, Any]] = Field(default_factory=dict, description="Subscriptions by name.")
    policy: PolicyModel = Field(default_factory=PolicyModel, description="Guards that hold for every apply.")


class IncludedModel(Model):
    """A file that `include` names: subscriptions, and nothing else."""

    version: Literal[1] = Field(1, description="The version of this format: 1.")
    subscriptions: dict[str, dict[str, Any]] = Field(description="Subscriptions by name.")
