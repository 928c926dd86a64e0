from __future__ import annotations

from typing import Literal

import pytest

from reconciler.documents import Field, Model, read_text, suggest, validate
from reconciler.errors import ConfigError
from reconciler.providers.spec import Spec


class Inner(Model):
    kind: Literal["red", "green"] = "red"
    size: int = Field(1, gt=0)


class Outer(Model):
    title: str
    inner: Inner | list[Inner] = Field(default_factory=list)
    on: bool = False
    things: dict[str, Inner] = Field(default_factory=dict)


def problems_of(text: str, model: type[Model] = Outer) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        validate(model, read_text(text, "f.yaml"))
    return [str(problem) for problem in caught.value.problems]


def test_a_good_document_gives_the_model() -> None:
    found = validate(Outer, read_text("title: x\ninner: {size: 3}\n", "f.yaml"))
    assert isinstance(found.inner, Inner)
    assert found.inner.size == 3


def test_a_part_of_a_document() -> None:
    document = read_text("a: {b: {size: no}}", "f.yaml")
    with pytest.raises(ConfigError, match=r"f\.yaml:1:15: `size` must be a whole number"):
        validate(Inner, document, ("a", "b"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("titel: x", "f.yaml:1:1: unknown key `titel`\n    did you mean `title`?"),
        ("title: x\nzzz: 1", "f.yaml:2:1: unknown key `zzz`\n    the keys here are: title, inner, on, things"),
        ("on: true", "f.yaml:1:1: `title` is missing"),
        ("title: 5", "f.yaml:1:8: `title` must be a text, and this is a number\n    write it in quotes"),
        ("title: true", "f.yaml:1:8: `title` must be a text, and this is `true`\n    write it in quotes"),
        ("title:", "f.yaml:1:7: `title` must be a text, and this is empty"),
        ("title: x\non: yes", "f.yaml:2:5: `on` must be true or false, and this is a text\n    write true or false"),
        ("title: x\non: 1", "f.yaml:2:5: `on` must be true or false, and this is a number"),
        ("title: x\ninner: {kind: gren}", "f.yaml:2:15: `kind` cannot be `gren`\n    did you mean `green`?"),
        ("title: x\ninner: {kind: 7}", "f.yaml:2:15: `kind` cannot be `7`\n    one of: red, green"),
        ("title: x\ninner: [{}, {siez: 1}]", "f.yaml:2:14: unknown key `siez`\n    did you mean `size`?"),
        ("title: x\ninner: {size: 0}", "f.yaml:2:15: `size` must be greater than 0"),
        ("title: x\ninner: {size: 1.5}", "f.yaml:2:15: `size` must be a whole number"),
        ("title: x\nthings: {a: {size: a}}", "f.yaml:2:20: `size` must be a whole number, and this is a text"),
        ("title: x\nthings: [a]", "f.yaml:2:9: `things` must be a mapping, and this is a list"),
        ("- a", "f.yaml:1:1: the file must be a mapping, and this is a list"),
    ],
)
def test_each_mistake_is_told_in_plain_words_at_its_place(text: str, expected: str) -> None:
    assert any(problem.startswith(expected) for problem in problems_of(text)), problems_of(text)


def test_yaml_and_shape_problems_come_together_in_order() -> None:
    found = problems_of("title: 5\non: 3\non: 4\nother: 1\n")
    assert [problem.partition(": ")[0] for problem in found] == ["f.yaml:1:8", "f.yaml:2:5", "f.yaml:3:1", "f.yaml:4:1"]


def test_the_branch_that_has_a_key_like_the_mistyped_one_is_the_one_that_was_meant() -> None:
    found = problems_of("title: A\nrecord: {url: u}\ncreate: {post: /x}\nlist: {get: /x, next: {pge: page}}\n", Spec)

    assert "f.yaml:4:24: unknown key `pge`\n    did you mean `page`?" in found
    assert not [problem for problem in found if "`url`" in problem]


def test_a_status_that_is_none_is_told_with_its_pattern() -> None:
    found = problems_of("title: A\nrecord: {url: u}\ncreate: {post: /x, hints: {'9999': no}}\n", Spec)

    assert found == [r"f.yaml:3:36: `9999` does not fit the pattern ^[1-5]\d\d$"]


def test_only_the_branch_of_a_union_that_fits_best_is_told() -> None:
    assert problems_of("title: x\ninner: {size: a, kind: b}") == [
        "f.yaml:2:15: `size` must be a whole number, and this is a text\n    write the number without quotes",
        "f.yaml:2:24: `kind` cannot be `b`\n    one of: red, green",
    ]


def test_a_provider_table_gets_the_same_words() -> None:
    text = """
title: Acme
auth: {bearrer: token}
record:
  url: {at: target, tipe: string}
  shop: {at: _shop, required: 1}
list: {get: /x, next: {cursor: x}}
create: {get: /a, post: /b}
"""
    found = problems_of(text, Spec)
    assert found[0] == "f.yaml:3:8: unknown key `bearrer`\n    did you mean `bearer`?"
    assert found[1] == "f.yaml:5:21: unknown key `tipe`\n    did you mean `type`?"
    assert found[2].startswith("f.yaml:6:31: `required` must be true or false")
    assert found[3].startswith("f.yaml:7:23: `at` is missing")
    assert found[4].startswith("f.yaml:8:9: `create`: a call has exactly one verb")


@pytest.mark.parametrize(
    ("word", "expected"), [("lipscor", "lipscore"), ("ARGYLE", "Argyle"), ("zzz", None), ("", None)]
)
def test_suggest(word: str, expected: str | None) -> None:
    assert suggest(word, ["lipscore", "Argyle"]) == expected
