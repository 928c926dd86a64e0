"""No secret in what is shown, in whichever form it comes back."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Callable
from urllib.parse import quote, quote_plus

from hypothesis import assume, example, given
from hypothesis import strategies as st

from reconciler.http.redaction import Redactor

SECRETS = st.text(st.characters(exclude_categories=["Cs"]), min_size=5, max_size=40).filter(lambda t: not t.isspace())
FORMS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "query": lambda text: quote(text, safe=""),
    "path": quote,
    "form": quote_plus,
    "json": lambda text: json.dumps(text)[1:-1],
    "json, readable": lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    "html": html.escape,
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "twice quoted": lambda text: quote(quote(text, safe=""), safe=""),
    "repr of bytes": lambda text: repr(text.encode())[2:-1],
    "repr": lambda text: repr(text)[1:-1],
    "hexadecimal": lambda text: text.encode().hex(),
    "half quoted": lambda text: quote(text, safe="/?:@&=+$,#!'()*"),
    "collapsed": lambda text: " ".join(text.split()),
    "lower hex": lambda text: quote(text, safe="").lower(),
}


@example("two words & more", "form", "", "")
@given(SECRETS, st.sampled_from(sorted(FORMS)), st.text(max_size=20), st.text(max_size=20))
def test_a_secret_is_taken_out_in_every_form(secret: str, form: str, before: str, after: str) -> None:
    travelling = FORMS[form](secret)
    assume(secret.lower() not in "(sensitive)" and travelling.lower() not in "(sensitive)")
    shown = Redactor([secret]).scrub(f"{before} {travelling} {after}")
    assert travelling not in shown or travelling in f"{before} (sensitive) {after}"
    assert "(sensitive)" in shown


@given(SECRETS, st.binary(max_size=9), st.binary(max_size=9), st.booleans())
def test_base64_of_a_text_with_a_secret_in_it_does_not_show_it(
    secret: str, before: bytes, after: bytes, safe: bool
) -> None:
    inner = secret.encode()
    travelling = (base64.urlsafe_b64encode if safe else base64.b64encode)(before + inner + after).decode()
    own = travelling[-(-8 * len(before) // 6) : 8 * (len(before) + len(inner)) // 6]
    shown = Redactor([secret]).scrub(travelling)
    assert own not in shown
    assert "(sensitive)" in shown


@given(SECRETS, st.text(max_size=400))
def test_a_cut_at_the_limit_leaves_no_part_of_a_secret(secret: str, before: str) -> None:
    assume(len(secret) > 8)
    assume(secret[:8] not in before)
    assume(secret[:8] not in "(sensitive)…")
    shown = Redactor([secret]).scrub(before + secret)
    assert len(shown) <= 300
    assert secret[:8] not in shown


def test_a_secret_that_the_end_of_what_is_looked_at_cuts_in_two_leaves_no_part() -> None:
    secret = "".join(f"{number:04x}-" for number in range(1000))
    shown = Redactor([secret]).scrub(secret * 20)
    assert secret[:8] not in shown.replace("(sensitive)", "")
    assert len(shown) <= 300


def test_a_very_short_secret_is_taken_out_where_it_stands_alone() -> None:
    redactor = Redactor(["ab"])
    assert redactor.scrub("the password ab is about wrong") == "the password (sensitive) is about wrong"


def test_the_longer_of_two_secrets_goes_first() -> None:
    assert Redactor(["abcd", "abcdefgh"]).scrub("abcdefgh") == "(sensitive)"


def test_more_secrets_for_one_message() -> None:
    redactor = Redactor(["first"])
    assert redactor.plus(["second"]).scrub("first second") == "(sensitive) (sensitive)"
    assert redactor.scrub("second") == "second"
    redactor.add("second")
    assert redactor.scrub("second") == "(sensitive)"


def test_control_characters_become_visible() -> None:
    assert Redactor().scrub("a\x1b[31mred\r\nb\u202ec") == r"a\x1b[31mred\r\nb\u202ec"


def test_an_address_keeps_what_is_no_secret() -> None:
    redactor = Redactor(["t0ken", "889c3f3e"], ["api_key"])
    assert redactor.address("https://a.example/hooks?api_key=889c3f3e&page=2") == (
        "https://a.example/hooks?api_key=***&page=2"
    )
    assert redactor.address("https://u:p@a.example/bott0ken/hooks") == "https://***@a.example/bot(sensitive)/hooks"
    assert redactor.address("https://a.example/x?cursor=cD0yMDI%3D") == "https://a.example/x?cursor=cD0yMDI%3D"


def test_a_parameter_that_carries_a_credential_is_masked_whatever_its_name_and_value() -> None:
    assert (
        Redactor((), ["appid"]).address("https://a.example/x?appid=z&page=2") == "https://a.example/x?appid=***&page=2"
    )
