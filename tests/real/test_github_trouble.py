"""What goes wrong at GitHub's counterpart: a lost answer, a killed run, two at once, twins, a token that may not."""

from __future__ import annotations

import pytest

from tests.flows.flow import Folder, until
from tests.real.github import GUEST, Hooks, repository_hooks
from tests.real.life import BUILD, DEPLOY, declare
from tests.servers.proxy import lossy


@pytest.fixture
def of_a_repository(github: str) -> Hooks:
    """Hooks of one kind, for what does not differ between the two."""
    return repository_hooks(github)


def test_a_create_whose_answer_is_lost_is_found_and_not_made_twice(folder: Folder, hooks: Hooks) -> None:
    with lossy(int(hooks.server.rpartition(":")[2])) as proxy:
        through = hooks.connection(base_url=f"http://127.0.0.1:{proxy.port}")
        folder.write({"build": hooks.subscription(BUILD, secret="canary-build")}, {"hub": through})
        proxy.lose(BUILD.encode(), arrives=True)
        run = folder.apply()
        assert run.change()["outcome"] == "done"
        assert set(hooks.there()) == {BUILD}
        folder.settled()


def test_two_that_apply_at_once_make_each_hook_once(folder: Folder, of_a_repository: Hooks) -> None:
    hooks = of_a_repository
    urls = [f"https://hooks.example.com/{number}" for number in range(8)]
    declare(folder, hooks, **{f"hook-{number}": hooks.subscription(url) for number, url in enumerate(urls)})
    both = [folder.start("apply", "--auto-approve", "--lock-timeout", "60") for _ in range(2)]
    assert [folder.finish(one).code for one in both] == [0, 0]
    assert set(hooks.there()) == set(urls)
    folder.settled()


def test_a_killed_run_is_picked_up_by_the_next(folder: Folder, of_a_repository: Hooks) -> None:
    hooks = of_a_repository
    urls = [f"https://hooks.example.com/{number}" for number in range(30)]
    entries = {f"hook-{number}": hooks.subscription(url) for number, url in enumerate(urls)}
    folder.write(entries, {"hub": hooks.connection(rate=5)})  # slow enough to be caught in the middle
    process = folder.start("apply", "--auto-approve", "--parallelism", "3")
    until(lambda: len(hooks.there()) > 3)
    process.kill()
    process.communicate()
    made = {url: one["id"] for url, one in hooks.there().items()}
    assert len(made) < len(urls)
    declare(folder, hooks, **entries)
    folder.apply()
    folder.settled()
    there = {url: one["id"] for url, one in hooks.there().items()}
    assert set(there) == set(urls)
    assert made.items() <= there.items()


def test_twins_are_for_the_user_to_choose_from(folder: Folder, hooks: Hooks) -> None:
    first, second = hooks.make(BUILD), hooks.make(BUILD)
    declare(folder, hooks, build=hooks.subscription(BUILD))
    blocked = folder.plan().change()["blocked"]
    assert first in blocked
    assert second in blocked
    folder.apply(code=1)
    assert folder.run("import", "build", second).code == 0
    folder.settled()
    assert folder.run("destroy", "--auto-approve").code == 0
    assert [str(one["id"]) for one in hooks.there().values()] == [first]


def test_what_somebody_does_after_the_review_stops_the_apply(folder: Folder, hooks: Hooks) -> None:
    declare(folder, hooks, build=hooks.subscription(BUILD))
    folder.apply()
    declare(folder, hooks, build=hooks.subscription(BUILD, "release"))
    assert folder.run("plan", "--out", "reviewed.plan").code == 0
    hooks.make(DEPLOY)
    hooks.change(BUILD, active=False)
    before = hooks.there()
    assert folder.run("apply", "reviewed.plan").code == 1
    assert hooks.there() == before
    hooks.change(BUILD, active=True)
    assert folder.run("apply", "reviewed.plan").code == 0
    folder.settled()


def test_managing_all_deletes_what_nobody_declared(folder: Folder, hooks: Hooks) -> None:
    for number in range(3):
        hooks.make(f"https://elsewhere.example.com/{number}")
    folder.write({"build": hooks.subscription(BUILD)}, {"hub": hooks.connection(manage="all")})
    plan = folder.plan()
    assert plan.json["summary"]["delete"] == 3
    folder.apply()
    folder.settled()
    assert set(hooks.there()) == {BUILD}


def test_a_token_that_may_not_makes_it_unknown(folder: Folder, hooks: Hooks) -> None:
    declare(folder, hooks, build=hooks.subscription(BUILD))
    folder.apply()
    folder.write({}, {"hub": hooks.connection(token=GUEST)})
    plan = folder.plan()
    assert (plan.code, plan.json["changes"]) == (1, [])
    assert len(plan.json["unknown"]) == 1
    assert set(hooks.there()) == {BUILD}
