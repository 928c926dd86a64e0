"""The provider format: one model of a provider's table.

The heart is `record`, a two-way map between our fields and theirs, from which the engine both
writes a body and reads an answer. It is data: no expressions, no templates beyond `{name}` in a
path, a header, a query or a body value. What a provider can do follows from what its table has.

Its parts: `fields` (one field), `calls` (one request), `pages` (how a list goes on), `ways` (to authenticate).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from reconciler.documents import Field, Model
from reconciler.providers.base import Path, names_in
from reconciler.providers.calls import (
    AfterCall,
    Call,
    CreateCall,
    DeleteCall,
    Encoding,
    Form,
    GetCall,
    ListCall,
    LoginCall,
    RotateCall,
    Success,
    UpdateCall,
)
from reconciler.providers.fields import VISIBILITIES, FieldSpec, Kind, Visibility
from reconciler.providers.pages import NextCursor, NextLast, NextLink, NextOffset, NextPage, NextRange, NextUrl
from reconciler.providers.ways import Auth, BasicPair, ClientCredentials
from reconciler.records import Scope

__all__ = [
    "COMMON_FIELDS",
    "VISIBILITIES",
    "AfterCall",
    "Auth",
    "BasicPair",
    "Call",
    "ClientCredentials",
    "CreateCall",
    "DeleteCall",
    "FieldSpec",
    "Form",
    "GetCall",
    "IdSpec",
    "Kind",
    "Limits",
    "ListCall",
    "LoginCall",
    "NextCursor",
    "NextLast",
    "NextLink",
    "NextOffset",
    "NextPage",
    "NextRange",
    "NextUrl",
    "RecordSpec",
    "Revision",
    "RotateCall",
    "ScopeParameter",
    "Spec",
    "Success",
    "Tested",
    "UpdateCall",
    "Visibility",
    "names_in",
]

COMMON_FIELDS = ("url", "events", "secret", "name", "description", "enabled", "headers")
"""Fields that every subscription may have, where its provider's table maps them."""

_SECRET_FIELDS = ("secret", "headers")


class IdSpec(Model):
    """Where a record's id comes from, where it is not simply at a path."""

    at: Path | list[Path] | None = Field(
        None, description="Where it is in an answer; the first of several that is there."
    )
    last_segment: bool = Field(False, description="It is the last segment of the URL that is there (`self`, `uri`).")
    header: str | None = Field(
        None,
        description="The header of a create's answer whose URL ends with it: Location. Its body is then not asked.",
    )
    parts: dict[str, Path] = Field(
        default_factory=dict, description="It has several parts: names, usable as {name} in calls, to paths."
    )
    field: str | None = Field(
        None, description="It is this field of ours (a name, a tag, the event), and we choose it."
    )
    constant: str | None = Field(None, description="There is one record at most, which has no id: any word for it.")
    type: Literal["string", "integer"] = Field("string", description="What a body's {id} alone is written as.")


class Revision(Model):
    """Where the record's revision is, that `{revision}` in a write's headers, query or body stands for."""

    at: Path | None = Field(None, description="Where it is in the answer of `get`.")
    header: str | None = Field(None, description="The header of the answer of `get` that has it: ETag.")

    def check(self) -> None:
        """Raise `ValueError` unless it is in one place."""
        if (self.at is None) == (self.header is None):
            raise ValueError("a revision is either `at` a path or in a `header`")


class RecordSpec(Model):
    """The map between our record and theirs. Keys beyond the named ones are fields of this provider's own."""

    own: dict[str, FieldSpec] = Field(default_factory=dict, rest=True)
    id: Path | list[Path] | IdSpec = Field(
        "id",
        description="Where the id is in an answer; the first of several that is there; or where else it comes from.",
    )
    url: FieldSpec
    events: FieldSpec | None = Field(None, description="Left out where the provider has no choice of events.")
    secret: FieldSpec | None = None
    name: FieldSpec | None = None
    description: FieldSpec | None = None
    enabled: FieldSpec | None = None
    headers: FieldSpec | None = None
    constants: dict[str, Any] = Field(
        default_factory=dict, description="Dotted paths of theirs to values that every create and update carries."
    )
    volatile: list[Path] = Field(
        default_factory=list, description="Paths of theirs that change by themselves and are never compared."
    )
    only: dict[str, Any] = Field(
        default_factory=dict,
        description="A list mixes kinds: ours have these values at these paths (of a list, any).",
    )
    excluded: dict[str, Any] = Field(
        default_factory=dict,
        alias="except",
        description="What has one of these values is not there: {status: deleted}.",
    )
    revision: Revision | None = Field(None, description="A write must name the record's revision (ETag, version).")

    @property
    def id_spec(self) -> IdSpec:
        """Where the id comes from, the short forms resolved."""
        return self.id if isinstance(self.id, IdSpec) else IdSpec(at=self.id)

    @property
    def id_paths(self) -> tuple[str, ...]:
        """Where the id may be in an answer, the likeliest first."""
        where = self.id_spec.at
        return () if where is None else (where,) if isinstance(where, str) else tuple(where)

    def secret_fields(self) -> frozenset[str]:
        """Return the names of the fields that are never shown: `secret`, `headers`, and what the table says."""
        named = self.fields().items()
        return frozenset(n for n, spec in named if (n in _SECRET_FIELDS if spec.secret is None else spec.secret))

    def fields(self) -> dict[str, FieldSpec]:
        """Return every mapped field by our name, the common ones first."""
        common = {name: getattr(self, name) for name in COMMON_FIELDS if getattr(self, name) is not None}
        return {**common, **self.own}


