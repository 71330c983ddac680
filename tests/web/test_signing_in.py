# SPDX-License-Identifier: Apache-2.0
"""Signing in: password and code, each needed; a code works once."""

from __future__ import annotations

import re
from base64 import b64encode
from datetime import timedelta

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from tejido.crypto import totp_code
from tejido.web.accounts.arriving import ARRIVED
from tejido.web.accounts.models import Member, SignInTries
from tejido.web.accounts.sessions import forget_ended
from tejido.web.security.models import AuditEntry
from tests.cast import STAFF


def _post(cast, login, password, code):
    return Client().post("/login/", {"login": login, "password": password, "code": code})


def test_password_and_code_open_the_door(cast):
    client = cast.client("amara")
    assert set(client.cookies) >= {"tejido_mx_staff_session", "tejido_mx_staff_key"}


@pytest.mark.parametrize("wrong", ["login", "password", "code"])
def test_one_wrong_part_is_refused_in_the_same_words(cast, wrong):
    right = {"login": "amara", "password": cast.logins["amara"][0], "code": cast.code("amara")}
    answer = _post(cast, **{**right, wrong: "000000"})
    assert answer.status_code == 422
    assert "tejido_mx_staff_key" not in answer.cookies


def test_a_code_seen_over_a_shoulder_does_not_open_twice(cast):
    Member.objects.filter(login="chen").update(totp_last_step=0)
    password, code = cast.logins["chen"][0], cast.code("chen")
    assert _post(cast, "chen", password, code).status_code == 302
    assert _post(cast, "chen", password, code).status_code == 422


def test_many_wrong_tries_make_the_account_wait_even_with_the_right_password(cast):
    Member.objects.filter(login="bilal").update(totp_last_step=0)
    for _ in range(7):
        _post(cast, "bilal", "wrong", "000000")
    answer = _post(cast, "bilal", cast.logins["bilal"][0], cast.code("bilal"))
    assert answer.status_code == 422
    assert "Too many" in answer.content.decode() or "Demasiados" in answer.content.decode()


def _again(cast, client, login):
    Member.objects.filter(login=login).update(totp_last_step=0)
    return client.post("/login/", {"login": login, "password": cast.logins[login][0], "code": cast.code(login)})


def test_a_stranger_who_guesses_cannot_keep_her_out_of_her_own_desk(cast):
    desk = cast.client("bilal")
    desk.post("/logout/")
    for _ in range(12):
        _post(cast, "bilal", "wrong", "000000")
    assert _again(cast, Client(), "bilal").status_code == 422
    assert _again(cast, desk, "bilal").status_code == 302
    # A colleague at the same desk is not known by it.
    assert SignInTries.objects.filter(device=True).count() == 1


def test_out_of_a_new_browser_he_can_until_a_colleague_lets_her_try_again(cast):
    for _ in range(12):
        _post(cast, "chen", "wrong", "000000")
    assert _again(cast, Client(), "chen").status_code == 422
    for login, page, back in (("bilal", "/teams/", ""), ("noor", "/members/", "members")):
        colleague, address = cast.client(login), f"/members/{cast.member('chen').pk}/try-again/"
        assert colleague.get(page).content.decode().count(address) >= 1
        assert colleague.post(address, {"back": back}).headers["Location"] == page
        assert address not in colleague.get(page).content.decode()
        assert _again(cast, Client(), "chen").status_code == 302
        for _ in range(12):
            _post(cast, "chen", "wrong", "000000")
    assert AuditEntry.objects.filter(event="member.tries_forgotten", record_id=cast.member("chen").pk).count() == 2


def test_her_own_desk_waits_too_after_many_wrong_tries_there(cast):
    desk = cast.client("bilal")
    desk.post("/logout/")
    for _ in range(7):
        desk.post("/login/", {"login": "bilal", "password": "wrong", "code": "000000"})
    assert _again(cast, desk, "bilal").status_code == 422
    assert _again(cast, Client(), "bilal").status_code == 302


def test_a_device_mark_somebody_made_up_is_worth_nothing(cast):
    forger = Client()
    forger.cookies["tejido_mx_staff_device"] = "0" * 32
    for _ in range(7):
        forger.post("/login/", {"login": "bilal", "password": "wrong", "code": "000000"})
    assert _again(cast, Client(), "bilal").status_code == 422


def test_everybody_else_in_the_office_signs_in_meanwhile(cast):
    for login in ("bilal", "nobody-of-that-name"):
        for _ in range(8):
            _post(cast, login, "wrong", "000000")
    for login in sorted({each.login for each in STAFF if "provider" not in each.roles} - {"bilal"}):
        assert _again(cast, Client(), login).status_code == 302


def test_a_login_nobody_has_is_answered_like_one_that_somebody_has(cast):
    answers = {}
    for login in ("bilal", "nobody-of-that-name"):
        pages = [_post(cast, login, "wrong", "000000").content.decode() for _ in range(8)]
        answers[login] = ["Too many" in page or "Demasiados" in page for page in pages]
    assert answers["bilal"] == answers["nobody-of-that-name"]
    assert answers["bilal"][-1]


