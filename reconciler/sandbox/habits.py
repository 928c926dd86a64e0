"""How a vendor behaves where its table has no need to say so; data, by provider, in `habits.yaml`."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any, Literal

import yaml

from reconciler.documents import Field, Model


class Habits(Model):
    """What a stand-in needs to know beyond the table."""

    ids: Literal["integer", "uuid", "hex", "word"] = Field("hex", description="What new ids look like.")
    created: list[str] | None = Field(None, description="What alone a create answers, by path; default the record.")
    adds: dict[str, Any] = Field(default_factory=dict, description="What the provider adds to a new record, by path.")
    error: dict[str, Any] = Field(
        default_factory=lambda: {"message": "{message}"}, description="The body of an error; texts may hold {message}."
    )
    invalid: dict[str, Any] | None = Field(
        None, description="The body for one wrong field; keys and texts may hold {field}. Default: as `error`."
    )
    invalid_status: int = Field(422, description="The status for a wrong field.")
    page: int = Field(10, gt=0, description="Records on a page where the request does not say.")
    most: int = Field(100, gt=0, description="Records on a page at most.")


@cache
def known_habits() -> dict[str, Habits]:
    """Return the habits of the catalog's providers by name."""
    text = resources.files(__package__).joinpath("habits.yaml").read_text(encoding="utf-8")
    return {name: Habits.model_validate(told) for name, told in yaml.safe_load(text).items()}


def fill(template: Any, **words: str) -> Any:
    """Return `template` with each `{word}` of its keys and texts replaced."""
    if isinstance(template, dict):
        return {fill(name, **words): fill(value, **words) for name, value in template.items()}
    if isinstance(template, list):
        return [fill(value, **words) for value in template]
    if isinstance(template, str):
        for word, text in words.items():
            template = template.replace(f"{{{word}}}", text)
    return template