class ScopeParameter(Model):
    """A part of an account in which records live (repo, org, site): a key of each subscription, for {name} in calls."""

    description: str | None = Field(None, description="A sentence for `reconcile providers`.")
    default: str | None = Field(
        None, description="What it is where a subscription does not say; `` leaves a parameter out."
    )
    example: str | None = Field(None, description="A value, for trying the table out.")
    ignores_case: bool = Field(False, description="`Acme` and `acme` are one: it is sent in lower case.")


class Limits(Model):
    """The headers by which the provider says how many requests are left: at none, we wait."""

    remaining: str = Field(description="The header of the number that is left.")
    reset: str = Field(description="The header of when it starts anew.")
    unit: Literal["seconds", "epoch"] = Field("seconds", description="From now, or since 1970.")


class Tested(Model):
    """What nobody here wrote, and which facts of the table are tested against it at each run of the tests."""

    against: Literal["schema", "server"] = Field(
        description="The vendor's own schema (OpenAPI, GraphQL), or a server that runs."
    )
    source: str = Field(min_length=1, description="What it is, and of which version: `npm @octokit/openapi@23.0.2`.")
    facts: list[str] = Field(
        min_length=1, description="Which calls (their requests and answers), and the values of which fields."
    )


class Spec(Model):
    """A provider's table."""

    title: str = Field(description="The provider's name for people.")
    docs: str | None = Field(None, description="Where the vendor documents the API.")
    sources: list[str] = Field(default_factory=list, description="Pages and code the facts come from.")
    tested: list[Tested] = Field(
        default_factory=list, description="What was tested against what others wrote: the vendor's schema, a server."
    )
    notes: list[str] = Field(default_factory=list, description="What a user should know; shown by `providers`.")
    base_url: str | None = Field(None, description="Without a slash at the end; none: the connection must say it.")
    base_url_example: str | None = Field(
        None, description="What a connection's `base_url` looks like, where there is none."
    )
    environments: dict[str, str] = Field(default_factory=dict, description="Other base URLs by name.")
    auth: Auth | list[Auth] = Field(
        default_factory=list, description="Several: the first whose credentials are all given."
    )
    scope: dict[str, ScopeParameter] = Field(
        default_factory=dict, description="The keys of a subscription that say where in the account it lives."
    )
    key: list[str] = Field(
        default_factory=lambda: ["scope", "url", "events"], description="What makes two records the same."
    )
    unique: list[list[str]] = Field(
        default_factory=list,
        description="Sets of fields of which the provider takes no two records alike; [] alone: one record a scope.",
    )
    settle: float = Field(2.0, ge=0, description="Seconds after which a write is sure to show in a read.")
    rate: float | None = Field(None, gt=0, description="Requests a second that the provider allows.")
    concurrency: int | None = Field(None, gt=0, description="Requests at a time that the provider allows.")
    limits: Limits | None = Field(None, description="The headers that say how many requests are left.")
    throttled: dict[str, Any] = Field(
        default_factory=dict,
        description="An answer with one of these values at these paths means what 429 does, whatever its status: too "
        "many requests, and nothing was done.",
    )
    resend_secret: bool = Field(False, description="An update without the secret would erase it.")
    headers: dict[str, str] = Field(default_factory=dict, description="Headers that every call carries, as in a call.")
    query: dict[str, Any] = Field(default_factory=dict, description="Query parameters that every call carries.")
    encoding: Encoding = Field("json", description="How bodies are written: JSON, a form, or the query alone.")
    account: GetCall | None = Field(None, description="Reads the account; `item` is where its id is.")
    record: RecordSpec
    listing: ListCall | None = Field(None, alias="list", description="Reads all records of a scope.")
    get: GetCall | None = Field(None, description="Reads one record.")
    create: CreateCall = Field(description="Makes a record.")
    update: UpdateCall | None = Field(None, description="Changes a record; none: a change is a replacement.")
    delete: DeleteCall | None = Field(None, description="Deletes a record.")
    rotate: RotateCall | None = Field(None, description="Renews the secret that the provider makes at create.")
    after: list[AfterCall] = Field(default_factory=list, description="Calls that follow a write: verify, activate.")

    @property
    def auths(self) -> tuple[Auth, ...]:
        """The ways to authenticate, in order of preference."""
        return tuple(self.auth) if not isinstance(self.auth, Auth) else (self.auth,)

    @property
    def told_scope(self) -> frozenset[str]:
        """The scope parameters that a create tells; the provider knows others by what the record is about."""
        every = [text for text in (*self.headers.values(), *self.query.values()) if isinstance(text, str)]
        named = self.create.names | {name for text in every for name in names_in(text)}
        return frozenset(self.scope) & named

    @property
    def needed_scope(self) -> list[str]:
        """The scope parameters that somebody has to say: they have no default."""
        return [name for name, parameter in self.scope.items() if parameter.default is None]

    def scope_of(self, values: Mapping[str, Any]) -> Scope:
        """Return the scope that these values name, of all its parameters, so that equal places are equal."""
        if not self.scope:
            return ()

        def value(name: str, parameter: ScopeParameter) -> Any:
            given = values.get(name, parameter.default or "")
            return given.lower() if parameter.ignores_case and isinstance(given, str) else given

        return tuple(sorted((name, value(name, parameter)) for name, parameter in self.scope.items()))

    def key_defaults(self) -> dict[str, Any]:
        """What fields of the key are where nobody says: what a file leaves out is what a read then shows."""
        fields = self.record.fields()
        found = {name: fields[name].default for name in self.key if name in fields}
        return {
            name: tuple(sorted(default)) if name == "events" else default
            for name, default in found.items()
            if default is not None
        }
