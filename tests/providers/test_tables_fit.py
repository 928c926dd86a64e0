"""What fits without pydantic is what pydantic takes, for every table of the catalog and for tables made wrong."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from reconciler import providers
from reconciler.documents import Model, read
from reconciler.documents.fitting import MISFIT, fitted
from reconciler.documents.judging import judge
from reconciler.documents.models import keys_of, rest_of
from reconciler.providers.registry import catalog, load_spec, load_spec_file, spec_hash
from reconciler.providers.spec import Spec

FOLDER = Path(providers.__file__).parent / "catalog"
TABLES: dict[str, Any] = {name: read(FOLDER / f"{name}.yaml").data for name in catalog()}
ODD = st.sampled_from(
    ["", "get", "id", None, True, 0, -1, 2.5, [], [""], ["url"], {}, {"at": "x"}, {"post": "/x"}, {"": 1}]
)


def laid_open(value: Any) -> Any:
    """Everything that is held, and which of it was written."""
    if isinstance(value, Model):
        held = {name: laid_open(getattr(value, name)) for name in value.model_fields if name != rest_of(type(value))}
        rest = rest_of(type(value))
        others = getattr(value, rest) if rest else {}
        written = {*value.model_fields_set - {rest}, *others}
        return type(value).__name__, held | laid_open(others), written
    if isinstance(value, BaseModel):
        held = {name: laid_open(item) for name, item in value.__dict__.items()}
        return type(value).__name__, held | laid_open(value.__pydantic_extra__ or {}), value.model_fields_set
    if isinstance(value, dict):
        return {name: laid_open(item) for name, item in value.items()}
    return [laid_open(item) for item in value] if isinstance(value, list | tuple) else value


@pytest.mark.parametrize("name", catalog())
def test_a_table_of_the_catalog_is_good_and_means_what_pydantic_makes_of_it(name: str) -> None:
    spec = load_spec(name)

    assert laid_open(spec) == laid_open(judge(Spec).model_validate(TABLES[name]))
    assert spec_hash(spec) == spec_hash(load_spec_file(FOLDER / f"{name}.yaml"))


def places(data: Any, at: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Every place of a table, the outer ones first."""
    inner = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [at, *(place for step, item in inner for place in places(item, (*at, step)))]


@st.composite
def damaged(draw: st.DrawFn) -> Any:
    """Return a table of the catalog in which something else stands, or nothing, or a key more."""
    table = copy.deepcopy(TABLES[draw(st.sampled_from(sorted(TABLES)))])
    for place in draw(st.lists(st.sampled_from(places(table)[1:]), min_size=1, max_size=2)):
        *outer, last = place
        holder: Any = table
        for step in outer:
            holder = holder[step] if _has(holder, step) else None
        if holder is None or not _has(holder, last):
            continue
        match draw(st.sampled_from(["other", "less", "more"])):
            case "other":
                holder[last] = draw(ODD)
            case "less":
                del holder[last]
            case _ if isinstance(holder, dict):
                holder[draw(st.sampled_from([*keys_of(Spec), "at", "post", "url", "page", "status"]))] = draw(ODD)
    return table


def _has(holder: Any, step: str | int) -> bool:
    return step in holder if isinstance(holder, dict) else isinstance(holder, list) and step in range(len(holder))


@given(damaged())
def test_what_fits_is_what_pydantic_takes_and_means_the_same(table: Any) -> None:
    found = fitted(Spec, table)
    try:
        judged = judge(Spec).model_validate(table)
    except ValidationError:
        assert found is MISFIT
    else:
        assert found is not MISFIT
        assert laid_open(found) == laid_open(judged)
