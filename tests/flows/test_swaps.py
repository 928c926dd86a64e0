"""Two records that take each other's place, where the provider takes no two alike."""

from __future__ import annotations

import pytest

from tests.flows.flow import Flow


def url(name: str) -> str:
    return f"https://hooks.example.com/{name}"


@pytest.mark.parametrize("provider", ["lipscore", "argyle", "studiewinkel"])
@pytest.mark.parametrize("ring", ["ab", "abc", "abcdef"])
def test_a_ring_of_urls_ends_with_as_many_records(flow: Flow, provider: str, ring: str) -> None:
    flow.write({name: flow.subscription(provider, url=url(name)) for name in ring})
    flow.apply()
    turned = dict(zip(ring, ring[1:] + ring[0], strict=True))
    flow.write({name: flow.subscription(provider, url=url(turned[name])) for name in ring})
    plan = flow.plan()
    assert (plan.code, set(plan.actions().values())) == (2, {"replace"})
    result = flow.apply()
    records = {
        str(one["id"]): address
        for address, one in zip(flow.urls(provider), flow.sandbox.records(provider), strict=True)
    }
    assert sorted(records.values()) == sorted(map(url, ring))
    for change in result.json["changes"]:
        assert records[change["id_after"]] == url(turned[change["address"].partition("[")[0]])
    flow.settled()


def test_one_takes_the_url_that_another_gives_up(flow: Flow) -> None:
    """A chain, not a ring: `a` goes to where `b` was, `b` goes elsewhere, and `c` takes what `a` had."""
    flow.write({name: flow.subscription("lipscore", url=url(name)) for name in "ab"})
    flow.apply()
    flow.write({name: flow.subscription("lipscore", url=url(there)) for name, there in zip("abc", "bxa", strict=True)})
    flow.apply()
    assert sorted(flow.urls("lipscore")) == [url("a"), url("b"), url("x")]
    flow.settled()


def test_two_subscriptions_on_one_url_with_two_events(flow: Flow) -> None:
    flow.write(
        {
            "ratings": flow.subscription("lipscore", events=["rating_created"]),
            "reviews": flow.subscription("lipscore", events=["review_created"]),
        }
    )
    flow.apply()
    assert len(flow.sandbox.records("lipscore")) == 2
    flow.settled()
    flow.write(
        {
            "ratings": flow.subscription("lipscore", events=["review_created"]),
            "reviews": flow.subscription("lipscore", events=["rating_created"]),
        }
    )
    flow.plan()
    flow.apply()
    assert sorted(one["event"] for one in flow.sandbox.records("lipscore")) == ["rating_created", "review_created"]
    flow.settled()


def test_a_vendor_that_takes_a_url_once_is_told_clearly(flow: Flow) -> None:
    flow.write({"one": flow.subscription("lipscore", events=["rating_created", "review_created"])})
    flow.faults({"operation": "create", "kind": "status", "status": 409, "nth": 2})
    failed = [one for one in flow.apply(code=1).json["changes"] if one["outcome"] == "failed"]
    assert len(failed) == 1
    assert "give each event a URL of its own" in failed[0]["error"]
    assert len(flow.sandbox.records("lipscore")) == 1
