"""The digest: the same work, the same digest; anything else, another."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from reconciler.planning import Policy, make_plan
from reconciler.records import Secret
from tests.planning.world import desired, known, live, plan, views


def secret(text):
    return Secret(text).sealed(lambda value: hashlib.sha256(value.encode()).hexdigest()[:8])


def test_unmanaged_records_and_error_texts_do_not_enter():
    first = plan([desired("a")])
    assert plan([desired("a")], [], [live("9", url="https://h.example.com/other")]).digest == first.digest


def test_what_is_written_enters():
    digests = {
        plan([desired("a")]).digest,
        plan([desired("b")]).digest,
        plan([desired("a", size=1)]).digest,
        plan([desired("a", secret=secret("one"))]).digest,
        plan([desired("a", secret=secret("two"))]).digest,
        plan([desired("a", protect=True)]).digest,
        plan([desired("a")], policy=Policy(allow_recreate=True)).digest,
        plan([desired("a")], policy=Policy(targets=("a",))).digest,
        plan([desired("a")], [], [live("7")]).digest,
        plan([desired("a")], [], [live("8")]).digest,
    }
    assert len(digests) == 10


def test_the_context_enters():
    seen = views([desired("a")])
    one = make_plan(replace(seen, context={"base_urls": {"c": "https://one"}}), Policy())
    two = make_plan(replace(seen, context={"base_urls": {"c": "https://two"}}), Policy())
    assert one.digest != two.digest


def test_the_live_value_of_a_difference_enters():
    before = plan([desired("a", size=2)], [known("a", "7", size=1)], [live("7", size=1)])
    after = plan([desired("a", size=2)], [known("a", "7", size=1)], [live("7", size=3)])
    assert before.digest != after.digest
