"""A plan as a comment: stable, within the sites' limits, and closed to what hostile names would do with it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from reconciler.output.markdown import LIMIT, code, marker, render_markdown
from reconciler.planning.plan import Change, Drift, Plan, Unknown, Unmanaged, Warned
from tests.output.conftest import CANARY

MARKDOWN = MarkdownIt("commonmark", {"html": True, "linkify": False}).enable(["table", "strikethrough"])
HOSTILE = [
    "`",
    "```",
    "~~~",
    "</details>",
    "<script>alert(1)</script>",
    "<!-- reconcile plan hooks.yaml -->",
    "@everybody",
    "#1",
    "[x](https://evil.example.com)",
    "![x](https://evil.example.com/a.png)",
    "| a | b |",
    "https://evil.example.com",
    "a\n\n# heading",
    "a\r\n- [ ] task",
    "\u202egnp.exe",
    "\ud800",
    "* * *",
    "&lt;b&gt;",
    "$`x`$",
    " ",
]
OURS = re.compile(r"<!-- reconcile plan [^ ]* -->|</?(details|summary|sub|code)>")


def outside_code(text: str) -> tuple[str, list[str]]:
    """All text that Markdown would interpret, and all HTML in it."""
    words, html = "", []
    for token in MARKDOWN.parse(text):
        if token.type == "html_block":
            html.append(token.content)
        assert token.type not in ("table_open", "hr", "code_block", "blockquote_open"), token
        for child in token.children or ():
            assert child.type not in ("link_open", "image", "s_open"), child
            if child.type == "html_inline":
                html.append(child.content)
            elif child.type != "code_inline":
                words += child.content
    return words, html


def hostile_plan(text: str) -> Plan:
    fields = {"url": text, "events": (text, "b"), "name": text, "config": {text: text}}
    return Plan(
        changes=(
            Change(text, text, text, ((text, text),), "create", "drifted", after=fields),
            Change(None, text, text, (), "delete", "not_declared", id=text, before=fields, blocked=text),
            Change(f"{text}2", text, text, (), "forget", "not_at_provider", id=text, before=fields),
        ),
        drift=(Drift(text, text, (), text, gone=True),),
        unmanaged=(Unmanaged(text, (), text, text, (text,), text),),
        unknown=(Unknown(text, (), text, text),),
        warnings=(Warned(text, text),),
        refusals=(text,),
        digest="sha256:" + "a" * 64,
    )


@given(st.one_of(st.text(min_size=1), st.lists(st.sampled_from(HOSTILE), min_size=1, max_size=4).map("".join)))
@example("`" * 9)
@example("```\n</details>")
def test_no_name_breaks_out_of_its_code(text: str) -> None:
    plain, html = outside_code(render_markdown(hostile_plan("Q"), "hooks.yaml"))
    found, found_html = outside_code(render_markdown(hostile_plan(text), "hooks.yaml"))

    assert found == plain
    assert found_html == html
    assert [one for one in html if not OURS.match(one)] == []


@given(st.one_of(st.text(), st.lists(st.sampled_from(HOSTILE), min_size=1, max_size=4).map("".join)))
def test_inline_code_holds_all_of_it(text: str) -> None:
    (paragraph,) = [token for token in MARKDOWN.parse(f"a {code(text)} b") if token.type == "inline"]

    kinds = [child.type for child in paragraph.children or ()]
    assert kinds == ["text", "code_inline", "text"]


def test_the_limit_is_kept_and_what_is_left_out_is_counted(full: Plan) -> None:
    wide = "\N{CYCLONE}" * 50
    template = next(change for change in full.changes if change.action == "create")
    changes = [replace(template, address=f"{wide}-{number}") for number in range(3000)]
    gone = [
        replace(template, address=f"gone-{number}", action="delete", before=template.after) for number in range(2000)
    ]
    text = render_markdown(replace(full, changes=(*changes, *gone)), "hooks.yaml")

    assert len(text.encode()) <= LIMIT
    assert "3000 to create" in text
    assert "2000 to delete" in text
    more = {int(number) for number in re.findall(r"… and (\d+) more", text)}
    shown = {kind: text.count(f"- `{kind}") for kind in ("gone-", wide)}
    assert shown["gone-"] > 50
    assert 2000 - shown["gone-"] in more
    assert 3000 - shown[wide] in more
    assert text.rstrip().endswith("</sub>")
    assert text.count("<details>") == text.count("</details>")


def test_a_huge_single_change_keeps_the_limit(full: Plan) -> None:
    change = replace(full.changes[1], after={"url": "https://a.example.com/" + "x" * 100_000})
    text = render_markdown(replace(full, changes=(change,), refusals=("r" * 100_000,)), "h")

    assert len(text.encode()) <= LIMIT


def test_counts_come_first_and_what_comes_and_goes_is_in_sight(full: Plan) -> None:
    text = render_markdown(full, "hooks.yaml")
    in_sight = re.sub(r"<details>.*?</details>", "", text, flags=re.DOTALL)

    first, _, second, *_ = text.splitlines()
    assert first == marker("hooks.yaml")
    assert re.match(r"### Webhook subscriptions: .*\d+ to delete", second)
    for change in full.changes:
        if change.action in ("create", "delete", "replace"):
            assert (change.address or change.id or "") in in_sight
    assert CANARY not in text


def test_equal_plans_give_equal_comments(full: Plan) -> None:
    turned = replace(full, changes=full.changes[::-1], unmanaged=full.unmanaged[::-1], drift=full.drift[::-1])

    assert render_markdown(turned, "a") == render_markdown(full, "a")


def test_an_empty_plan_says_so() -> None:
    assert "no changes, 3 unchanged" in render_markdown(Plan(unchanged=3), "a")


@pytest.mark.parametrize("name", ["a--b>.yaml", "-->x", "x y", "ü/hooks.yaml", "a\nb"])
def test_the_marker_is_one_comment_of_html(name: str) -> None:
    assert re.fullmatch(r"<!-- reconcile plan [A-Za-z0-9%._~/]* -->", marker(name))
