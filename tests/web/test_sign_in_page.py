# SPDX-License-Identifier: Apache-2.0
"""The sign-in page and what a signed-in page offers: to each by her permissions."""

from __future__ import annotations

import dataclasses
import re

import pytest
from django.conf import settings
from django.template import Context, Template
from django.test import Client, override_settings


def _spanish() -> Client:
    return Client(headers={"accept-language": "es-MX"})


def _navigation(html: str) -> list[str]:
    part = re.search(r'<nav class="navigation".*?</nav>', html, re.S)
    return re.findall(r'href="([^"]+)"', part.group()) if part else []


def test_a_real_node_shows_no_logins(cast):
    html = _spanish().get("/login/").content.decode()
    assert "Iniciar sesión" in html
    assert "amara" not in html


def test_the_demo_shows_each_login_with_a_code_that_opens(cast):
    from tejido.web.accounts.models import Member

    with override_settings(TEJIDO=dataclasses.replace(settings.TEJIDO, demo=True)):
        html = _spanish().get("/login/").content.decode()
    row = re.search(r"<tr><th[^>]*>Amara Prueba.*?</tr>", html, re.S).group()
    assert "Persona consejera" in row
    code = re.findall(r"\b\d{6}\b", row)[-1]
    Member.objects.filter(login="amara").update(totp_last_step=0)
    sent = {"login": "amara", "password": cast.logins["amara"][0], "code": code}
    assert Client().post("/login/", sent).status_code == 302


def test_a_wrong_try_says_so_above_the_form_and_keeps_the_name_but_not_the_password(cast):
    sent = {"login": "amara", "password": "wrong-canary", "code": "000000"}
    html = _spanish().post("/login/", sent).content.decode()
    assert html.index("No funcionó") < html.index('<form class="card"')
    assert 'value="amara"' in html
    assert "wrong-canary" not in html


def test_before_signing_in_there_is_nowhere_to_go(cast):
    assert _navigation(_spanish().get("/login/").content.decode()) == []


@pytest.mark.parametrize(
    ("login", "opened", "closed"),
    [("amara", "/contacts/", "/sheets/"), ("dora", "/sheets/", "/cases/"), ("bilal", "/alerts/", "/sheets/")],
)
def test_the_navigation_offers_only_what_she_may_open(cast, login, opened, closed):
    offered = _navigation(cast.client(login).get("/").content.decode())
    assert opened in offered
    assert closed not in offered


def test_the_navigation_marks_the_one_room_one_is_in(cast):
    html = cast.client("chen").get("/cases/find/").content.decode()
    assert re.findall(r'href="([^"]+)" aria-current="page"', html) == ["/cases/find/"]


@pytest.mark.parametrize(("login", "seen"), [("chen", "yes"), ("dora", "no"), (None, "no")])
def test_a_template_can_ask_what_someone_may_do(cast, login, seen):
    asked = Template('{% if member|may:"case.read" %}yes{% else %}no{% endif %}')
    assert asked.render(Context({"member": cast.member(login) if login else None})) == seen


def test_a_permission_that_does_not_exist_is_not_silently_refused(cast):
    with pytest.raises(ValueError, match=r"case\.raed"):
        Template('{{ member|may:"case.raed" }}').render(Context({"member": cast.member("chen")}))