def test_what_was_typed_as_a_login_is_not_kept_and_soon_forgotten(cast):
    _post(cast, "mi contraseña por error", "wrong", "000000")
    assert "contra" not in str(list(SignInTries.objects.values()))
    SignInTries.objects.update(at=timezone.now() - timedelta(hours=2))
    _post(cast, "another", "wrong", "000000")
    assert SignInTries.objects.count() == 1


def test_a_code_is_judged_by_when_it_came_in_however_long_it_waited_for_its_turn(cast):
    Member.objects.filter(login="chen").update(totp_last_step=0)
    then = timezone.now() - timedelta(minutes=3)
    code = totp_code(cast.logins["chen"][1], int(then.timestamp()))
    sent = {"login": "chen", "password": cast.logins["chen"][0], "code": code}
    assert Client().post("/login/", sent).status_code == 422
    assert Client().post("/login/", sent, headers={"tejido.arrived": str(then.timestamp())}).status_code == 422
    assert Client().post("/login/", sent, **{ARRIVED: then.timestamp()}).status_code == 302


def test_every_try_opens_as_many_passwords_whoever_is_named(cast, monkeypatch):
    """What takes time is done once for each: a name nobody has, one who left, a wrong password, a wrong code."""
    from tejido.crypto import passwords

    run = []
    stretch = passwords.hash_secret_raw
    monkeypatch.setattr(
        passwords, "hash_secret_raw", lambda **asked: run.append(asked["memory_cost"]) or stretch(**asked)
    )
    Member.objects.filter(login="dora").update(status=Member.Status.LEFT)
    tries = (("nobody", "wrong", "000000"), ("dora", cast.logins["dora"][0], cast.code("dora")),
             ("bilal", "wrong", cast.code("bilal")), ("chen", cast.logins["chen"][0], "000000"))  # fmt: skip
    answers = [_post(cast, *each) for each in tries]
    assert run == [8 * 1024] * len(tries)
    assert {answer.status_code for answer in answers} == {422}
    assert len({re.sub(r'value="[^"]*"', "", answer.content.decode()) for answer in answers}) == 1


def test_the_cookies_say_whose_they_are_and_no_script_or_other_site_gets_them(cast):
    cookies = cast.client("amara").cookies
    names = {"session", "key", "device", "language", "csrf"}
    assert set(cookies) == {f"tejido_mx_staff_{name}" for name in names}
    for name, cookie in cookies.items():
        assert (cookie["httponly"], cookie["secure"], cookie["samesite"]) == (True, True, "Strict"), name
        assert not cookie["domain"]
    # Gone with the browser window: both halves of what opens her keys.
    assert not any(cookies[f"tejido_mx_staff_{name}"]["max-age"] for name in ("session", "key"))


def test_a_session_somebody_planted_before_is_not_the_one_she_works_in(cast):
    client = Client()
    client.get("/login/")
    session = client.session
    session["planted"] = True
    session.save()
    client.cookies["tejido_mx_staff_session"] = planted = session.session_key
    client.cookies["tejido_mx_staff_key"] = "ab" * 32
    assert _again(cast, client, "amara").status_code == 302
    assert client.cookies["tejido_mx_staff_session"].value != planted
    assert client.cookies["tejido_mx_staff_key"].value != "ab" * 32
    assert "planted" not in client.session
    assert not Session.objects.filter(pk=planted).exists()


def test_signing_in_again_replaces_both_halves(cast):
    client = cast.client("amara")
    before = {name: client.cookies[f"tejido_mx_staff_{name}"].value for name in ("session", "key")}
    assert _again(cast, client, "amara").status_code == 302
    for name, old in before.items():
        assert client.cookies[f"tejido_mx_staff_{name}"].value != old
    assert not Session.objects.filter(pk=before["session"]).exists()


def test_a_session_that_ended_on_idle_is_deleted_at_both_ends(cast):
    client = cast.client("amara")
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    answer = client.get("/contacts/")
    assert answer.status_code == 302
    assert client.cookies["tejido_mx_staff_key"]["max-age"] == 0
    forget_ended()
    assert not Session.objects.exists()


@pytest.mark.parametrize("wrong", ["", "zz", "ab" * 32])
def test_without_the_second_cookie_the_first_opens_nothing_and_is_ended(cast, wrong):
    client = cast.client("amara")
    client.cookies["tejido_mx_staff_key"] = wrong
    assert client.get("/contacts/").status_code == 302
    assert not Session.objects.exists()


def test_the_second_cookie_is_nowhere_in_the_database(cast):
    client = cast.client("amara")
    client.get("/contacts/")
    key = client.cookies["tejido_mx_staff_key"].value
    rows = str([list(model.objects.values()) for model in apps.get_models()])
    for form in (key, repr(bytes.fromhex(key)), b64encode(bytes.fromhex(key)).decode()):
        assert form not in rows
    assert client.cookies["tejido_mx_staff_device"].value not in rows
