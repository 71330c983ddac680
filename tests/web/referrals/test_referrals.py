# SPDX-License-Identifier: Apache-2.0
"""Connecting her: she calls herself and nothing leaves; anything said of her needs her release."""

from __future__ import annotations

import re

import pytest

from tejido.web.cases.models import Person
from tejido.web.cases.parts import add_person, edit_person
from tejido.web.consents.frames import NotAllowed
from tejido.web.directory.models import Service
from tejido.web.referrals.actions import make_referral, report_outcome
from tejido.web.referrals.models import Referral
from tejido.web.security.models import AuditEntry
from tejido.web.security.sealing import StaleRevision
from tests.web.directory.services import load
from tests.web.sharing.conftest import NOW, release


@pytest.fixture
def shelter(cast) -> Service:
    load(cast)
    return Service.objects.get(organisation__startswith="Casa Magnolia")


def _refer(cast, case, service, how="read_out_by_phone", **changes):
    return make_referral(case=case, service=service, need="shelter", how=how, by=cast.member("amara"),
                         ring=cast.ring("amara"), now=NOW, **changes)  # fmt: skip


def _survivor(cast, case) -> str:
    opened = [one.opened(cast.ring("amara")) for one in Person.objects.filter(case=case)]
    return str(next(one for one in opened if one.role == "survivor" and not one.unnamed_group).record.pk)


def test_read_out_by_phone_needs_no_release_and_nothing_leaves(cast, case, shelter):
    referral = _refer(cast, case, shelter)
    opened = referral.opened(cast.ring("amara"))
    assert (opened.shared, opened.outcome, referral.state) == ([], "given_by_phone", Referral.State.CLOSED)
    assert opened.decision["lane"] == "self"


def test_read_out_by_phone_with_a_fact_about_her_is_refused(cast, case, shelter):
    with pytest.raises(NotAllowed) as refused:
        _refer(cast, case, shelter, fields=["person_name"])
    assert [reason.code for reason in refused.value.decision.reasons] == ["nothing_may_leave"]


@pytest.mark.parametrize("how", ["warm_hand_over", "sent"])
def test_telling_the_service_about_her_needs_a_release_to_that_service(cast, case, shelter, us, how):
    person = _survivor(cast, case)
    with pytest.raises(NotAllowed) as refused:
        _refer(cast, case, shelter, how=how, fields=["person_name"], person=person)
    assert {reason.code for reason in refused.value.decision.reasons} == {"release_missing"}
    assert not Referral.objects.exists()
    assert AuditEntry.objects.filter(event="referral.refused").count() == 1
    release(cast, case, recipient=shelter.recipient, purpose="referral", fields=frozenset({"person_name"}))
    referral = _refer(cast, case, shelter, how=how, fields=["person_name"], person=person)
    assert referral.opened(cast.ring("amara")).shared == ["person_name"]
    assert referral.state == Referral.State.OPEN


def test_a_number_of_his_that_also_reaches_someone_else_is_not_told_to_a_service(cast, case, shelter, us):
    ring, person = cast.ring("chen"), _survivor(cast, case)
    fields = frozenset({"trafficker_phone"})
    release(cast, case, recipient=shelter.recipient, purpose="referral", fields=fields)
    relative = {"role": "contactor", "identifiers": [{"kind": "phone", "value": "+52 55 0000 0199"}]}
    accused = next(p for p in Person.objects.filter(case=case) if p.opened(ring).role == "potential_trafficker")
    edit_person(person=accused, values={"identifiers": [{"kind": "phone", "value": "55 0000 0199"}]},
                revision=accused.revision, by=cast.member("chen"), ring=ring)  # fmt: skip
    assert _refer(cast, case, shelter, how="sent", fields=fields, person=person)
    add_person(case=case, values=relative, by=cast.member("chen"), ring=ring)
    with pytest.raises(NotAllowed) as refused:
        _refer(cast, case, shelter, how="sent", fields=fields, person=person)
    assert {reason.code for reason in refused.value.decision.reasons} == {"protected_contact"}


def test_an_outcome_is_a_code_and_closes_the_referral(cast, case, shelter):
    referral = _refer(cast, case, shelter)
    kwargs = {"by": cast.member("amara"), "ring": cast.ring("amara"), "now": NOW, "note": ""}
    report_outcome(referral=referral, outcome="accepted", expected=1, **kwargs)
    assert Referral.objects.get().state == Referral.State.OPEN
    report_outcome(referral=Referral.objects.get(), outcome="served", expected=2, **kwargs)
    assert Referral.objects.get().state == Referral.State.CLOSED
    with pytest.raises(StaleRevision):
        report_outcome(referral=Referral.objects.get(), outcome="unknown", expected=2, **kwargs)
    assert Referral.objects.get().opened(cast.ring("amara")).outcome == "served"


def test_the_pages_make_a_referral_and_report_what_came_of_it(cast, case, shelter):
    client = cast.client("amara")
    address = f"/cases/{case.pk}/referrals/new/"
    assert client.get(address).status_code == 200
    posted = {"need": "shelter", "service": str(shelter.pk), "how": "read_out_by_phone", "shared": ["person_name"]}
    assert client.post(address, posted).headers["Location"] == f"/cases/{case.pk}/"
    referral = Referral.objects.get()
    # A box marked by mistake is not told: she calls herself.
    assert referral.opened(cast.ring("amara")).shared == []
    page = client.get(f"/cases/{case.pk}/").content.decode()
    assert "Casa Magnolia" in page
    outcome = f"/referrals/{referral.pk}/outcome/"
    assert client.post(outcome, {"outcome": "served", "revision": 1}).status_code == 302
    assert client.post(outcome, {"outcome": "unknown", "revision": 1}).status_code == 422
    assert cast.client("eve").get(outcome).status_code == 404
    assert cast.client("eve").get(address).status_code == 404
    assert cast.client("dora").get(address).status_code == 403


def test_the_page_says_why_a_warm_hand_over_is_refused(cast, case, shelter):
    client = cast.client("amara")
    posted = {"need": "shelter", "service": str(shelter.pk), "how": "warm_hand_over", "shared": ["person_name"],
              "person": _survivor(cast, case)}  # fmt: skip
    answer = client.post(f"/cases/{case.pk}/referrals/new/", posted)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "there is no release" in page or "no hay autorización" in page


def test_a_button_pressed_twice_makes_one_referral(cast, case, shelter):
    client, address = cast.client("amara"), f"/cases/{case.pk}/referrals/new/"
    mark = re.search(r'name="sent" value="([^"]+)"', client.get(address).content.decode())
    assert mark
    posted = {"sent": mark[1], "need": "shelter", "service": str(shelter.pk), "how": "read_out_by_phone"}
    answers = [client.post(address, posted) for _ in range(2)]
    assert {answer.headers["Location"] for answer in answers} == {f"/cases/{case.pk}/"}
    assert Referral.objects.count() == 1


@pytest.mark.parametrize("address", ["releases/new/", "referrals/new/", "hand-over/", "danger/"])
def test_every_page_that_makes_something_carries_its_mark(cast, case, address):
    answer = cast.client("chen").get(f"/cases/{case.pk}/{address}")
    assert answer.status_code == 200
    assert 'name="sent"' in answer.content.decode()
