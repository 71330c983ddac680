# SPDX-License-Identifier: Apache-2.0
"""Where a member is signed in: seen by her, ended by her or by whoever answers for her team, gone with its key."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied
from django.utils import timezone, translation

from tejido.web.accounts.browsers import browser_of, browser_words
from tejido.web.accounts.models import SignedInSession
from tejido.web.accounts.sessions import digest_of, end_sessions, forget_ended
from tejido.web.security.models import AuditEntry
from tests.cast import PASSWORD

NEW = "cuatro palabras muy ñoñas"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


def _rows(cast, login):
    return SignedInSession.objects.filter(member=cast.member(login))


def _signed_in(client):
    return client.get("/").status_code == 200


def test_she_sees_each_browser_she_is_signed_in_with_and_which_one_this_is(cast):
    here, _there = cast.client("amara"), cast.client("amara")
    html = here.get("/account/", headers={"user-agent": FIREFOX}).content.decode()
    assert len(re.findall(r"/account/sessions/[0-9a-f-]{36}/end/", html)) == 2
    assert len(re.findall(r'class="tag open"', html)) == 1


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (FIREFOX, "Firefox, Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/150.0.0.0 Safari/537.36 Edg/150.0", "Edge, Linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1", "Safari, teléfono"),
        ("", "otro navegador"),
        ("<script>alert(1)</script>", "otro navegador"),
    ],
)
def test_a_browser_is_named_coarsely(sent, words):
    with translation.override("es-mx"):
        assert browser_words(browser_of(sent)) == words


def test_the_name_of_a_session_stands_in_no_second_place(cast):
    client = cast.client("amara")
    key = client.cookies["tejido_mx_staff_session"].value
    row = _rows(cast, "amara").get()
    assert row.digest == digest_of(key)
    assert key not in str(SignedInSession.objects.values())


def test_ending_another_session_takes_its_sealed_key_with_it(cast):
    here, lost = cast.client("amara"), cast.client("amara")
    other = _rows(cast, "amara").get(digest=digest_of(lost.cookies["tejido_mx_staff_session"].value))
    here.post(f"/account/sessions/{other.pk}/end/")
    assert not SignedInSession.objects.filter(pk=other.pk).exists()
    assert not _signed_in(lost)
    assert _signed_in(here)


def test_all_others_end_at_once(cast):
    here, *others = (cast.client("amara") for _ in range(4))
    here.post("/account/sessions/end/")
    assert [_signed_in(each) for each in (here, *others)] == [True, False, False, False]
    assert AuditEntry.objects.get(event="session.ended").detail == {"count": 3}


def test_nobody_ends_another_members_session_by_its_number(cast):
    amara, chen = cast.client("amara"), cast.client("chen")
    chen.post(f"/account/sessions/{_rows(cast, 'amara').get().pk}/end/")
    assert _signed_in(amara)
    assert not AuditEntry.objects.filter(event="session.ended").exists()


def test_a_password_of_her_own_ends_all_but_this_session_and_leaves_no_sealed_key(cast):
    here, there = cast.client("amara"), cast.client("amara")
    answer = here.post("/password/", {"current": PASSWORD, "new": NEW, "again": NEW})
    assert answer.status_code == 302
    assert _signed_in(here)
    assert not _signed_in(there)
    assert _rows(cast, "amara").get().digest == digest_of(here.cookies["tejido_mx_staff_session"].value)


@pytest.mark.parametrize(("login", "may"), [("bilal", True), ("noor", True), ("dora", False), ("chen", False)])
def test_who_may_sign_her_out_everywhere(cast, login, may):
    """Her supervisor and the administrator; not whoever leads another team, nor a colleague."""
    amara, other = cast.client("amara"), cast.client(login)
    answer = other.post(f"/members/{cast.member('amara').pk}/sign-out/")
    assert answer.status_code == (302 if may else 403)
    assert _signed_in(amara) is not may
    assert _rows(cast, "amara").exists() is not may
    assert AuditEntry.objects.filter(event="session.ended").count() == int(may)
    if not may:
        with pytest.raises(PermissionDenied):
            end_sessions(member=cast.member("amara"), by=cast.member(login))


def test_ended_access_leaves_no_sealed_key(cast):
    cast.client("amara")
    cast.client("noor").post(f"/members/{cast.member('amara').pk}/end/")
    assert not _rows(cast, "amara").exists()


def test_a_session_ends_after_twelve_hours_however_busy(cast):
    client = cast.client("amara")
    _rows(cast, "amara").update(started_at=timezone.now() - timedelta(hours=12))
    assert not _signed_in(client)
    assert not Session.objects.exists()


def test_what_nobody_uses_any_more_is_swept_away(cast):
    for _ in range(3):
        cast.client("amara")
    idle, old, _busy = _rows(cast, "amara").order_by("started_at")
    SignedInSession.objects.filter(pk=idle.pk).update(used_at=timezone.now() - timedelta(minutes=22))
    SignedInSession.objects.filter(pk=old.pk).update(started_at=timezone.now() - timedelta(hours=13))
    forget_ended()
    assert _rows(cast, "amara").count() == 1


def test_that_a_session_is_used_is_noted_to_the_minute(cast):
    client, now = cast.client("amara"), timezone.now()
    _rows(cast, "amara").update(used_at=now - timedelta(minutes=5))
    assert _signed_in(client)
    assert _rows(cast, "amara").get().used_at >= now


def test_signing_out_leaves_no_row(cast):
    client = cast.client("amara")
    client.post("/logout/")
    assert not _rows(cast, "amara").exists()


def test_a_session_whose_row_was_given_to_another_opens_nothing(cast):
    """Whoever writes to the database exchanges two rows: the key in the cookie fits neither."""
    amara, chen = cast.client("amara"), cast.client("chen")
    rows = {login: _rows(cast, login).get() for login in ("amara", "chen")}
    SignedInSession.objects.filter(pk=rows["chen"].pk).delete()
    SignedInSession.objects.filter(pk=rows["amara"].pk).update(digest=rows["chen"].digest)
    assert not _signed_in(amara)
    assert not _signed_in(chen)
