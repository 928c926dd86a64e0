"""What fits without pydantic is what pydantic takes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from reconciler.config.model import ConnectionModel, FileModel, IncludedModel, PolicyModel
from reconciler.documents import Model, error_in
from reconciler.documents.fitting import MISFIT, fitted
from reconciler.documents.judging import judge

MODELS: list[type[Model]] = [FileModel, IncludedModel, ConnectionModel, PolicyModel]
NAMES = sorted({name for model in MODELS for name in model.model_fields})
SCALARS = st.none() | st.booleans() | st.integers(-1, 2) | st.floats(-1, 2) | st.sampled_from(["", "a", "all", "list"])
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["a", "version"]), inner)
)


@given(st.sampled_from(MODELS), st.dictionaries(st.sampled_from([*NAMES, "other"]), VALUES, max_size=4))
def test_what_fits_is_what_pydantic_takes(model: type[Model], data: dict[str, Any]) -> None:
    found = fitted(model, data)
    try:
        judged = judge(model).model_validate(data)
    except ValidationError:
        assert found is MISFIT
        assert error_in(model, data) is not None
    else:
        shown = {name: getattr(judged, name) for name in model.model_fields if name != "policy"}
        assert shown == {name: getattr(found, name) for name in shown}


@pytest.mark.parametrize(
    ("model", "data"),
    [
        (FileModel, {"version": 1, "providers": {"a": {"key": "x"}}, "subscriptions": {"b": {"url": 1}}}),
        (IncludedModel, {"subscriptions": {}}),
        (ConnectionModel, {"type": "argyle", "base_url": "https://x", "adopt": False, "undocumented": ["delete"]}),
    ],
)
def test_what_most_files_hold_fits(model: type[Model], data: dict[str, Any]) -> None:
    assert fitted(model, data) is not MISFIT


@pytest.mark.parametrize(
    ("model", "data"),
    [
        (FileModel, {}),
        (FileModel, {"version": 2}),
        (FileModel, {"version": True}),
        (FileModel, {"version": 1, "vresion": 1}),
        (FileModel, {"version": 1, "subscriptions": []}),
        (FileModel, []),
        (ConnectionModel, {"adopt": "yes"}),
        (ConnectionModel, {"manage": "none"}),
        (ConnectionModel, {"rate": 0.0}),
    ],
)
def test_what_is_wrong_does_not(model: type[Model], data: Any) -> None:
    with pytest.raises(ValidationError):
        model.model_validate(data)
    assert fitted(model, data) is MISFIT
