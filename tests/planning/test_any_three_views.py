"""Whatever the three views are: a plan that is carried out ends in the desired state, and touches nothing else."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.records import Ability, Deposed, Desired
from tests.planning.world import KEY, World, desired, known, live

URLS = [f"https://h.example.com/{path}" for path in "abc"]
EVENTS = [("x",), ("y",), ("x", "y")]
NAMES = ["p", "q", "r", "s"]
CONNECTIONS = ["c1", "c2"]
SCOPES = [(), (("repo", "one"),)]

fields = st.fixed_dictionaries(
    {
        "connection": st.sampled_from(CONNECTIONS),
        "scope": st.sampled_from(SCOPES),
        "url": st.sampled_from(URLS),
        "events": st.sampled_from(EVENTS),
        "size": st.integers(0, 2),
    }
)
ability = st.builds(
    lambda update, immutable, unique: Ability(
        "acme",
        cannot={} if update else {"update": "there is no update call"},
        immutable=frozenset({"url"}) if immutable else frozenset(),
        unique=unique,
    ),
    st.booleans(),
    st.booleans(),
    st.sampled_from([(), (("url", "events"),), (("url",),)]),
)


@st.composite
def situations(draw):
    """A world with a state that knows some of it, and a file that wants something."""
    abilities = {name: draw(ability) for name in CONNECTIONS}
    world = World(abilities)

    def fits(record, others):
        return not any(
            (record.connection, record.scope) == (other.connection, other.scope)
            and all(record.fields[name] == other.fields[name] for name in names)
            for names in (*abilities[record.connection].unique, ("url", "events"))
            for other in others
        )

    for number, values in enumerate(draw(st.lists(fields, max_size=6))):
        record = live(f"id{number}", **values)
        if fits(record, world.live.values()):
            world.live[record.connection, record.scope, record.id] = record
    ids = list(world.live)
    addresses = draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=4))
    for address, place in zip(addresses, draw(st.permutations(ids)), strict=False):
        record = world.live[place]
        values = draw(st.sampled_from([dict(record.fields), {**record.fields, "size": 9}]))
        world.known[address] = known(address, record.id, record.connection, scope=record.scope, **values)
    gone = [place for place in ids if draw(st.integers(0, 9)) == 0]
    for place in gone:
        del world.live[place]
    owned = {(one.connection, one.scope, one.id) for one in world.known.values()}
    for place in list(world.live):
        if place not in owned and draw(st.integers(0, 4)) == 0:
            world.deposed.append(Deposed("p", *place))
    wanted: list[Desired] = []
    for address in draw(st.lists(st.sampled_from([*NAMES, "t", "u"]), unique=True, max_size=5)):
        record = desired(address, **draw(fields))
        if fits(record, wanted) and _free(record, world, abilities):
            wanted.append(record)
    return world, wanted


def _free(record, world, abilities):
    """Leave out what no plan could bring about: an unowned record that is in the way of a unique value."""
    owned = {(one.connection, one.scope, one.id) for one in (*world.known.values(), *world.deposed)}
    return not any(
        (record.connection, record.scope) == (other.connection, other.scope)
        and place not in owned
        and all(record.fields[name] == other.fields[name] for name in names)
        for names in (*abilities[record.connection].unique, ("url", "events"))
        for place, other in world.live.items()
    )


@settings(max_examples=4 * settings().max_examples)
@given(situations())
def test_a_plan_carried_out_is_the_desired_state_and_the_next_one_is_empty(situation):
    world, wanted = situation
    owned = {(one.connection, one.scope, one.id) for one in (*world.known.values(), *world.deposed)}
    foreign = {place: record for place, record in world.live.items() if place not in owned}

    plan = world.plan(wanted)
    named = [change.address for change in plan.changes if change.deposed is None]
    assert len(named) == len(set(named)), "no address twice"
    assert not [change for change in plan.changes if change.blocked]
    world.carry_out(plan)

    for record in wanted:
        mine = world.known[record.address]
        there = world.live[mine.connection, mine.scope, mine.id]
        assert (mine.connection, mine.scope) == (record.connection, record.scope)
        assert there.fields == record.fields
    assert set(world.known) == {record.address for record in wanted}
    assert len(world.live) == len(wanted) + len(foreign), "no orphan, nothing lost"
    assert {place: world.live.get(place) for place in foreign} == foreign, "nothing unowned is touched"

    second = world.plan(wanted)
    assert second.changes == ()
    assert second.drift == ()
    assert second.unchanged == len(wanted)


@settings(max_examples=2 * settings().max_examples)
@given(situations())
def test_an_unknown_connection_is_left_alone_and_the_others_go_on(situation):
    world, wanted = situation
    from dataclasses import replace

    from reconciler.planning import Policy, make_plan

    views = world.views(wanted)
    failed = tuple(replace(view, live=(), error="503") if view.connection == "c1" else view for view in views.views)
    plan = make_plan(replace(views, views=failed), Policy(max_deletes=None, all_may_go=True))
    assert plan.complete == (not any(view.connection == "c1" for view in views.views))
    for change in plan.changes:
        ends = {change.connection} | ({change.origin.connection} if change.origin else set())
        assert "c1" not in ends or change.blocked


@settings(max_examples=2 * settings().max_examples)
@given(situations(), st.randoms())
def test_the_order_of_reading_does_not_matter(situation, random):
    world, wanted = situation
    first = world.plan(wanted)
    shuffled = list(wanted)
    random.shuffle(shuffled)
    items = list(world.known.items())
    random.shuffle(items)
    world.known = dict(items)
    assert world.plan(shuffled).digest == first.digest


def test_the_key_of_the_model_is_that_of_the_format():
    assert Ability("acme").key == KEY
