# SPDX-License-Identifier: Apache-2.0
"""What an attacker tries at the sign-in: cookies mixed up, cut or made up, other hosts, redirects, forged forms."""

from __future__ import annotations

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from tejido.web.accounts.models import Member, SignedInSession
from tests.cast import PASSWORD

NAMES = ("session", "key", "half", "device", "csrf", "language")
ROUGH = ("", " ", "0", "ab", "ab" * 16, "ab" * 33, "zz" * 32, "ñ" * 32, "a" * 100_000, "../../etc/passwd", "'; --",
         "null", "%00", "\\x00", '{"a": 1}', "=" * 40)  # fmt: skip


def _cookie(client, name):
    return client.cookies[f"tejido_mx_staff_{name}"].value


def _browser(**cookies):
    client = Client()
    for name, value in cookies.items():
        client.cookies[f"tejido_mx_staff_{name}"] = value
    return client


def _outside(answer):
    return answer.status_code == 302 and answer.headers["Location"].startswith("/login/")


def test_ones_own_session_with_anothers_key_opens_nothing_and_is_ended(cast):
    amara, chen = cast.client("amara"), cast.client("chen")
    mixed = _browser(session=_cookie(amara, "session"), key=_cookie(chen, "key"))
    assert _outside(mixed.get("/contacts/"))
    assert not SignedInSession.objects.filter(member=cast.member("amara")).exists()
    assert chen.get("/contacts/").status_code == 200


def test_a_key_without_its_session_opens_nothing(cast):
    amara = cast.client("amara")
    answer = _browser(key=_cookie(amara, "key")).get("/contacts/")
    assert _outside(answer)
    assert answer.cookies["tejido_mx_staff_key"]["max-age"] == 0  # and leaves her browser


def test_anothers_session_row_cannot_be_named(cast):
    """What Django signs its session with, and the hash a row is found by, are of the session's own name."""
    amara, chen = cast.client("amara"), cast.client("chen")
    rows = {key: Session.objects.get(pk=_cookie(who, "session")) for key, who in (("amara", amara), ("chen", chen))}
    rows["amara"].session_data = rows["chen"].session_data  # whoever writes to the database makes her chen
    rows["amara"].save()
    assert _outside(amara.get("/contacts/"))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("value", ROUGH, ids=lambda value: value[:12])
def test_a_cookie_cut_or_made_up_opens_nothing_and_breaks_nothing(cast, name, value):
    stranger = _browser(**{name: value})
    assert stranger.get("/login/").status_code == 200
    assert _outside(stranger.get("/contacts/"))
    assert stranger.post("/login/key/", {"answer": "{}"}).status_code == 422


@pytest.mark.parametrize("value", ROUGH, ids=lambda value: value[:12])
def test_her_session_with_a_cut_key_is_ended(cast, value):
    amara = cast.client("amara")
    amara.cookies["tejido_mx_staff_key"] = value
    assert _outside(amara.get("/contacts/"))


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost@evil.example", "", "a b"])
def test_another_host_is_refused(cast, host):
    assert Client().get("/login/", headers={"host": host}).status_code == 400


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example", "/\\evil.example", "\\\\evil.example",
                                    "http:evil.example", "javascript:alert(1)", "/\t/evil.example", "///evil.example",
                                    " //evil.example", "%2f%2fevil.example", "evil.example"])  # fmt: skip
def test_nobody_is_sent_elsewhere_after_signing_in(cast, wanted):
    Member.objects.filter(login="amara").update(totp_last_step=0)
    sent = {"login": "amara", "password": PASSWORD, "code": cast.code("amara")}
    answer = Client().post("/login/", sent, query_params={"next": wanted})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")


def _form(client):
    page = client.get("/login/").content.decode()
    return page.split('name="csrfmiddlewaretoken" value="', 1)[1].split('"', 1)[0]


def _typed(cast, token):
    Member.objects.filter(login="amara").update(totp_last_step=0)
    return {"login": "amara", "password": PASSWORD, "code": cast.code("amara"), "csrfmiddlewaretoken": token}


def test_nobody_is_signed_in_by_another_page(cast):
    """Into an attacker's account, to have her write there what he then reads."""
    forger, victim = Client(enforce_csrf_checks=True), Client(enforce_csrf_checks=True)
    assert victim.post("/login/", _typed(cast, "")).status_code == 403
    _form(victim)
    assert victim.post("/login/", _typed(cast, _form(forger))).status_code == 403
    token = _form(victim)
    sent = victim.post("/login/", _typed(cast, token), headers={"origin": "https://evil.example"})
    assert sent.status_code == 403
    assert not SignedInSession.objects.exists()
    assert victim.post("/login/", _typed(cast, token)).status_code == 302


def test_the_sign_in_page_open_in_a_second_tab_neither_opens_nor_ends_anything(cast):
    """The first tab's sign-in renews the token: the second says so, and hands back no password."""
    browser = Client(enforce_csrf_checks=True)
    first, second = _form(browser), _form(browser)
    assert browser.post("/login/", _typed(cast, first)).status_code == 302
    late = browser.post("/login/", _typed(cast, second))
    assert late.status_code == 403
    assert PASSWORD not in late.content.decode()
    assert browser.get("/contacts/").status_code == 200
