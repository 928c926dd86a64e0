"""Azure DevOps: the examples of its specification; a subscription's limits are fields and part of its key."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest

from reconciler.records import Secret

TOKEN = {"token": "token-canary"}
ORG = {"org": "fabrikam"}
API = "https://dev.azure.com/fabrikam/_apis/hooks/subscriptions"
ID = "fd672255-8b6b-4769-9260-beea83d752ce"
PROJECT = "6ce954b1-ce1f-45d1-b94d-e6bf2464ba2c"
SHOWN = {
    "id": ID,
    "url": f"{API}/{ID}",
    "status": "enabled",
    "publisherId": "tfs",
    "eventType": "build.complete",
    "resourceVersion": "1.0-preview.1",
    "eventDescription": "Build MyWebSite CI, status Failed",
    "consumerId": "webHooks",
    "consumerActionId": "httpRequest",
    "actionDescription": "To host myservice",
    "createdDate": "2014-10-27T15:37:24.873Z",
    "modifiedDate": "2014-10-27T15:37:24.873Z",
    "publisherInputs": {
        "buildStatus": "Failed",
        "definitionName": "MyWebSite CI",
        "hostId": "d81542e4-cdfa-4333-b082-1ae2d6c3ad16",
        "projectId": PROJECT,
        "tfsSubscriptionId": "3e8b33e7-426d-4c92-9bf9-58e163dd7dd5",
    },
    "consumerInputs": {"url": "https://myservice/myhookeventreceiver", "basicAuthPassword": "********"},
}
FIELDS = {
    "url": "https://myservice/myhookeventreceiver",
    "events": ("build.complete",),
    "enabled": True,
    "publisher": "tfs",
    "resource_version": "1.0-preview.1",
    "project": PROJECT,
    "build_definition": "MyWebSite CI",
    "build_status": "Failed",
}
SECRETS = {"basic_auth_password": Secret("password-canary"), "http_headers": Secret("X-Key:header-canary")}
BODY = {
    "status": "enabled",
    "publisherId": "tfs",
    "eventType": "build.complete",
    "resourceVersion": "1.0-preview.1",
    "consumerId": "webHooks",
    "consumerActionId": "httpRequest",
    "publisherInputs": {"buildStatus": "Failed", "definitionName": "MyWebSite CI", "projectId": PROJECT},
    "consumerInputs": {
        "url": "https://myservice/myhookeventreceiver",
        "basicAuthPassword": "password-canary",
        "httpHeaders": "X-Key:header-canary",
        "acceptUntrustedCerts": "false",
    },
}


@pytest.fixture
def hooks(exchange: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *given, **more: exchange("azure-devops", TOKEN, ORG, *given, record_id=ID, **more)


def test_create(hooks: Callable[..., Any]) -> None:
    sent = hooks("create", {**FIELDS, **SECRETS, "accept_untrusted_certs": False}, SHOWN)
    assert (sent.method, sent.address, sent.body, sent.result.id) == ("POST", API, BODY, ID)
    assert sent.query == {"api-version": "7.1"}
    assert sent.headers["Authorization"] == "Basic " + b64encode(b"token:token-canary").decode()


def test_update_replaces_all_of_it(hooks: Callable[..., Any]) -> None:
    fields = {**FIELDS, **SECRETS, "accept_untrusted_certs": False}
    sent = hooks("update", fields, SHOWN, changed=frozenset({"url"}))
    assert (sent.method, sent.address, sent.body) == ("PUT", f"{API}/{ID}", BODY)


def test_delete(hooks: Callable[..., Any]) -> None:
    sent = hooks("delete", None, None, status=204)
    assert (sent.method, sent.url) == ("DELETE", f"{API}/{ID}?api-version=7.1")


def test_list_asks_for_webhooks_and_tells_limits_apart(hooks: Callable[..., Any]) -> None:
    inputs = {"projectId": PROJECT, "buildStatus": "", "definitionName": ""}
    wide = {**SHOWN, "id": "2", "status": "disabledBySystem", "publisherInputs": inputs}
    bare = {**wide, "id": "3", "publisherInputs": {"projectId": PROJECT}}
    jenkins = {**SHOWN, "id": "4", "consumerId": "jenkins", "consumerInputs": {"buildName": "GitBuild"}}
    sent = hooks("list", None, {"count": 4, "value": [SHOWN, wide, bare, jenkins]})
    assert sent.query == {"api-version": "7.1", "consumerId": "webHooks", "consumerActionId": "httpRequest"}
    one, two, three = sent.result
    assert dict(one.fields) == FIELDS
    assert two.fields["enabled"] is False
    assert one.key != two.key == three.key, "no limit reads as an empty text, or not at all"
