# SPDX-License-Identifier: Apache-2.0
"""Safety compartments: who opens which, by permission and by key, each with a line of its own."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied

from tejido.vocabulary import BadInput, code_list
from tejido.web.accounts import staffing
from tejido.web.accounts.caseloads import COMPARTMENT_TEAMS
from tejido.web.accounts.keys import team_of
from tejido.web.accounts.models import Member, Team
from tejido.web.cases import actions
from tejido.web.cases.models import Compartment
from tejido.web.referrals.facts import facts_of
from tejido.web.security.keyring import NoKey
from tejido.web.security.models import AuditEntry, KeyGrant
from tests.web.sharing.conftest import make_case

KINDS = set(Compartment.Kind.values)
OPENED_BY = {
    "amara": {"whereabouts", "safe_contact", "relatives"},  # answers the line
    "chen": KINDS,  # carries the case
    "bilal": KINDS,  # supervises
    "luz": {"status"},  # the liaison
}


@pytest.fixture
def case(cast):
    """A case with every compartment written in."""
    case = make_case(cast).case
    hers = {"by": cast.member("chen"), "ring": cast.ring("chen")}
    for kind in KINDS:
        opened = actions.open_compartment(case=case, kind=kind, **hers)
        actions.save_compartment(compartment=opened.record, content=f"canario-{kind}", revision=1, **hers)
    return case


def test_there_are_eight_and_each_says_who_opens_it():
    assert len(KINDS) == 8
    assert set(code_list("compartment_kind")) == KINDS
    assert {Compartment(kind=kind).group for kind in KINDS} == set(COMPARTMENT_TEAMS)


@pytest.mark.parametrize("login", OPENED_BY)
def test_a_role_opens_the_compartments_it_needs_and_no_other(cast, case, login):
    client = cast.client(login)
    page = client.get(f"/cases/{case.pk}/").content.decode()
    for kind in KINDS:
        address = f"/cases/{case.pk}/compartments/{kind}/"
        before = AuditEntry.objects.filter(event="compartment.opened", detail__kind=kind).count()
        answer = client.post(address)
        allowed = kind in OPENED_BY[login]
        assert (f"canario-{kind}" in answer.content.decode()) is allowed
        assert answer.status_code == (200 if allowed else 403)
        assert "no-store" in answer.headers["Cache-Control"]
        assert AuditEntry.objects.filter(event="compartment.opened", detail__kind=kind).count() == before + allowed
        assert (address in page) is allowed
        assert client.post(f"{address}save/", {"revision": 2, "content": "otro"}).status_code == (
            302 if allowed else 403
        )
    assert "canario" not in page


def test_what_a_role_may_not_open_its_key_does_not_open_either(cast, case):
    for login in ("amara", "chen", "luz"):  # the supervisor is on duty too: her key is the visible escrow
        ring = cast.ring(login)
        for compartment in Compartment.objects.filter(case=case):
            if compartment.kind in OPENED_BY[login]:
                assert compartment.opened(ring).content == f"canario-{compartment.kind}"
            else:
                with pytest.raises(NoKey):
                    compartment.opened(ring)


def test_no_compartment_shares_a_key_and_none_is_sealed_to_the_caseload(cast, case):
    keys = [compartment.key_id for compartment in Compartment.objects.filter(case=case)]
    assert len({*keys, case.key_id}) == 9
    assert not KeyGrant.objects.filter(key_id__in=keys, team_id=case.team_id).exists()


def test_whoever_is_let_into_a_caseload_gets_the_compartments_of_her_roles_and_loses_them_with_it(cast, case):
    caseload = team_of(Team.Kind.CASES)
    Member.objects.filter(login="eve").update(roles=["liaison"])
    bilal = {"by": cast.member("bilal"), "ring": cast.ring("bilal")}
    staffing.let_in(member=cast.member("eve"), team=caseload, **bilal)
    ring = cast.ring("eve")
    status = Compartment.objects.get(case=case, kind="status")
    health = Compartment.objects.get(case=case, kind="health")
    assert status.opened(ring).content == "canario-status"
    with pytest.raises(NoKey):
        health.opened(ring)
    staffing.take_out(member=cast.member("eve"), team=caseload, **bilal)
    assert not cast.member("eve").team_ids
    with pytest.raises(NoKey):
        status.opened(cast.ring("eve"))
    assert status.opened(cast.ring("luz")).content == "canario-status"


def test_a_role_given_later_opens_nothing_without_the_key(cast, case):
    Member.objects.filter(login="luz").update(roles=["case_manager"])
    with pytest.raises(PermissionDenied):
        actions.open_compartment(case=case, kind="health", by=cast.member("luz"), ring=cast.ring("luz"))


def test_nothing_leaves_half_because_a_compartment_is_closed_to_whoever_sends(cast, case):
    survivor = case.persons.order_by("added_at").first().pk
    luz = {"by": cast.member("luz"), "ring": cast.ring("luz")}
    known = facts_of(case, survivor=survivor, fields={"person_name", "immigration_status"}, **luz)
    assert known.values["immigration_status"] == "canario-status"
    with pytest.raises(BadInput) as refused:
        facts_of(case, survivor=survivor, fields={"person_name", "health"}, **luz)
    assert refused.value.code == "compartment.closed"
