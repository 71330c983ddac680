# SPDX-License-Identifier: Apache-2.0
"""She keeps her password and gets a new key pair: her old key, with an old copy of the database, opens nothing new."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from tejido.crypto import BoxKey, CannotOpen, UnsignedKey, open_with_password
from tejido.vocabulary import BadInput
from tejido.web.accounts.actions import member_context
from tejido.web.accounts.keys import grant_info, organisation_key, ring_of, team_of
from tejido.web.accounts.models import Team, TeamKeyGrant
from tejido.web.accounts.own_keys import renew_own_keys
from tejido.web.accounts.staffing import let_in, renew_keys
from tejido.web.security.keyring import NoKey
from tests import cast as people
from tests.web.security.test_sealing import _contact
from tests.web.test_rotation import cut_off_everywhere


def renew(cast, login, password=people.PASSWORD):
    return renew_own_keys(member=cast.member(login), password=password, by=cast.member(login), now=timezone.now())


def private_of(cast, login):
    member = cast.member(login)
    return BoxKey(open_with_password(member.private_key, people.PASSWORD, pepper=settings.TEJIDO.pepper,
                                     context=member_context(member)))  # fmt: skip


def test_her_old_key_and_an_old_copy_open_nothing_new(cast):
    old, copy = private_of(cast, "chen"), {each.pk: bytes(each.box) for each in cast.member("chen").grants.all()}
    before = _contact(cast.ring("amara"), "OWN-001", own_words="antes")
    early = cast.ring("amara")  # at work since before
    renew(cast, "chen")
    after = _contact(cast.ring("amara"), "OWN-002", own_words="después")
    for login in ("chen", "amara", "bilal"):
        assert [each.opened(cast.ring(login)).own_words for each in (before, after)] == ["antes", "después"]
    assert _contact(early, "OWN-003", own_words="con la llavera de antes").opened(cast.ring("chen"))
    # Of what is sealed to her now nothing opens with the old key; nor does what is put back from the copy open more.
    for grant in TeamKeyGrant.objects.filter(member=cast.member("chen")).select_related("generation"):
        with pytest.raises(CannotOpen):
            _open(old, grant)
    TeamKeyGrant.objects.filter(member=cast.member("chen")).exclude(pk__in=copy).delete()
    for pk, box in copy.items():
        TeamKeyGrant.objects.filter(pk=pk).update(box=box)
    with pytest.raises((NoKey, UnsignedKey, CannotOpen)):
        after.opened(ring_of(cast.member("chen"), old))
    assert cast.member("chen").signed_key().checked(organisation_key())


def _open(private, grant):
    from tejido.crypto import open_box

    return open_box(private, grant.box, grant_info(grant.generation, grant.member_id))


def test_cut_off_at_every_statement_everyone_opens_everything(cast):
    records = [_contact(cast.ring("amara"), "OWN-100", own_words="sigue")]

    def opens():
        records.append(_contact(cast.ring("amara"), f"OWN-{100 + len(records)}", own_words="sigue"))
        for login in ("chen", "bilal"):
            assert {each.opened(cast.ring(login)).own_words for each in records[-3:]} == {"sigue"}

    number = cast.member("chen").key_number
    cut_off_everywhere(lambda: renew(cast, "chen"), opens)
    assert cast.member("chen").key_number == number + 1
    # And her colleagues go on changing the teams she is in.
    bilal = {"by": cast.member("bilal"), "ring": cast.ring("bilal")}
    renew_keys(team=team_of(Team.Kind.INTAKE), **bilal)
    assert records[0].opened(cast.ring("chen")).own_words == "sigue"


def test_who_may_not(cast):
    with pytest.raises(PermissionDenied):
        renew_own_keys(member=cast.member("chen"), password=people.PASSWORD, by=cast.member("bilal"),
                       now=timezone.now())  # fmt: skip
    with pytest.raises(BadInput) as refused:
        renew(cast, "chen", "not her password")
    assert refused.value.code == "password.current"
    # Whoever is only in a team that signs nothing cannot vouch for herself.
    let_in(member=cast.member("eve"), team=team_of(Team.Kind.INTAKE), by=cast.member("bilal"), ring=cast.ring("bilal"))
    with pytest.raises(BadInput) as refused:
        renew(cast, "eve")
    assert refused.value.code == "own_keys.unsigned"
    assert "new-keys" not in cast.client("eve").get("/account/").content.decode()


def test_one_press_on_her_account_and_she_stays_signed_in_here_alone(cast):
    here, elsewhere = cast.client("chen"), cast.client("chen")
    assert "/account/new-keys/" in here.get("/account/").content.decode()
    assert here.post("/account/new-keys/", {"current": "wrong"}).status_code == 422
    assert here.post("/account/new-keys/", {"current": people.PASSWORD}).status_code == 302
    assert here.get("/contacts/").status_code == 200
    assert elsewhere.get("/contacts/").status_code == 302
    assert cast.client("chen").get("/account/").status_code == 200
