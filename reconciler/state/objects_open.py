"""From a URL and the usual environment to an object store: S3 and compatibles, Google, Azure."""

from __future__ import annotations

import ipaddress
import json
import os
from collections.abc import Mapping
from datetime import timedelta
from importlib import import_module
from importlib.util import find_spec
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from obstore.store import AzureStore, GCSStore, S3Store

from reconciler.errors import StateError

Bucket: TypeAlias = S3Store | GCSStore | AzureStore

RETRIES = 4
"""How often a read is repeated by the client itself, with growing pauses."""
_ENDPOINTS = {
    "s3": ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT"),
    "gs": ("GOOGLE_BASE_URL", "STORAGE_EMULATOR_HOST"),
    "az": ("AZURE_STORAGE_ENDPOINT", "AZURE_ENDPOINT"),
}
_CONNECTION_STRING = "AZURE_STORAGE_CONNECTION_STRING"


def open_bucket(scheme: str, name: str, *, retries: int) -> Bucket:
    """Open a bucket; nothing is asked of it yet. Endpoint and credentials come from the environment.

    `retries`: how often the client itself repeats a request. Plain HTTP is for loopback addresses, and
    where the client's own variable (`AWS_ALLOW_HTTP` and the like) allows it.
    """
    environ = os.environ
    endpoint = next((environ[one] for one in _ENDPOINTS[scheme] if environ.get(one)), "")
    options: dict[str, Any] = {"timeout": timedelta(seconds=30), "connect_timeout": timedelta(seconds=10)}
    if _is_loopback(endpoint):
        options["allow_http"] = True
    common: dict[str, Any] = {
        "client_options": options,
        "retry_config": {"max_retries": retries, "retry_timeout": timedelta(seconds=30)},
    }
    if scheme == "s3":
        return S3Store(name, **_aws(environ), **common)
    if scheme == "gs":
        return GCSStore(name, **_google(environ), **common)
    return AzureStore(name, **_azure(environ, options), **common)


def _aws(environ: Mapping[str, str]) -> dict[str, Any]:
    if not environ.get("AWS_PROFILE") or environ.get("AWS_ACCESS_KEY_ID"):
        return {}
    if find_spec("boto3") is None:
        raise StateError("AWS_PROFILE is set; to read the profiles of the AWS tools install boto3: pip install boto3")
    from obstore.auth.boto3 import Boto3CredentialProvider

    session = import_module("boto3.session").Session()
    region = {"region": session.region_name} if session.region_name else {}
    return {"credential_provider": Boto3CredentialProvider(session), **region}


def _google(environ: Mapping[str, str]) -> dict[str, Any]:
    emulator = environ.get("STORAGE_EMULATOR_HOST")
    if not emulator or environ.get("GOOGLE_BASE_URL"):
        return {}
    base = emulator if "://" in emulator else f"http://{emulator}"
    key = {"gcs_base_url": base, "disable_oauth": True, "client_email": "", "private_key": "", "private_key_id": ""}
    return {"service_account_key": json.dumps(key)}


def _azure(environ: Mapping[str, str], options: dict[str, Any]) -> dict[str, Any]:
    """Read a connection string, as the portal shows it and most tools take it."""
    text = environ.get(_CONNECTION_STRING)
    if not text:
        return {}
    parts = dict(part.partition("=")[::2] for part in text.split(";") if part)
    found: dict[str, Any] = {}
    for theirs, ours in (("AccountName", "account_name"), ("AccountKey", "account_key"), ("BlobEndpoint", "endpoint")):
        if parts.get(theirs):
            found[ours] = parts[theirs].rstrip("/") if ours == "endpoint" else parts[theirs]
    if parts.get("SharedAccessSignature"):
        found["sas_key"] = parts["SharedAccessSignature"].removeprefix("?")
    if not found:
        raise StateError(f"{_CONNECTION_STRING} names neither an account nor an endpoint. Copy it anew.")
    if _is_loopback(found.get("endpoint", "")):
        options["allow_http"] = True
    return found


def _is_loopback(endpoint: str) -> bool:
    host = urlsplit(endpoint if "://" in endpoint else f"//{endpoint}").hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
