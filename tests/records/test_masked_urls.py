"""What is shown of a URL that may carry credentials, well-formed or not."""

from __future__ import annotations

import pytest

from reconciler.records import Secret, mask_url, url_value


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://h.example.com/a?page=2#x", "https://h.example.com/a?page=2#x"),
        ("https://u:canary@h.example.com/a", "https://***@h.example.com/a"),
        ("https://canary@h.example.com/a", "https://***@h.example.com/a"),
        ("https://h/a?token=canary&page=2", "https://h/a?token=***&page=2"),
        ("https://h/a?x-api-key=canary", "https://h/a?x-api-key=***"),
        ("https://h/a?token=", "https://h/a?token="),
        ("https://h:8080/users/@me", "https://h:8080/users/@me"),
        ("https://h/users/@me?a=b@c", "https://h/users/@me?a=b@c"),
        ("https://[::1]:80/@me", "https://[::1]:80/@me"),
        ("https://u:can/ary@h/a", "https://***@h/a"),
        ("https://u:can?ary@h/a", "https://***@h/a"),
        ("https://u:can#ary@h/a?token=canary", "https://***@h/a?***"),
        ("https://u:[canary@h/a?key=canary", "https://***@h/a?***"),
        ("postgresql://u:can/ary@h1:5432,h2:5432/db", "postgresql://***@h1:5432,h2:5432/db"),
        ("postgresql://h1:5432,h2:5432/db", "postgresql://h1:5432,h2:5432/db"),
    ],
)
def test_a_masked_url(url: str, shown: str) -> None:
    assert mask_url(url) == shown
    value = url_value(url)
    assert str(value) == shown
    assert isinstance(value, Secret) is (url != shown)
