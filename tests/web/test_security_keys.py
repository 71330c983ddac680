# SPDX-License-Identifier: Apache-2.0
"""Security keys: the password first, then a key that signs this question, here, once."""

from __future__ import annotations

import dataclasses
import json
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from tejido.web.accounts import half_open
from tejido.web.accounts.models import Member, SecurityKey, SignInTries
from tejido.web.security.models import AuditEntry
from tests.cast import PASSWORD
from tests.node import whole_database
from tests.web.soft_key import SoftKey

HERE = "https://staff.line.example"


@pytest.fixture(autouse=True)
def at_a_named_address(settings):
    """Browsers use keys only there."""
    node = settings.TEJIDO
    settings.TEJIDO = dataclasses.replace(node, addresses=node.addresses | {"staff": HERE})


def _add(cast, login="amara", key=None, **typed):
    key, client = key or SoftKey(HERE), cast.client(login)
    page = client.post("/account/keys/new/", {"name": "llave azul", "current": PASSWORD} | typed)
    if page.status_code != 200:
        return client, page
    answer = key.create(page.context["options"])
    return key, client.post("/account/keys/keep/", {"name": "llave azul", "answer": answer})


def _ask(login="amara", password=PASSWORD, client=None):
    client = client or Client()
    return client, client.post("/login/", {"login": login, "password": password, "code": ""})


def _sign_in(key, login="amara", **how):
    client, page = _ask(login)
    return client.post("/login/key/", {"answer": key.get(page.context["options"], **how)})


def test_password_and_key_open_the_door_and_her_records(cast):
    key, added = _add(cast)
    assert added.status_code == 302
    client, page = _ask()
    assert client.post("/login/key/?next=/contacts/", {"answer": key.get(page.context["options"])}).url == "/contacts/"
    assert client.get("/contacts/").status_code == 200
    assert "llave azul" in client.get("/account/").content.decode()
    assert "tejido_mx_staff_half" not in {name for name, each in client.cookies.items() if each.value}


def test_a_key_alone_opens_nothing(cast):
    key, _added = _add(cast)
    client, page = _ask(password="wrong")
    assert page.status_code == 200
    assert client.post("/login/key/", {"answer": key.get(page.context["options"])}).status_code == 422
    assert Client().post("/login/key/", {"answer": key.get(page.context["options"])}).status_code == 422


def test_a_password_alone_opens_nothing(cast):
    _add(cast)
    client, _page = _ask()
    assert client.get("/contacts/").status_code == 302
    assert client.post("/login/key/", {"answer": ""}).status_code == 422


def test_an_answer_opens_once(cast):
    """Neither in the browser it was given in, nor in another that asked for itself."""
    key, _added = _add(cast)
    client, page = _ask()
    answer = key.get(page.context["options"])
    cookies = dict(client.cookies)
    assert client.post("/login/key/", {"answer": answer}).status_code == 302
    again = Client()
    again.cookies.update(cookies)
    assert again.post("/login/key/", {"answer": answer}).status_code == 422
    other, _page = _ask()
    assert other.post("/login/key/", {"answer": answer}).status_code == 422


@pytest.mark.parametrize("origin", ["https://staff-line.example", "http://staff.line.example", HERE + ":8443"])
def test_what_was_signed_for_another_address_is_refused(cast, origin):
    key, _added = _add(cast)
    key.origin = origin
    assert _sign_in(key).status_code == 422


def test_what_was_signed_for_another_name_is_refused(cast):
    key, _added = _add(cast)
    assert _sign_in(key, rp="line.example").status_code == 422


def test_a_key_of_another_member_is_refused(cast):
    hers, _added = _add(cast)
    key, _added = _add(cast, "chen")
    assert _sign_in(key).status_code == 422
    assert _sign_in(key, raw_id=hers.id).status_code == 422
    assert _sign_in(key, "chen").status_code == 302


def test_a_copy_of_a_key_shows(cast):
    key, _added = _add(cast)
    assert _sign_in(key).status_code == 302
    key.count -= 1
    assert _sign_in(key).status_code == 422
    assert AuditEntry.objects.filter(event="key.copied").count() == 1


def test_a_passkey_that_does_not_count_works_each_time(cast):
    key, _added = _add(cast, key=SoftKey(HERE, counts=False))
    assert [_sign_in(key).status_code for _ in range(2)] == [302, 302]


