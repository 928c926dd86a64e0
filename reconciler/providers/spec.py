"""The provider format: one pydantic model of a provider's table.

The heart is `record`, a two-way map between our fields and theirs, from which the engine both
writes a body and reads an answer. It is data: no expressions, no templates beyond `{name}` in a
path, a header or a query value. What a provider can do follows from what its table has.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Path = Annotated[str, Field(min_length=1, description="A dotted path into their JSON: `config.url`.")]
Status = Annotated[str, Field(pattern=r"^[1-5]\d\d$", description="An HTTP status, in quotes.")]
Kind = Literal["string", "integer", "number", "boolean", "array", "object", "any"]
Visibility = Literal["clear", "masked", "never", "on_create"]
VISIBILITIES: tuple[str, ...] = ("clear", "masked", "never", "on_create")

COMMON_FIELDS = ("url", "events", "secret", "name", "description", "enabled", "headers")
"""Fields that every subscription may have, where its provider's table maps them."""


_SECRET_FIELDS = ("secret", "headers")
_NAME = re.compile(r"\{(\w+)\}")


def names_in(template: str) -> tuple[str, ...]:
    """Return the names in braces of a path, a header or a query value, in their order."""
    return tuple(_NAME.findall(template))


class Model(BaseModel):
    """Base: unknown keys are errors, instances are frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class FieldSpec(Model):
    """One of our fields in their terms. The short form `url: target_url` means `url: {at: target_url}`."""

    at: Path | None = Field(None, description="Where it is, in what we write and in what we read.")
    write: Path | None = Field(None, description="Where it is in what we write, if that differs.")
    read: str | None = Field(
        None,
        description="Where it is in what we read, if that differs. For a secret: clear, masked, never or on_create.",
    )
    type: Kind | None = Field(None, description="The type of our value; default string (events: array).")
    secret: bool | None = Field(None, description="Never shown. True for `secret`; say it for passwords and tokens.")
    required: bool = Field(False, description="The provider refuses a record without it.")
    default: Any = Field(None, description="What the provider takes when it is not sent; what it goes back to.")
    values: dict[str, Any] | None = Field(
        None, description="Our value (as text: `true`, `false`, a name) to theirs, both ways."
    )
    only_create: bool = Field(False, description="Can be set when the record is made, not changed afterwards.")
    unordered: bool = Field(False, description="An array whose order means nothing. Events always are.")
    each: Literal["one"] | None = Field(None, description="Only for events: a record takes a single event.")
    known: list[str] = Field(default_factory=list, description="Values seen in documents; others warn.")
    description: str | None = Field(None, description="A sentence for `reconcile providers`.")
    source: str | None = Field(None, description="The page or code this comes from.")
    inferred: bool = Field(False, description="No document says it outright.")

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        return {"at": value} if isinstance(value, str) else value

    @property
    def visibility(self) -> Visibility:
        """For a secret: how much of it a read shows (default `never`)."""
        return self.read if self.read in VISIBILITIES else "never"  # type: ignore[return-value]  # narrowed above

    @property
    def made(self) -> bool:
        """Whether the provider makes this secret and takes none of ours (to take ours too, a table says `write`)."""
        return self.read == "on_create" and self.write is None

    @property
    def write_path(self) -> str | None:
        """Where the field goes in a request body; None where it cannot be written."""
        return self.write or self.at

    @property
    def read_path(self) -> str | None:
        """Where the field is in an answer; None where it is never there."""
        if self.read in VISIBILITIES or self.read is None:
            return self.at or self.write
        return self.read


class RecordSpec(BaseModel):
    """The map between our record and theirs. Keys beyond the named ones are fields of this provider's own."""

    model_config = ConfigDict(extra="allow", frozen=True)
    __pydantic_extra__: dict[str, FieldSpec]

    id: Path | list[Path] = Field("id", description="Where the id is in an answer; the first of several that is there.")
    url: FieldSpec
    events: FieldSpec | None = Field(None, description="Left out where the provider has no choice of events.")
    secret: FieldSpec | None = None
    name: FieldSpec | None = None
    description: FieldSpec | None = None
    enabled: FieldSpec | None = None
    headers: FieldSpec | None = None
    constants: dict[str, Any] = Field(
        default_factory=dict, description="Dotted paths of theirs to values that every write carries."
    )
    volatile: list[Path] = Field(
        default_factory=list, description="Paths of theirs that change by themselves and are never compared."
    )

    @property
    def id_paths(self) -> tuple[str, ...]:
        """Where the id may be in an answer, the likeliest first."""
        return (self.id,) if isinstance(self.id, str) else tuple(self.id)

    def secret_fields(self) -> frozenset[str]:
        """Return the names of the fields that are never shown: `secret`, `headers`, and what the table says."""
        named = self.fields().items()
        return frozenset(n for n, spec in named if (n in _SECRET_FIELDS if spec.secret is None else spec.secret))

    def fields(self) -> dict[str, FieldSpec]:
        """Return every mapped field by our name, the common ones first."""
        common = {name: getattr(self, name) for name in COMMON_FIELDS if getattr(self, name) is not None}
        return {**common, **(self.__pydantic_extra__ or {})}


