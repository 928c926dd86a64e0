"""Checks data against models and says what is wrong in plain words, where it stands in the file."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from reconciler.documents.fitting import MISFIT, fitted
from reconciler.documents.keys import keys_at
from reconciler.documents.models import Model
from reconciler.documents.reader import Document
from reconciler.errors import ConfigError, Location, Problem

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

Path: TypeAlias = tuple[str | int, ...]
Locate: TypeAlias = Callable[[Path, bool], Location]
M = TypeVar("M", bound=Model)

_WANTED = {
    "string_type": "a text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "a mapping",
    "mapping_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
}
_BOUNDS = {
    "greater_than": ("gt", "greater than"),
    "greater_than_equal": ("ge", "at least"),
    "less_than": ("lt", "less than"),
    "less_than_equal": ("le", "at most"),
}
_EMPTY = ("string_too_short", "too_short")


def suggest(word: str, choices: Iterable[str]) -> str | None:
    """Return the one of `choices` that was most likely meant by `word`, or None where none is near."""
    by_folded = {choice.lower(): choice for choice in choices}
    near = difflib.get_close_matches(word.lower(), by_folded, n=1, cutoff=0.6)
    return by_folded[near[0]] if near else None


def choice_hint(word: str, choices: Iterable[str], otherwise: str = "one of") -> str:
    """Return what to say to somebody who wrote `word` where only `choices` are good."""
    names = list(choices)
    near = suggest(word, names)
    return f"did you mean `{near}`?" if near else f"{otherwise}: {', '.join(names) or 'none'}"


def validate(model: type[M], document: Document, at: Path = ()) -> M:
    """Return the part of `document` at path `at` as an instance of `model`.

    Raises `ConfigError` with everything that is wrong, in the YAML and in the shape.
    """
    data = document.data
    for step in at:
        data = data[step]
    error = error_in(model, data)
    if error is None:
        document.check()
        return model.model_validate(data)

    def locate(path: Path, key: bool) -> Location:
        return document.locate((*at, *path), key)

    problems = [*document.problems, *problems_of(error, model, data, locate)]
    raise ConfigError(sorted(problems, key=_in_order))


def error_in(model: type[Model], data: Any) -> ValidationError | None:
    """Return what pydantic finds wrong with `data` as a `model`; None where nothing is."""
    if fitted(model, data) is not MISFIT:
        return None
    from pydantic import ValidationError

    from reconciler.documents.judging import judge

    try:
        judge(model).model_validate(data)
    except ValidationError as error:
        return error
    raise AssertionError(f"pydantic takes what is no {model.__name__}")


def problems_of(
    error: ValidationError,
    model: type[Model] | None,
    data: Any,
    locate: Locate,
    *,
    written: Any = None,
    skip: Callable[[ErrorDetails], bool] | None = None,
) -> list[Problem]:
    """Return what pydantic found wrong with `data`, in the user's words.

    `locate` gives the position of a path below `data`, or of its key; `model` is asked for near names of an
    unknown key. `written` is `data` as the file has it, where that differs: a value is quoted only if it stands
    in the file as it is, never one that a reference gave. Details for which `skip` is true are left out.
    """
    details = [detail for detail in error.errors(include_url=False) if skip is None or not skip(detail)]
    problems = []
    for detail, path in _best_branches(details, data, model):
        quotable = written is None or _value_at(written, path) == detail["input"]
        message, hint = _words(detail, path, model, quotable)
        unknown = detail["type"] == "extra_forbidden"
        place = path[:-1] if detail["type"] == "missing" else path
        problems.append(Problem(message, locate(place, unknown), hint))
    return problems


def _in_order(problem: Problem) -> tuple[int, int]:
    return (problem.location.line, problem.location.column) if problem.location else (0, 0)


def _best_branches(
    details: Sequence[ErrorDetails], data: Any, model: type[Model] | None
) -> list[tuple[ErrorDetails, Path]]:
    """Pair each error with its path in the data; of a union's branches only the one that fits best is kept.

    Pydantic reports an error for every branch, with the branch's name as a step that is not in the data.
    """
    kept: list[tuple[ErrorDetails, Path]] = []
    branches: dict[Path, dict[str, list[tuple[ErrorDetails, Path]]]] = {}
    for detail in details:
        path, union, branch = _split(detail, data)
        if union is None:
            kept.append((detail, path))
        else:
            branches.setdefault(union, {}).setdefault(branch, []).append((detail, path))
    for union, by_name in branches.items():
        kept += _best(by_name.values(), union, model)
    return kept


def _split(detail: ErrorDetails, data: Any) -> tuple[Path, Path | None, str]:
    path: Path = ()
    union: Path | None = None
    branch = ""
    steps = detail["loc"]
    for index, step in enumerate(steps):
        is_last_missing = index == len(steps) - 1 and detail["type"] == "missing"
        if _has(data, step):
            data = data[step]
            path = (*path, step)
        elif is_last_missing:
            path = (*path, step)
        elif step != "[key]" and union is None:
            union, branch = path, str(step)
    return path, union, branch


def _has(data: Any, step: str | int) -> bool:
    if isinstance(data, Mapping):
        return step in data
    return isinstance(data, list) and isinstance(step, int) and step < len(data)


def _value_at(data: Any, path: Path) -> Any:
    for step in path:
        data = data[step] if _has(data, step) else None
    return data


def _best(
    branches: Iterable[list[tuple[ErrorDetails, Path]]], union: Path, model: type[Model] | None
) -> list[tuple[ErrorDetails, Path]]:
    def misfit(found: list[tuple[ErrorDetails, Path]]) -> tuple[int, int]:
        wrong_type = any(detail["type"] in _WANTED and path == union for detail, path in found)
        mistyped = sum(_is_near_a_key(detail, path, model) for detail, path in found)
        return (int(wrong_type), len(found) - mistyped)

    return min(branches, key=misfit)


def _is_near_a_key(detail: ErrorDetails, path: Path, model: type[Model] | None) -> bool:
    """Whether an unknown key is like one that this branch has, so that this is likely the branch that was meant."""
    if detail["type"] != "extra_forbidden" or model is None:
        return False
    return suggest(str(path[-1]), keys_at(model, detail["loc"][:-1])) is not None


def _words(detail: ErrorDetails, path: Path, model: type[Model] | None, quotable: bool) -> tuple[str, str | None]:
    kind = detail["type"]
    context: dict[str, Any] = detail.get("ctx") or {}
    name = _name(path)
    if kind == "extra_forbidden":
        choices = keys_at(model, detail["loc"][:-1]) if model else []
        return f"unknown key {name}", choice_hint(str(path[-1]), choices, "the keys here are")
    if kind == "missing":
        return f"{name} is missing", None
    if kind in _WANTED:
        wanted = _WANTED[kind]
        return f"{name} must be {wanted}, and this is {_what(detail['input'])}", _type_hint(wanted, detail["input"])
    if kind == "literal_error":
        return _choice(name, detail["input"], context["expected"], quotable)
    if kind in _BOUNDS:
        bound, phrase = _BOUNDS[kind]
        return f"{name} must be {phrase} {context[bound]}", None
    if kind in _EMPTY and context.get("min_length") == 1:
        return f"{name} must not be empty", None
    if kind == "string_pattern_mismatch":
        return f"{name} does not fit the pattern {context['pattern']}", None
    if kind == "value_error":
        return f"{name}: {context['error']}", None
    return f"{name}: {detail['msg'][:1].lower()}{detail['msg'][1:]}", None


def _name(path: Path) -> str:
    if not path:
        return "the file"
    last = path[-1]
    if isinstance(last, int):
        return f"item {last + 1} of {_name(path[:-1])}"
    return f"`{last}`"


def _what(value: Any) -> str:
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    for kind, words in ((str, "a text"), (int | float, "a number"), (list, "a list"), (Mapping, "a mapping")):
        if isinstance(value, kind):
            return words
    return "something else"


def _type_hint(wanted: str, value: Any) -> str | None:
    if wanted == "a text" and isinstance(value, bool | int | float):
        return "write it in quotes"
    if wanted == "a text" and value is None:
        return "give it a value, or remove the key"
    if wanted == "true or false" and isinstance(value, str):
        return "write true or false, without quotes (yes, no, on and off are texts)"
    if wanted == "a list" and isinstance(value, str):
        return "write it in brackets: [ … ]"
    if wanted in ("a number", "a whole number") and isinstance(value, str):
        return "write the number without quotes"
    if wanted == "a mapping" and value is None:
        return "write {} where nothing is wanted"
    if wanted == "a list" and value is None:
        return "write [] where nothing is wanted"
    return None


def _choice(name: str, value: Any, expected: str, quotable: bool) -> tuple[str, str]:
    choices = [choice.strip("'") for choice in expected.replace(" or ", ", ").split(", ")]
    if not quotable or not isinstance(value, str | int | float):
        return f"{name} cannot be {_what(value)} like this", f"one of: {', '.join(choices)}"
    shown = _what(value) if isinstance(value, bool) else f"`{value}`"
    return f"{name} cannot be {shown}", choice_hint(str(value), choices)