def test_who_asks_for_a_key_is_shown_the_same_whoever_is_named(cast):
    """A name nobody has, a wrong password, the right one without a key: the same page, and each time the same ids."""
    shown = {}
    for who in (("amara", PASSWORD), ("amara", "wrong"), ("nobody", "wrong"), ("chen", "wrong")):
        asked = [json.loads(_ask(*who)[1].context["options"])["publicKey"] for _ in range(2)]
        assert asked[0]["challenge"] != asked[1]["challenge"]
        shown[who] = [each | {"challenge": ""} for each in asked]
        assert shown[who][0] == shown[who][1]
    assert shown["amara", PASSWORD] == shown["amara", "wrong"]
    assert {frozenset(each[0]) for each in shown.values()} == {frozenset(shown["nobody", "wrong"][0])}


def test_asking_for_the_key_counts_as_a_try_until_it_answered(cast):
    key, _added = _add(cast)
    SignInTries.objects.all().delete()
    for _ in range(7):
        _ask(password="guess")
    assert _ask()[1].status_code == 422
    SignInTries.objects.all().delete()
    for _ in range(8):
        assert _sign_in(key).status_code == 302


def test_half_a_sign_in_is_forgotten_after_five_minutes(cast, monkeypatch):
    key, _added = _add(cast)
    client, page = _ask()
    later = timezone.now() + timedelta(minutes=6)
    monkeypatch.setattr(half_open.time, "time", later.timestamp)
    assert client.post("/login/key/", {"answer": key.get(page.context["options"])}).status_code == 422


def test_half_a_sign_in_opens_nothing_for_whoever_reads_the_database(cast):
    _add(cast)
    client, _page = _ask()
    kept = str([each.get_decoded() for each in Session.objects.all()])
    assert cast.ring("amara")
    assert client.cookies["tejido_mx_staff_half"].value not in kept
    assert client.cookies["tejido_mx_staff_half"].value.encode() not in whole_database()


def test_half_a_sign_in_ends_with_a_new_password(cast):
    key, _added = _add(cast)
    client, page = _ask()
    Member.objects.filter(login="amara").update(private_key=b"another")
    assert client.post("/login/key/", {"answer": key.get(page.context["options"])}).status_code == 422


def test_adding_asks_for_the_password_and_for_an_answer_to_this_question(cast):
    client, page = _add(cast, current="wrong")
    assert page.status_code == 422
    page = client.post("/account/keys/new/", {"name": "llave", "current": PASSWORD})
    answer = SoftKey(HERE).create(page.context["options"])
    client.post("/account/keys/new/", {"name": "llave", "current": PASSWORD})  # another question
    assert client.post("/account/keys/keep/", {"name": "llave", "answer": answer}).status_code == 422
    assert client.post("/account/keys/keep/", {"name": "llave", "answer": answer}).status_code == 422
    assert not SecurityKey.objects.exists()


def test_a_key_she_removed_opens_no_more_and_nobody_removes_anothers(cast):
    key, _added = _add(cast)
    row = SecurityKey.objects.get()
    cast.client("chen").post(f"/account/keys/{row.pk}/remove/")
    assert SecurityKey.objects.exists()
    cast.client("amara").post(f"/account/keys/{row.pk}/remove/")
    assert _sign_in(key).status_code == 422


@pytest.mark.parametrize(
    "answer", ["", "{}", "[]", "null", '{"id": 1}', "x" * 10_000, '{"rawId": "AA", "response": {}}']
)
def test_an_answer_that_is_none_is_refused(cast, answer):
    _add(cast)
    client, _page = _ask()
    assert client.post("/login/key/", {"answer": answer}).status_code == 422


def test_neither_name_nor_credential_stands_in_the_database(cast):
    key, _added = _add(cast)
    held = whole_database()
    assert b"llave azul" not in held
    assert key.id not in held


def test_where_the_address_is_a_number_no_key_is_offered(cast, settings):
    node = settings.TEJIDO
    settings.TEJIDO = dataclasses.replace(node, addresses=node.addresses | {"staff": "http://127.0.0.1:8002"})
    assert "/account/keys/" not in cast.client("amara").get("/account/").content.decode()
    assert _ask()[1].status_code == 422
