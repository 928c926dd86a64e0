"""What all parts of the provider format share: paths, statuses, and names in braces."""

from __future__ import annotations

import re
from typing import Annotated

from reconciler.documents import Field

Path = Annotated[
    str, Field(min_length=1, description="A dotted path into their JSON: `config.url`; a number picks from a list.")
]
Status = Annotated[str, Field(pattern=r"^[1-5]\d\d$", description="An HTTP status, in quotes.")]

_NAME = re.compile(r"\{(\w+)\}")


def names_in(template: str) -> tuple[str, ...]:
    """Return the names in braces of a path, a header, a query or a body value, in their order."""
    return tuple(_NAME.findall(template))
