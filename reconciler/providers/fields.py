"""One of our fields in a provider's terms: where it is, what it looks like there, and how it is set."""

from __future__ import annotations

from typing import Any, Literal

from reconciler.documents import Field, Model
from reconciler.providers.base import Path
from reconciler.providers.calls import Call, GetCall

Kind = Literal["string", "integer", "number", "boolean", "array", "object", "any"]
Visibility = Literal["clear", "masked", "never", "on_create"]
VISIBILITIES: tuple[str, ...] = ("clear", "masked", "never", "on_create")
Shape = Literal["list", "text", "objects", "map", "flags"]
Way = Literal["write", "read"]


class Shown(Model):
    """Where the answer to a create has a secret that is not within the record."""

    at: Path | None = Field(None, description="Where it is in the whole answer, beside the record's envelope.")
    header: str | None = Field(None, description="The answer's header that has it.")

    def check(self) -> None:
        """Raise `ValueError` unless it is in one place."""
        if (self.at is None) == (self.header is None):
            raise ValueError("it is either `at` a path of the whole answer or in a `header`")


class FieldSpec(Model):
    """One of our fields in their terms. The short form `url: target_url` means `url: {at: target_url}`."""

    short = "at"

    at: Path | None = Field(None, description="Where it is, in what we write and in what we read.")
    write: Path | None = Field(None, description="Where it is in what we write, if that differs.")
    read: str | None = Field(
        None,
        description="Where it is in what we read, if that differs. For a secret: clear, masked, never or on_create.",
    )
    shown: Shown | None = Field(
        None,
        description="For a secret that is read `on_create`: where that answer has it, if it is not in the record.",
    )
    type: Kind | None = Field(None, description="The type of our value; default string (events: array).")
    secret: bool | None = Field(None, description="Never shown. True for `secret`; say it for passwords and tokens.")
    required: bool = Field(False, description="The provider refuses a record without it.")
    default: Any = Field(None, description="What the provider takes when it is not sent; what it goes back to.")
    keep: Any = Field(
        None,
        description="What it should be on every record of ours where a subscription does not say (as `enabled: true`).",
    )
    values: dict[str, Any] | None = Field(
        None,
        description="Our value (as text: `true`, `false`, a name) to theirs, both ways. Of a list the first is "
        "written and any is read.",
    )
    encoded: Literal["json", "text"] | None = Field(
        None, description="Their value is a text: ours as JSON, or as it would be printed (`true`, `5`)."
    )
    boxed: Literal["both", "write", "read"] | None = Field(
        None, description="Their value is a list with ours as its only element."
    )
    pairs: list[str] | None = Field(
        None,
        min_length=2,
        max_length=2,
        description="Our mapping is a list of objects with these two keys: [name, value].",
    )
    fresh: float | None = Field(
        None, ge=0, description="Theirs is a time; ours is true while that is more than so many days ahead."
    )
    present: bool = Field(False, description="Ours is true where theirs is there at all, as a key that signs.")
    only_create: bool = Field(False, description="Can be set when the record is made, not changed afterwards.")
    only_update: bool = Field(
        False, description="A create cannot carry it: an update follows where it differs from `default`."
    )
    resend: bool = Field(False, description="An update without it would erase it, so every update carries it.")
    repeat: bool = Field(False, description="With `only_create`: every update carries it, though it cannot change.")
    via: Call | dict[str, Call] | None = Field(
        None,
        description="It is set by a call of its own, after the record's: one call that carries it, or our value (as "
        "text) to a call.",
    )
    fetched: GetCall | None = Field(
        None, alias="from", description="It is read by a call of its own; `item` is where its value is."
    )
    unordered: bool = Field(False, description="An array whose order means nothing. Events always are.")
    each: Literal["one"] | None = Field(None, description="Only for events: a record takes a single event.")
    shape: Shape = Field(
        "list",
        alias="as",
        description="Only for events: a list; one text joined by `separator`; objects with `keys`; a map of event to "
        "true; or flags, a boolean for each of `known`, below `at` or beside the other fields.",
    )
    read_shape: Shape | None = Field(
        None, alias="read_as", description="Only for events: how they are read, if that differs."
    )
    keys: list[str] = Field(
        default_factory=list,
        description="With `as: objects`: their keys, which take the parts of an event in this order.",
    )
    separator: str | None = Field(
        None, min_length=1, description="What joins the events of a text (default `,`) or the parts of an event (`.`)."
    )
    known: list[str] = Field(default_factory=list, description="Values seen in documents; others warn.")
    example: Any = Field(None, description="A value that the provider takes, for trying the table out.")
    description: str | None = Field(None, description="A sentence for `reconcile providers`.")
    source: str | None = Field(None, description="The page or code this comes from.")
    inferred: bool = Field(False, description="No document says it outright.")

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
        """Where the field goes in a request body; None where it cannot be written, or is beside the others."""
        return self.write or self.at

    @property
    def read_path(self) -> str | None:
        """Where the field is in an answer; None where it is never there, or beside the others."""
        if self.shown is not None:
            return None
        if self.read in VISIBILITIES or self.read is None:
            return self.at or self.write
        return self.read

    def shape_of(self, way: Way) -> Shape:
        """For events: the shape in which they are written or read."""
        return (self.read_shape or self.shape) if way == "read" else self.shape

    @property
    def beside(self) -> bool:
        """Whether it lies beside the other fields: flags, or the parts of a single event, without a path."""
        return self.at is self.write is self.read is None and (self.shape == "flags" or bool(self.keys and self.each))

    @property
    def setters(self) -> dict[str | None, Call]:
        """The calls of its own that set it, by our value as text; None for one that carries the value."""
        if isinstance(self.via, Call):
            return {None: self.via}
        return dict((self.via or {}).items())
