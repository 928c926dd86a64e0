"""The calls of a table: one request each, what a good answer is, and where the record is in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from reconciler.documents import Field, Model
from reconciler.providers.base import Path, Status, names_in
from reconciler.providers.pages import Next

VERBS = ("get", "post", "put", "patch", "delete")


class Form(Model):
    """How a body is written as a form: `{a: {b: 1}, c: [2, 3]}` as `a[b]=1&c[]=2&c[]=3`."""

    nested: Literal["brackets", "dots"] = Field("brackets", description="`a[b]=1` or `a.b=1`.")
    arrays: Literal["brackets", "indexed", "repeat", "comma"] = Field(
        "brackets", description="`c[]=2&c[]=3`, `c[0]=2&c[1]=3`, `c=2&c=3` or `c=2,3`."
    )
    multipart: bool = Field(False, description="As `multipart/form-data`, a part for each of these.")


Encoding = Literal["json", "form", "query"] | Form


class Success(Model):
    """What a good answer looks like."""

    status: list[int] = Field(default_factory=list, description="Statuses; default any 2xx.")
    where: dict[str, Any] = Field(
        default_factory=dict, description="Paths and the values they must have in the answer: {error: false}."
    )
    empty: list[Path] = Field(
        default_factory=list,
        description="Paths where nothing, null or an empty list must be: [errors, data.hookCreate.userErrors].",
    )
    otherwise: Literal["ambiguous", "refused"] = Field(
        "ambiguous",
        description="What a 2xx without these means after a write: that nothing is known, or that nothing was done.",
    )


class Call(Model):
    """One request: its verb is the key (`get: /webhooks`). Exactly one verb."""

    get: str | None = None
    post: str | None = None
    put: str | None = None
    patch: str | None = None
    delete: str | None = None
    query: dict[str, Any] = Field(
        default_factory=dict,
        description="Query parameters; values may hold {name}. One that comes out empty is left out.",
    )
    headers: dict[str, str] = Field(
        default_factory=dict, description="Headers; values may hold {name}. {nonce} is a new random text each time."
    )
    body: dict[str, Any] = Field(
        default_factory=dict, description="Constants of this call's body, by dotted path; texts may hold {name}."
    )
    encoding: Encoding | None = Field(None, description="How the body is written; default the table's.")
    graphql: str | None = Field(
        None,
        description="The text of a GraphQL query or mutation. `wrap`, `body` and the record are then its variables.",
    )
    wrap: Path | None = Field(None, description="The request's envelope: the record goes below this path.")
    item: Path | None = Field(None, description="The answer's envelope: where the record is in it.")
    success: Success = Field(default_factory=Success)
    refused: list[int] = Field(
        default_factory=list,
        description="Statuses, beyond the usual ones, by which it says that it did nothing: [412].",
    )
    effect: Literal["read", "write"] | None = Field(
        None, description="Whether it changes anything; default by operation (list, get, log-in: read)."
    )
    documented: bool = Field(True, description="False: no document names it; a connection must allow it.")
    hints: dict[Status, str] = Field(
        default_factory=dict, description="Statuses to what a user should know or do then: {'409': …}."
    )
    source: str | None = Field(None, description="The page or code this comes from.")
    inferred: bool = Field(False, description="No document says it outright.")

    def check(self) -> None:
        """Raise `ValueError` unless there is one verb."""
        if sum(getattr(self, verb) is not None for verb in VERBS) != 1:
            raise ValueError("a call has exactly one verb: get, post, put, patch or delete")

    @property
    def method(self) -> str:
        """The HTTP method in capitals."""
        return self._verb.upper()

    @property
    def path(self) -> str:
        """The path below the base URL, with `{id}` and scope parameters in braces."""
        path: str = getattr(self, self._verb)
        return path

    @property
    def _verb(self) -> str:
        return next(verb for verb in VERBS if getattr(self, verb) is not None)

    def templates(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield every text that may hold names, and where it stands in the call."""
        yield self.path, (self.method.lower(),)
        parts: tuple[tuple[str, Mapping[str, Any]], ...]
        parts = (("query", self.query), ("headers", self.headers), ("body", self.body))
        for part, entries in parts:
            for name, value in entries.items():
                if isinstance(value, str):
                    yield value, (part, name)

    @property
    def names(self) -> frozenset[str]:
        """All names in braces of the call."""
        return frozenset(name for text, _ in self.templates() for name in names_in(text))


class ListCall(Call):
    """Reads all records of a scope."""

    items: Path | None = Field(None, description="Where the records are; none for a bare array.")
    item: Path | None = Field(None, description="Where the record is in each item: `node` for {node: {…}}.")
    keyed: Path | None = Field(
        None,
        description="`items` is an object: its keys are put at this path of each record, null values are left out.",
    )
    single: bool = Field(False, description="`items` is the one record that there can be: a setting of the account.")
    empty: list[Literal["absent", "null", "no_content"]] = Field(
        default_factory=list,
        description="How an empty list may look other than []: `items` left out, null, or an answer without content.",
    )
    one_by_one: bool = Field(False, description="The list leaves fields out: each record is read by `get` as well.")
    next: Next | None = Field(None, description="How to get the next page.")
    parameters: Literal["query", "body"] = Field(
        "query", description="Where the next page's parameters go; with `graphql` they are variables."
    )
    size: str | None = Field(None, description="The query parameter among `query` that is the page's size.")


class GetCall(Call):
    """Reads one record."""

    gone: list[int] = Field(default_factory=lambda: [404], description="Statuses that mean: it is not there.")
    null: bool = Field(False, description="A good answer whose `item` is null or left out means: it is not there.")


class CreateCall(Call):
    """Makes a record."""

    upsert: bool = Field(
        False, description="The call would overwrite a record that is there already, so it is looked for first."
    )


class UpdateCall(Call):
    """Changes a record."""

    sends: Literal["whole", "changed", "merged", "json_patch"] | None = Field(
        None,
        description="The whole record, what changed, their present record with ours laid over it, or a list of JSON "
        "Patch operations. Default: `changed` for PATCH, else `whole`.",
    )

    @property
    def sending(self) -> str:
        """What it sends, the default resolved."""
        return self.sends or ("changed" if self.method == "PATCH" else "whole")


class DeleteCall(Call):
    """Deletes a record. It carries no record, only what its `query` and `body` say."""

    gone: list[int] = Field(default_factory=lambda: [404], description="Statuses that mean: it was not there.")
    before: Call | None = Field(
        None, description="A call that must come first, as to deactivate it; the delete's own answer is what counts."
    )


class RotateCall(Call):
    """Makes a new secret for a record whose secret the provider makes itself."""

    secret: Path | None = Field(
        None, description="Where the new secret is in the answer, below `item`; default where a create shows it."
    )


class AfterCall(Call):
    """A call that follows a write, with the record's id: verify, activate, ping."""

    when: Literal["created", "updated", "written"] = Field(
        "created", description="After a create, after an update, or after both."
    )


class LoginCall(Call):
    """Trades credentials for a token, once a run and again after a 401."""

    token: Path = Field("token", description="Where the token is in the answer.")
    lifetime: float | None = Field(None, description="Seconds for which the token is good, if documented.")
    send: dict[str, str] = Field(
        default_factory=lambda: {"Authorization": "Bearer {access_token}"},
        description="The headers that carry the token, as {access_token}.",
    )
