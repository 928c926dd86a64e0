"""Each provider's calls as its documents show them, over plain HTTP."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from reconciler.sandbox import Sandbox

MakeApi = Callable[..., Any]
ALL = ("argyle", "flightrates", "lipscore", "studiewinkel")


@pytest.mark.parametrize("provider", ALL)
def test_a_record_is_made_listed_and_deleted(sandbox: Sandbox, api: MakeApi, provider: str) -> None:
    client = api(provider)
    made = client.create()
    assert made.status_code == 200
    record_id = made.json().get("hook", made.json())["id"]

    listed = client.items(client.list())
    assert [record["id"] for record in listed] == [record_id]
    assert client.record().items() <= listed[0].items()
    assert sandbox.records(provider) == listed

    assert client.delete(record_id).status_code in (200, 204)
    assert client.items(client.list()) == []
    assert client.delete(record_id).status_code == 404


def test_argyle_answers_in_its_own_words(api: MakeApi) -> None:
    argyle = api("argyle")
    made = argyle.create().json()
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", made["id"])
    assert made["secret"] == "s3cret"
    assert made["created_at"].endswith("Z")
    assert made["last_sent_at"] is None
    assert argyle.list().json() == {"results": [made], "next": None}

    wrong = argyle.create({"events": "ratings.added", "url": "https://hooks.example.com"})
    assert wrong.status_code == 400
    assert wrong.json() == {"events": ["Not a valid array."], "name": ["This field is required."]}
    assert argyle.delete("nothing").json() == {"detail": "Not found."}


def test_lipscore_answers_in_its_own_words(api: MakeApi) -> None:
    lipscore = api("lipscore")
    assert lipscore.create().json() == {"id": 1}
    assert lipscore.list().json() == [{"id": 1, **lipscore.record()}]
    again = lipscore.create()
    assert (again.status_code, again.json()) == (409, {"error": "It exists already."})
    other_event = lipscore.create({**lipscore.record(), "event": "review_created"})
    assert other_event.json() == {"id": 2}
    gone = lipscore.delete(1)
    assert (gone.status_code, gone.json()) == (200, {})
    assert lipscore.create().status_code == 200, "its place is free again"


def test_flightrates_logs_in_and_wraps(sandbox: Sandbox, api: MakeApi) -> None:
    fares = api("flightrates")
    login = {"handle": "user", "password": "pass"}
    token = fares.session.post(f"{fares.base_url}/login", json=login).json()["token"]
    fares.session.headers["Authorization"] = f"Bearer {token}"

    made = fares.create().json()
    assert made["error"] is False
    assert made["hook"]["vertical"] == "flightrates"
    assert fares.get(made["hook"]["id"]).json() == made
    listed = fares.list().json()
    assert listed == {"error": False, "hooks": [made["hook"]], "page": 1, "totalPages": 1, "totalData": 1}

    wrong = fares.create(
        {"endPoint": "https://hooks.example.com", "isActiveStatus": "yes", "_shop": "", "hookType": "dbs"}
    )
    assert wrong.status_code == 400
    assert wrong.json()["error"] is True
    assert "isActiveStatus: Not a valid boolean." in wrong.json()["message"]
    assert "_shop: This field may not be blank." in wrong.json()["message"]

    sandbox.expire_tokens("flightrates")
    expired = fares.list()
    assert (expired.status_code, expired.json()["error"]) == (401, True)


def test_studiewinkel_reads_one(api: MakeApi) -> None:
    lists = api("studiewinkel")
    record_id = lists.made()
    assert re.fullmatch(r"c[0-9a-z]{24}", record_id)
    assert lists.get(record_id).json() == {**lists.record(), "id": record_id}
    assert lists.get("nothing").status_code == 404


@pytest.mark.parametrize("provider", ALL)
def test_a_call_without_credentials_is_refused(api: MakeApi, provider: str) -> None:
    client = api(provider)
    with requests.Session() as bare:
        bare.trust_env = False
        client.session = bare
        assert client.list().status_code == 401
        assert client.create().status_code == 401


@pytest.mark.parametrize(
    ("provider", "right"),
    [
        ("argyle", {"key_id": "key-id", "key_secret": "key-secret"}),
        ("lipscore", {"api_key": "a-key"}),
        ("studiewinkel", {"token": "a-token"}),
        ("flightrates", {"token": "a-token"}),
    ],
)
def test_only_the_right_credentials_will_do_where_they_are_given(
    api: MakeApi, provider: str, right: dict[str, str]
) -> None:
    last = list(right)[-1]
    with Sandbox(credentials={provider: right}) as strict:
        assert api(provider, strict.base_url(provider)).list().status_code == 200
    with Sandbox(credentials={provider: {**right, last: "another"}}) as strict:
        assert api(provider, strict.base_url(provider)).list().status_code == 401


def test_a_log_in_checks_the_credentials_too(api: MakeApi) -> None:
    with Sandbox(credentials={"flightrates": {"handle": "user", "password": "pass"}}) as strict:
        fares = api("flightrates", strict.base_url("flightrates"))
        assert fares.list().status_code == 401, "a token that was not given out"

        def log_in(password: str) -> requests.Response:
            body = {"handle": "user", "password": password}
            answer: requests.Response = fares.session.post(f"{fares.base_url}/login", json=body)
            return answer

        assert log_in("wrong").status_code == 401
        fares.session.headers["Authorization"] = f"Bearer {log_in('pass').json()['token']}"
        assert fares.list().status_code == 200


def walk(client: Any) -> list[str]:
    """Read all pages of a list by the sign that each provider gives."""
    ids: list[str] = []
    query: dict[str, Any] = {}
    url = None
    while True:
        answer = (client.session.get(url) if url else client.list(**query)).json()
        records = answer if isinstance(answer, list) else next(v for v in answer.values() if isinstance(v, list))
        ids += [str(record["id"]) for record in records]
        if isinstance(answer, list) or not (
            answer.get("next") or answer.get("has_more") or answer.get("page", 0) < answer.get("totalPages", 0)
        ):
            return ids
        url = answer.get("next")
        query = {"page": answer["page"] + 1} if "page" in answer else {"starting_after": ids[-1]}


@pytest.mark.parametrize("provider", ALL)
def test_every_page_of_a_list_comes_once_and_in_order(api: MakeApi, provider: str) -> None:
    with Sandbox(page_limit=10) as paged:
        client = api(provider, paged.base_url(provider))
        ids = [client.made(number) for number in range(35)]
        assert walk(client) == ids
        assert paged.count(provider, "list") == (1 if provider == "lipscore" else 4)


def test_a_page_is_as_large_as_asked_for_within_the_limit(sandbox: Sandbox, api: MakeApi) -> None:
    argyle = api("argyle")
    for number in range(12):
        sandbox.insert("argyle", argyle.record(number))
    assert len(argyle.list(limit=200).json()["results"]) == 12
    assert len(argyle.list(limit=5).json()["results"]) == 5
    assert len(argyle.list().json()["results"]) == 10
    assert argyle.list(limit="many").status_code == 400
    next_url = argyle.list(limit=5).json()["next"]
    assert next_url.startswith(f"{argyle.base_url}/webhooks?")
    assert "limit=5" in next_url


def test_a_next_url_survives_deletes_before_it(sandbox: Sandbox, api: MakeApi) -> None:
    argyle = api("argyle")
    ids = [argyle.made(number) for number in range(6)]
    next_url = argyle.list(limit=3).json()["next"]
    sandbox.remove("argyle", ids[0])
    rest = argyle.session.get(next_url).json()["results"]
    assert [record["id"] for record in rest] == ids[3:]


def test_an_unknown_address_and_a_wrong_method(api: MakeApi, sandbox: Sandbox) -> None:
    argyle = api("argyle")
    assert argyle.session.get(f"{argyle.base_url}/hooks").status_code == 404
    wrong = argyle.session.patch(f"{argyle.base_url}/webhooks")
    assert (wrong.status_code, wrong.headers["Allow"]) == (405, "GET, POST")
    nobody = argyle.session.get(f"{sandbox.url}/nobody/webhooks")
    assert nobody.status_code == 404
    assert "argyle" in nobody.json()["message"]


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b"\xff", b'"text"'])
def test_a_body_that_is_no_object_is_refused(sandbox: Sandbox, api: MakeApi, body: bytes) -> None:
    argyle = api("argyle")
    answer = argyle.session.post(f"{argyle.base_url}/webhooks", data=body)
    assert answer.status_code == 400
    assert sandbox.records("argyle") == []


def test_fifty_creates_at_once_make_fifty_records(sandbox: Sandbox, api: MakeApi) -> None:
    clients = [api("lipscore") for _ in range(10)]

    def create(number: int) -> int:
        return int(clients[number % 10].create(clients[0].record(number)).status_code)

    with ThreadPoolExecutor(10) as pool:
        assert set(pool.map(create, range(50))) == {200}
    records = sandbox.records("lipscore")
    assert len({record["id"] for record in records}) == len(records) == 50
    assert sandbox.count("lipscore", "create", committed=True) == 50


def test_fifty_equal_creates_at_once_make_one_record(sandbox: Sandbox, api: MakeApi) -> None:
    clients = [api("lipscore") for _ in range(10)]
    with ThreadPoolExecutor(10) as pool:
        statuses = list(pool.map(lambda number: clients[number % 10].create().status_code, range(50)))
    assert sorted(statuses) == [200] + [409] * 49
    assert len(sandbox.records("lipscore")) == 1


def test_accounts_are_apart(sandbox: Sandbox, api: MakeApi) -> None:
    one, other = api("argyle"), api("argyle@team2")
    one.create()
    assert len(sandbox.records("argyle")) == 1
    assert other.items(other.list()) == []
    assert sandbox.records("argyle@team2") == []
