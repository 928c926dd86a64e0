"""Every key of the table format, over a stand-in that behaves by the same table: written, read back, changed, gone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from reconciler.errors import NotSent, ProviderError, Refused, Unreadable
from reconciler.providers.checks import problems_in
from reconciler.providers.protocol import Connection
from reconciler.providers.spec import Spec
from reconciler.records import Fields, Live, Scope, Secret
from reconciler.sandbox import Fault, Faults, Sandbox
from tests.providers.keys import BASE, BY_TAG, CASES, CHANGES, FIELDS, GRAPHQL, IN_PATH, LATER, Table, record

Connect = Callable[..., Connection]

CREDENTIALS = {"token": "t0ken:canary", "user": "who", "client_id": "cid", "client_secret": "csecret"}


def table(changes: Table) -> Spec:
    merged = {name: value for name, value in {**BASE, **changes}.items() if value is not None}
    spec = Spec.model_validate(merged)
    assert list(problems_in(spec)) == []
    return spec


@pytest.fixture
def open_acme(connect: Connect) -> Iterator[Callable[..., tuple[Connection, Sandbox, Scope]]]:
    """Open a connection to a sandbox that stands in for a table; lists come two records a page."""
    running: list[Sandbox] = []

    def open_one(changes: Table) -> tuple[Connection, Sandbox, Scope]:
        spec = table(changes)
        names = {name for auth in spec.auths for name in auth.credentials}
        credentials = {name: CREDENTIALS[name] for name in names}
        sandbox = Sandbox({"acme": spec}, credentials={"acme": credentials}, page_limit=2)
        sandbox.start()
        running.append(sandbox)
        connection = connect("acme", credentials, spec=spec, base_url=sandbox.base_url("acme"))
        scope = tuple(sorted((name, parameter.default or "s/1") for name, parameter in spec.scope.items()))
        return connection, sandbox, scope

    yield open_one
    for sandbox in running:
        sandbox.close()


def shown(live: Live, wanted: Fields) -> dict[str, Any]:
    """What a live record shows of the wanted fields; the fingerprints of secrets are not known here."""
    return {name: _revealed(live.fields.get(name)) for name in wanted}


def _revealed(value: Any) -> Any:
    if isinstance(value, Secret):
        return value.reveal()
    return {name: _revealed(one) for name, one in value.items()} if isinstance(value, dict) else value


@pytest.mark.parametrize("name", CASES)
def test_what_is_written_is_read_back_changed_and_gone(
    open_acme: Callable[..., tuple[Connection, Sandbox, Scope]], name: str
) -> None:
    changes, more, other = CASES[name]
    connection, sandbox, scope = open_acme(changes)
    fields = {name: value for name, value in {**FIELDS, **more}.items() if value is not None}
    assert connection.list(scope) == ()

    made = connection.create(scope, fields)
    assert made.trouble is None
    (live,) = connection.list(scope)
    assert live.id == made.id
    assert shown(live, fields) == _revealed(fields)
    if connection.can_get:
        assert connection.get(scope, made.id) == live

    wanted = {**fields, **{name: value for name, value in CHANGES.items() if name in fields}, **other}
    if "each" in str(changes.get("record")) and "events" not in other:
        wanted["events"] = fields["events"]
    changed = frozenset(name for name in wanted if wanted[name] != fields[name])
    assert connection.update(scope, made.id, wanted, changed).id == made.id
    (live,) = connection.list(scope)
    assert shown(live, wanted) == _revealed(wanted)

    if sandbox.specs["acme"].record.id_spec.constant is None:
        connection.delete(scope, made.id)
    connection.delete(scope, made.id)
    assert connection.list(scope) == ()
    if connection.can_get:
        assert connection.get(scope, made.id) is None
    assert "canary" not in repr(sandbox.requests)


@pytest.mark.parametrize("name", [name for name in CASES if not name.startswith(("upsert", "a singleton"))])
def test_a_list_of_several_pages_is_whole(
    open_acme: Callable[..., tuple[Connection, Sandbox, Scope]], name: str
) -> None:
    changes, more, _ = CASES[name]
    connection, _, scope = open_acme(changes)
    fields = {name: value for name, value in {**FIELDS, **more}.items() if value is not None}
    ids = [connection.create(scope, {**fields, "url": f"https://hooks.example.com/{number}"}).id for number in range(5)]
    assert [live.id for live in connection.list(scope)] == ids


def test_an_upsert_does_not_overwrite_what_is_there(
    open_acme: Callable[..., tuple[Connection, Sandbox, Scope]],
) -> None:
    for changes, more in ((IN_PATH, {}), (BY_TAG, {"name": "tag-1"})):
        connection, sandbox, scope = open_acme(changes)
        connection.create(scope, {**FIELDS, **more})
        with pytest.raises(Refused, match="already, which this would overwrite") as refused:
            connection.create(scope, {**FIELDS, **more, "url": CHANGES["url"]})
        assert refused.value.status == 409
        assert [one["url"] for one in sandbox.records("acme")] == [FIELDS["url"]]


def test_an_upsert_that_cannot_look_first_is_not_sent(
    open_acme: Callable[..., tuple[Connection, Sandbox, Scope]],
) -> None:
    connection, sandbox, scope = open_acme(IN_PATH)
    sandbox.faults = Faults(faults=[Fault(kind="status", operation="list", status=403)])
    with pytest.raises(NotSent, match="could overwrite"):
        connection.create(scope, FIELDS)
    assert sandbox.records("acme") == []


def test_a_call_after_the_create_that_fails_is_told_and_leaves_the_record(
    open_acme: Callable[..., tuple[Connection, Sandbox, Scope]],
) -> None:
    connection, sandbox, scope = open_acme({**LATER, "after": [{"post": "/hooks/{id}/verify"}]})
    sandbox.faults = Faults(faults=[Fault(kind="status", operation="after", status=400)])
    made = connection.create(scope, FIELDS)
    assert made.trouble is not None
    assert "it was made, but: my-acme: POST" in made.trouble
    assert made.unset == frozenset()
    sandbox.faults = Faults(faults=[Fault(kind="status", operation="update", status=400)])
    made = connection.create(scope, {**FIELDS, "enabled": False})
    assert made.unset == {"enabled"}
    assert len(connection.list(scope)) == 2


def test_a_record_of_another_kind_is_none_of_ours(
    open_acme: Callable[..., tuple[Connection, Sandbox, Scope]],
) -> None:
    connection, sandbox, scope = open_acme(record(only={"type": "url"}, **{"except": {"status": ["deleted", "gone"]}}))
    sandbox.insert("acme", {"type": "slack"})
    sandbox.insert("acme", {"type": "url", "status": "gone", "url": "https://x.example", "events": []})
    made = connection.create(scope, FIELDS)
    assert [live.id for live in connection.list(scope)] == [made.id]


def test_user_errors_are_a_clear_refusal(open_acme: Callable[..., tuple[Connection, Sandbox, Scope]]) -> None:
    connection, _, scope = open_acme({**GRAPHQL, "unique": [["url"]]})
    connection.create(scope, FIELDS)
    with pytest.raises(Refused, match=r"200 OK, but there is something at `data.hookCreate.userErrors`: .*exists"):
        connection.create(scope, FIELDS)


def test_a_secret_that_a_call_of_its_own_gives_is_captured(
    open_acme: Callable[..., tuple[Connection, Sandbox, Scope]],
) -> None:
    secret = {"read": "on_create", "from": {"get": "/hooks/{id}/secret", "item": "signing.key"}}
    rotate = {"post": "/hooks/{id}/rotate"}
    connection, sandbox, scope = open_acme({**record(secret=secret), "rotate": rotate})
    made = connection.create(scope, FIELDS)
    assert made.captured is not None
    first = made.captured["secret"].reveal()
    assert first == sandbox.records("acme")[0]["_own"]["secret"]
    assert "_own" not in str(connection.list(scope))
    renewed = connection.rotate(scope, made.id).captured
    assert renewed is not None
    assert renewed["secret"].reveal() not in ("", first)


def test_a_revision_that_is_not_the_present_one_is_refused(
    open_acme: Callable[..., tuple[Connection, Sandbox, Scope]],
) -> None:
    changes = CASES["an ETag"][0]
    connection, sandbox, scope = open_acme(changes)
    made = connection.create(scope, FIELDS)
    connection.update(scope, made.id, {**FIELDS, **CHANGES}, frozenset({"url"}))
    connection.update(scope, made.id, FIELDS, frozenset({"url"}))
    assert sandbox.records("acme")[0]["_own"]["revision"] == 3
    sandbox.remove("acme", made.id)
    with pytest.raises(Refused, match="the record is not there"):
        connection.update(scope, made.id, FIELDS, frozenset({"url"}))


def test_time_that_runs_out_is_no_longer_fresh(open_acme: Callable[..., tuple[Connection, Sandbox, Scope]]) -> None:
    connection, sandbox, scope = open_acme(LATER)
    made = connection.create(scope, FIELDS)
    assert connection.list(scope)[0].fields["renewed"] is True
    sandbox.change("acme", made.id, {"expires": "2020-01-01T00:00:00Z"})
    assert connection.list(scope)[0].fields["renewed"] is False
    connection.update(scope, made.id, {**FIELDS, "renewed": True}, frozenset({"renewed"}))
    assert connection.list(scope)[0].fields["renewed"] is True
    assert sandbox.count("acme", "update") == 1, "the record's own update is not sent for it"
    sandbox.change("acme", made.id, {"expires": "soon"})
    with pytest.raises(Unreadable, match="should be a time"):
        connection.list(scope)


def test_a_credential_in_the_path_is_never_shown(open_acme: Callable[..., tuple[Connection, Sandbox, Scope]]) -> None:
    connection, sandbox, scope = open_acme(IN_PATH)
    for kind in ("status", "html", "reset_after"):
        sandbox.faults = Faults(faults=[Fault(kind=kind, status=403)])
        for act in (lambda: connection.list(scope), lambda: connection.delete(scope, "webhook")):
            with pytest.raises(ProviderError) as told:
                act()
            assert "canary" not in f"{told.value}{told.value!r}{told.value.__context__}{told.value.__cause__}"
            assert "/bot(sensitive)/" in str(told.value)


@pytest.mark.parametrize("shown", [{"at": "X-Hook-Secret"}, {"at": "meta.key"}, {"header": "Hook-Secret"}])
@pytest.mark.parametrize("ours", [{}, {"write": "secret"}], ids=["theirs alone", "or ours"])
def test_a_secret_that_an_answer_has_beside_the_record_is_captured(
    open_acme: Callable[..., tuple[Connection, Sandbox, Scope]], shown: Table, ours: Table
) -> None:
    secret = {"read": "on_create", "shown": shown, **ours}
    create = {"post": "/hooks", "wrap": "data", "item": "data"}
    connection, sandbox, scope = open_acme(
        {**record(secret=secret), "create": create, "rotate": {"post": "/hooks/{id}/rotate", "item": "data"}}
    )
    made = connection.create(scope, FIELDS)
    assert made.captured is not None
    first = made.captured["secret"].reveal()
    assert first == sandbox.records("acme")[0]["_own"]["secret"]
    assert "secret" not in connection.list(scope)[0].fields
    renewed = connection.rotate(scope, made.id).captured
    assert renewed is not None
    assert renewed["secret"].reveal() == sandbox.records("acme")[0]["_own"]["secret"] != first


def test_a_merged_update_keeps_what_a_table_does_not_map_in_a_list(
    open_acme: Callable[..., tuple[Connection, Sandbox, Scope]],
) -> None:
    auth = {"at": "targets.0.auth", "secret": True, "read": "masked"}
    fields = {"url": "targets.0.address", "description": "targets.0.note", "auth": auth}
    connection, sandbox, _ = open_acme(
        {"record": fields, "update": {"put": "/hooks/{id}", "sends": "merged"}, "key": ["scope", "url"]}
    )
    theirs = {"address": "https://a.example/", "note": "first", "auth": "hidden", "retries": 3}
    made = sandbox.insert("acme", {"targets": [theirs, {"address": "https://b.example/"}]})
    wanted = {"url": "https://a.example/", "description": "second"}
    connection.update((), made, wanted, frozenset({"description"}))
    (record,) = sandbox.records("acme")
    assert record["targets"] == [
        {"address": "https://a.example/", "note": "second", "retries": 3},
        {"address": "https://b.example/"},
    ]