class NextUrl(Model):
    """The answer holds the next page's address; followed on the same origin only."""

    url: Path = Field(description="Where the next page's URL is; null or absent at the end.")


class NextPage(Model):
    """Pages are numbered."""

    page: str = Field(description="The query parameter of the page's number.")
    first: int = Field(1, description="The number of the first page.")
    pages: Path | None = Field(None, description="Where the answer says how many pages there are.")
    total: Path | None = Field(None, description="Where the answer says how many records there are in all.")


class NextLast(Model):
    """The next page is asked for with the last id of this one."""

    last_id: str = Field(description="The query parameter that takes the last id.")
    more: Path = Field(description="Where the answer says whether there is more.")


class Success(Model):
    """What a good answer looks like."""

    status: list[int] = Field(default_factory=list, description="Statuses; default any 2xx.")
    where: dict[str, Any] = Field(
        default_factory=dict, description="Paths and the values they must have in the answer: {error: false}."
    )


class Call(Model):
    """One request: its verb is the key (`get: /webhooks`). Exactly one verb."""

    get: str | None = None
    post: str | None = None
    put: str | None = None
    patch: str | None = None
    delete: str | None = None
    query: dict[str, Any] = Field(default_factory=dict, description="Query parameters; values may hold {field}.")
    headers: dict[str, str] = Field(default_factory=dict)
    body: dict[str, Any] = Field(default_factory=dict, description="Constants of this call's body, by dotted path.")
    wrap: Path | None = Field(None, description="The request's envelope: the record goes below this path.")
    item: Path | None = Field(None, description="The answer's envelope: where the record is in it.")
    success: Success = Field(default_factory=Success)
    effect: Literal["read", "write"] | None = Field(
        None, description="Whether it changes anything; default by operation (list, get, log-in: read)."
    )
    documented: bool = Field(True, description="False: no document names it; a connection must allow it.")
    hints: dict[Status, str] = Field(
        default_factory=dict, description="Statuses to what a user should know or do then: {'409': …}."
    )
    source: str | None = None
    inferred: bool = False

    @model_validator(mode="after")
    def _one_verb(self) -> Call:
        if len(self._verbs()) != 1:
            raise ValueError("a call has exactly one verb: get, post, put, patch or delete")
        return self

    def _verbs(self) -> list[str]:
        return [verb for verb in ("get", "post", "put", "patch", "delete") if getattr(self, verb) is not None]

    @property
    def method(self) -> str:
        """The HTTP method in capitals."""
        return self._verbs()[0].upper()

    @property
    def path(self) -> str:
        """The path below the base URL, with `{id}` and scope parameters in braces."""
        path: str = getattr(self, self._verbs()[0])
        return path


class ListCall(Call):
    """Reads all records of a scope."""

    items: Path | None = Field(None, description="Where the records are; none for a bare array.")
    next: NextUrl | NextPage | NextLast | None = Field(None, description="How to get the next page.")
    size: str | None = Field(None, description="The query parameter among `query` that is the page's size.")


