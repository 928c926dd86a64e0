"""How a table's list goes on: one model for each way in which providers page."""

from __future__ import annotations

from typing import Literal

from reconciler.documents import Field, Model
from reconciler.providers.base import Path


class NextUrl(Model):
    """The answer holds the next page's address; followed on the same origin only."""

    url: Path = Field(description="Where the next page's URL is, whole or relative; null, empty or absent at the end.")


class NextLink(Model):
    """A `Link` header holds the next page's address; followed on the same origin only."""

    link: str = Field(description="The link's relation: `next`. None of it, or one with results=false: the end.")


class NextPage(Model):
    """Pages are numbered."""

    page: str = Field(description="The parameter of the page's number.")
    first: int = Field(1, description="The number of the first page.")
    pages: Path | None = Field(None, description="Where the answer says how many pages there are.")
    total: Path | None = Field(None, description="Where the answer says how many records there are in all.")
    more: Path | None = Field(None, description="Where the answer says whether there is more.")


class NextOffset(Model):
    """The next page begins after so many records."""

    offset: str = Field(description="The parameter of the number of records to skip.")
    total: Path | None = Field(None, description="Where the answer says how many records there are in all.")
    more: Path | None = Field(None, description="Where the answer says whether there is more.")


class NextCursor(Model):
    """The answer holds a text that asks for the next page."""

    cursor: str = Field(description="The parameter that takes it.")
    at: Path = Field(description="Where it is in the answer.")
    more: Path | None = Field(
        None, description="Where the answer says whether there is more; without it no cursor means: the end."
    )


class NextLast(Model):
    """The next page is asked for with the last id of this one."""

    last_id: str = Field(description="The parameter that takes the last id.")
    more: Path | None = Field(
        None, description="Where the answer says whether there is more; without it an empty page ends."
    )


class NextRange(Model):
    """A header holds what the `Range` header of the next page is; without it, the end."""

    range: Literal["Next-Range"] = Field(description="The answer's header.")


Next = NextUrl | NextLink | NextPage | NextOffset | NextCursor | NextLast | NextRange
