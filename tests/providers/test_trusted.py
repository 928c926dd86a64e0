"""What is taken on trust at a start is what validating gives, for every table of the catalog."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from reconciler import providers
from reconciler.providers.registry import catalog, load_spec, load_spec_file, spec_hash

FOLDER = Path(providers.__file__).parent / "catalog"


def laid_open(value: Any) -> Any:
    """Everything that a model holds: the type, the values, and which of them were written."""
    if isinstance(value, BaseModel):
        held = {**value.__dict__, **(value.__pydantic_extra__ or {})}
        inner = {name: laid_open(item) for name, item in held.items()}
        return type(value).__name__, inner, sorted(value.model_fields_set)
    if isinstance(value, dict):
        return {name: laid_open(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [laid_open(item) for item in value]
    return value


@pytest.mark.parametrize("name", catalog())
def test_a_table_of_the_catalog_is_good_and_the_same_without_its_checks(name: str) -> None:
    trusted, checked = load_spec(name), load_spec_file(FOLDER / f"{name}.yaml")

    assert laid_open(trusted) == laid_open(checked)
    assert spec_hash(trusted) == spec_hash(checked)
