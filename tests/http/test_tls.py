"""Certificates: those that the environment names are trusted, no others."""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from reconciler.errors import ConfigError, Unreadable
from reconciler.http.client import Client
from reconciler.http.message import Request
from reconciler.http.redaction import Redactor


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return folder / "cert.pem", folder / "key.pem"


@pytest.fixture
def secure(certificate: tuple[Path, Path], make_wire: Any) -> Any:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return make_wire(context)


def test_a_named_authority_is_trusted(
    secure: Any, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate[0]))
    url = f"https://127.0.0.1:{secure.port}"
    client = Client(url, Redactor())
    for _ in range(2):
        assert client.send(Request("GET", f"{url}/hooks", "read")).status == 200
    assert secure.connections == 1
    client.close()


def test_an_unknown_authority_is_not_and_not_asked_again(secure: Any, hands: Any) -> None:
    url = f"https://127.0.0.1:{secure.port}"
    client = Client(url, Redactor(), clock=hands.clock())
    with pytest.raises(Unreadable, match=r"certificate is not trusted.*REQUESTS_CA_BUNDLE"):
        client.send(Request("GET", f"{url}/hooks", "read"))
    assert hands.slept == []
    client.close()


def test_a_bundle_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CURL_CA_BUNDLE", str(tmp_path / "none.pem"))
    with pytest.raises(ConfigError, match=r"CURL_CA_BUNDLE names .*none\.pem"):
        Client("https://api.example.com", Redactor())