class GetCall(Call):
    """Reads one record."""

    gone: list[int] = Field(default_factory=lambda: [404], description="Statuses that mean: it is not there.")


class RotateCall(Call):
    """Makes a new secret for a record whose secret the provider makes itself."""

    secret: Path | None = Field(
        None, description="Where the new secret is in the answer, below `item`; default where a create shows it."
    )


class LoginCall(Call):
    """Trades credentials for a token, once a run and again after a 401."""

    token: Path = Field("token", description="Where the token is in the answer.")
    lifetime: float | None = Field(None, description="Seconds for which the token is good, if documented.")


class Auth(Model):
    """One way to authenticate. Its credentials are the names on its right-hand sides."""

    basic: list[str] | None = Field(None, min_length=2, max_length=2, description="User and password.")
    bearer: str | None = Field(None, description="`Authorization: Bearer …`.")
    query: dict[str, str] | None = Field(None, description="Query parameters to credentials.")
    header: dict[str, str] | None = Field(None, description="Headers to templates: `Token token={token}`.")
    login: LoginCall | None = Field(None, description="A call whose body values name credentials as {handle}.")

    @model_validator(mode="after")
    def _one_way(self) -> Auth:
        if sum(getattr(self, way) is not None for way in ("basic", "bearer", "query", "header", "login")) != 1:
            raise ValueError("an authentication has exactly one of: basic, bearer, query, header, login")
        return self

    @property
    def credentials(self) -> tuple[str, ...]:
        """The names of the credentials that it takes."""
        if self.basic is not None:
            return tuple(self.basic)
        if self.bearer is not None:
            return (self.bearer,)
        if self.query is not None:
            return tuple(self.query.values())
        templates = list((self.header or {}).values())
        if self.login is not None:
            templates = [value for value in self.login.body.values() if isinstance(value, str)]
        return tuple(dict.fromkeys(name for template in templates for name in names_in(template)))


class ScopeParameter(Model):
    """A part of an account in which records live (repo, org, site): a required key of each subscription."""

    description: str | None = None
    at: str | None = Field(None, description="Reserved for scopes that travel elsewhere than in the path.")


class Spec(Model):
    """A provider's table."""

    title: str = Field(description="The provider's name for people.")
    docs: str | None = Field(None, description="Where the vendor documents the API.")
    sources: list[str] = Field(default_factory=list, description="Pages and code the facts come from.")
    notes: list[str] = Field(default_factory=list, description="What a user should know; shown by `providers`.")
    base_url: str | None = Field(None, description="Without a slash at the end; none: the connection must say it.")
    environments: dict[str, str] = Field(default_factory=dict, description="Other base URLs by name.")
    auth: Auth | list[Auth] = Field(
        default_factory=list, description="Several: the first whose credentials are all given."
    )
    scope: dict[str, ScopeParameter] = Field(default_factory=dict)
    key: list[str] = Field(
        default_factory=lambda: ["scope", "url", "events"], description="What makes two records the same."
    )
    unique: list[list[str]] = Field(
        default_factory=list, description="Sets of fields of which the provider takes no two records alike."
    )
    settle: float = Field(2.0, ge=0, description="Seconds after which a write is sure to show in a read.")
    rate: float | None = Field(None, gt=0, description="Requests a second that the provider allows.")
    concurrency: int | None = Field(None, gt=0, description="Requests at a time that the provider allows.")
    resend_secret: bool = Field(False, description="An update without the secret would erase it.")
    headers: dict[str, str] = Field(default_factory=dict, description="Headers that every call carries.")
    account: GetCall | None = Field(None, description="Reads the account; `item` is where its id is.")
    record: RecordSpec
    listing: ListCall | None = Field(None, alias="list", description="Reads all records of a scope.")
    get: GetCall | None = None
    create: Call
    update: Call | None = None
    delete: Call | None = None
    rotate: RotateCall | None = Field(None, description="Renews the secret that the provider makes at create.")

    @property
    def auths(self) -> tuple[Auth, ...]:
        """The ways to authenticate, in order of preference."""
        return tuple(self.auth) if not isinstance(self.auth, Auth) else (self.auth,)
