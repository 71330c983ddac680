# SPDX-License-Identifier: Apache-2.0
"""Giving and ending access, letting into a team and taking out: through the pages, with what each opens afterwards."""

from __future__ import annotations

import re
from base64 import b32decode
from datetime import UTC, datetime

import pytest
from django.test import Client

from tejido.crypto import totp_code
from tejido.web.accounts.keys import team_of
from tejido.web.accounts.models import Member, Team
from tejido.web.security.keyring import NoKey
from tests.web.security.test_sealing import _contact

NEW = {"name": "Nuria Prueba", "login": "nuria", "roles": ["advocate"], "language": "es"}


def test_a_new_member_signs_in_with_what_was_shown_and_opens_nothing(cast):
    page = cast.client("noor").post("/members/new/", NEW)
    code = totp_code(b32decode(page.context["secret"]), int(datetime.now(UTC).timestamp()))
    client = Client()
    sent = {"login": "nuria", "password": page.context["password"], "code": code}
    assert client.post("/login/", sent).status_code == 302
    assert client.get("/").headers["Location"] == "/password/"  # her own before anything else
    own = {"current": page.context["password"], "new": "una que solo ella sabe", "again": "una que solo ella sabe"}
    assert client.post("/password/", own).status_code == 302
    assert client.get("/").status_code == 200
    assert Member.objects.get(login="nuria").team_ids == frozenset()
    # Shown once: the page of members knows neither.
    again = cast.client("noor").get("/members/").content.decode()
    assert page.context["password"] not in again
    assert page.context["secret"] not in again


@pytest.mark.parametrize(
    "wrong", [{"login": "amara"}, {"login": "Con Espacio"}, {"roles": []}, {"roles": ["director"]}, {"name": ""}]
)
def test_a_wrong_form_makes_nobody(cast, wrong):
    before = Member.objects.count()
    assert cast.client("noor").post("/members/new/", NEW | wrong).status_code == 422
    assert Member.objects.count() == before


def test_ending_access_ends_the_session_that_is_open(cast):
    client = cast.client("amara")
    noor = cast.client("noor")
    assert noor.post(f"/members/{cast.member('amara').pk}/end/").status_code == 302
    assert client.get("/").status_code == 302  # sent to sign in
    assert noor.post(f"/members/{cast.member('noor').pk}/end/").status_code == 422
    assert Member.objects.get(login="noor").is_active
    # Her teams are told to take her out, so that their keys change.
    assert "amara" not in [one.login for one in Member.objects.filter(status=Member.Status.ACTIVE)]
    teams = cast.client("bilal")
    teams.cookies["tejido_mx_staff_language"] = "en"
    assert "take her out" in teams.get("/teams/").content.decode()


def test_access_ended_by_mistake_is_given_back(cast):
    noor, amara = cast.client("noor"), cast.member("amara")
    noor.post(f"/members/{amara.pk}/end/")
    noor.post(f"/members/{amara.pk}/back/")
    assert cast.client("amara").get("/").status_code == 200
    assert cast.member("amara").team_ids == amara.team_ids


def test_a_supervisor_lets_a_colleague_in_and_takes_her_out(cast):
    team = team_of(Team.Kind.INTAKE)
    contact = _contact(cast.ring("amara"), "BBB-010", own_words="antes de que llegara")
    bilal, eve = cast.client("bilal"), cast.member("eve")
    assert bilal.post(f"/teams/{team.pk}/let-in/", {"member": str(eve.pk)}).status_code == 302
    assert contact.opened(cast.ring("eve")).own_words == "antes de que llegara"
    assert bilal.post(f"/teams/{team.pk}/let-in/", {"member": str(eve.pk)}).status_code == 422  # in it already
    assert bilal.post(f"/teams/{team.pk}/take-out/{eve.pk}/").status_code == 302
    after = _contact(cast.ring("amara"), "BBB-011", own_words="después")
    for record in (contact, after):
        assert record.opened(cast.ring("chen")).own_words
        with pytest.raises(NoKey):
            record.opened(cast.ring("eve"))


def test_nobody_changes_a_team_she_is_not_in_or_leaves_it_without_keys(cast):
    intake, data = team_of(Team.Kind.INTAKE), team_of(Team.Kind.DATA)
    eve = str(cast.member("eve").pk)
    bilal = cast.client("bilal")
    assert bilal.post(f"/teams/{data.pk}/let-in/", {"member": eve}).status_code == 404
    assert bilal.post(f"/teams/{intake.pk}/take-out/{cast.member('bilal').pk}/").status_code == 422
    assert cast.client("amara").post(f"/teams/{intake.pk}/let-in/", {"member": eve}).status_code == 403
    # An administrator opens no case, and lets nobody into a team that does.
    assert cast.client("noor").post(f"/teams/{intake.pk}/let-in/", {"member": eve}).status_code == 404
    assert not re.search(r"Caseload|Intake", cast.client("noor").get("/teams/").content.decode())
