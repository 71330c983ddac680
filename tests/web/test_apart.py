# SPDX-License-Identifier: Apache-2.0
"""What one door knows is worth nothing at another: secrets, sessions, tokens, cookies."""

from __future__ import annotations

import pytest
from django.core import signing
from django.test import Client, override_settings

from tejido.vocabulary import BadInput
from tejido.web.config.django_settings import door_settings
from tejido.web.config.settings import DOORS, node_settings
from tests.web.public_door import hidden_fields, public_door, staff_door, visitor  # noqa: F401

COOKIES = ("SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "LANGUAGE_COOKIE_NAME", "KEY_COOKIE_NAME", "DEVICE_COOKIE_NAME")


def test_every_cookie_has_a_name_that_no_other_door_and_no_other_node_uses(monkeypatch):
    names = []
    for node in ("mx", "us"):
        monkeypatch.setenv("TEJIDO_NODE", node)
        node_settings.cache_clear()
        for door in DOORS:
            taken = door_settings(door, ())
            names += [taken[cookie] for cookie in COOKIES]
    monkeypatch.undo()
    node_settings.cache_clear()
    assert len(names) == len(set(names)) == len(COOKIES) * 2 * len(DOORS)
    secrets = {door_settings(door, ())["SECRET_KEY"] for door in DOORS}
    assert len(secrets) == len(DOORS)


@pytest.mark.parametrize(("address", "secure", "bound"), [
    ("https://staff.example", "1", True), ("http://127.0.0.1:8002", "1", False), ("https://staff.example", "0", False),
])  # fmt: skip
def test_over_https_a_cookie_comes_from_this_very_host_or_not_at_all(address, secure, bound, monkeypatch):
    monkeypatch.setenv("TEJIDO_ADDRESS_STAFF", address)
    monkeypatch.setenv("TEJIDO_SECURE_COOKIES", secure)
    node_settings.cache_clear()
    taken = door_settings("staff", ())
    monkeypatch.undo()
    node_settings.cache_clear()
    assert {taken[cookie].startswith("__Host-") for cookie in (*COOKIES, "HALF_COOKIE_NAME")} == {bound}


@pytest.mark.parametrize(
    ("name", "of"),
    [("TEJIDO_SECRET_PUBLIC", "TEJIDO_SECRET_STAFF"), ("TEJIDO_SECRET_PARTNERS", "TEJIDO_SECRET_PUBLIC"),
     ("TEJIDO_PEPPER", "TEJIDO_ENVIRONMENT_KEY"), ("TEJIDO_TRANSPORT_KEY", "TEJIDO_PEPPER")],
)  # fmt: skip
def test_settings_with_one_secret_for_two_things_are_refused(name, of, monkeypatch):
    import os

    monkeypatch.setenv(name, os.environ[of])
    node_settings.cache_clear()
    try:
        with pytest.raises(BadInput) as refused:
            node_settings()
    finally:
        monkeypatch.undo()
        node_settings.cache_clear()
    said = refused.value.words["en"]
    assert "another secret" in said
    assert os.environ[of] not in said


def test_a_session_of_the_staff_door_is_nothing_at_the_public_door_and_the_other_way(cast, public_door):  # noqa: F811
    with staff_door():
        signed_in = cast.client("amara")
    cookies = {name: morsel.value for name, morsel in signed_in.cookies.items()}
    assert cookies
    at_public = visitor("es")
    for name, value in cookies.items():
        at_public.cookies[name.replace("_staff_", "_public_")] = value
    page = at_public.get("/")
    assert "Amara" not in page.content.decode()
    assert at_public.get("/contacts/").status_code == 404
    with staff_door():
        thief = Client()
        for name, value in cookies.items():
            thief.cookies[name.replace("_staff_", "_public_")] = value
        assert thief.get("/contacts/").headers["Location"].startswith("/login/")


def test_what_one_door_signed_is_not_believed_by_another():
    taken = {door: door_settings(door, ())["SECRET_KEY"] for door in DOORS}
    with override_settings(SECRET_KEY=taken["staff"]):
        signed = signing.dumps({"a": 1}, salt="x")
    with override_settings(SECRET_KEY=taken["public"]), pytest.raises(signing.BadSignature):
        signing.loads(signed, salt="x")


def test_a_form_token_of_one_door_is_refused_at_the_other(cast, public_door):  # noqa: F811
    at_public = visitor("es")
    token = hidden_fields(at_public.get("/write/").content.decode())["csrfmiddlewaretoken"]
    cookie = at_public.cookies["tejido_mx_public_csrf"].value
    with staff_door():
        at_staff = Client(enforce_csrf_checks=True)
        at_staff.cookies["tejido_mx_public_csrf"] = cookie  # what a browser on the same host would send along
        sent = at_staff.post("/login/", {"login": "amara", "password": "x", "code": "1", "csrfmiddlewaretoken": token})
        assert sent.status_code == 403
