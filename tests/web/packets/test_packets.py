# SPDX-License-Identifier: Apache-2.0
"""A packet holds what she allowed, frozen; it ends when she says so, when it is answered, when its days are over."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tejido.vocabulary import BadInput
from tejido.web.cases.compartments import open_compartment, save_compartment
from tejido.web.cases.models import Person
from tejido.web.cases.parts import edit_person
from tejido.web.consents.frames import NotAllowed
from tejido.web.directory.models import Service
from tejido.web.packets.actions import answer_packet, expire_packets, open_packet
from tejido.web.packets.models import Answer, Packet
from tejido.web.referrals.actions import make_referral
from tejido.web.referrals.models import Referral
from tejido.web.referrals.packing import take_in_answers, withdraw_referral
from tejido.web.security.coded import open_coded
from tejido.web.security.keyring import NoKey
from tejido.web.security.models import AuditEntry, KeyGrant, RecordKey
from tejido.web.sharing.actions import revoke_release
from tejido.web.upkeep.shredding import shred
from tests.web.packets.conftest import FIELDS, send
from tests.web.sharing.conftest import NOW, release

LATER = NOW + timedelta(hours=3)


def _read(cast, packet, login="rosa", now=NOW):
    packet = Packet.objects.get(pk=packet.pk)
    return open_packet(packet=packet, by=cast.member(login), ring=cast.ring(login), now=now)


def _answer(cast, packet, outcome, note="", now=LATER):
    packet = Packet.objects.get(pk=packet.pk)
    return answer_packet(packet=packet, outcome=outcome, note=note, by=cast.member("rosa"), ring=cast.ring("rosa"),
                         now=now)  # fmt: skip


def _gone(cast, packet) -> bool:
    """Nothing is shown, and no key of the provider's opens it."""
    packet = Packet.objects.get(pk=packet.pk)
    with pytest.raises(BadInput):
        _read(cast, packet)
    with pytest.raises(NoKey):
        packet.opened(cast.ring("rosa"))
    return packet.key_taken_back_at is not None and not KeyGrant.objects.filter(team_id=packet.team_id).exists()


def test_it_holds_exactly_what_she_allowed_and_the_case_holds(cast, made, sent):
    opened = _read(cast, sent.packet)
    assert opened.facts == {
        "person_name": {"given": "Inés", "paternal_surname": "Prueba", "maternal_surname": "Uno"},
        "preferred_language": "es",
        "needs": {"codes": ["shelter"]},
    }
    assert sent.referral.opened(cast.ring("chen")).shared == sorted(opened.facts)


@pytest.mark.parametrize("fields", [FIELDS | {"person_phone"}, {"own_words"}])
def test_what_she_did_not_allow_is_refused_whole(cast, made, shelter, fields):
    given = release(cast, made.case, recipient=shelter.recipient, purpose="referral", fields=FIELDS)
    with pytest.raises(NotAllowed):
        send(cast, made, shelter, fields=frozenset(fields), given=given)
    assert not Packet.objects.exists()
    assert not RecordKey.objects.filter(scope="packet").exists()


def test_a_change_of_the_case_does_not_change_it(cast, made, sent):
    person = Person.objects.get(pk=made.survivor.pk)
    edit_person(person=person, values={"primary_language": "mix"}, revision=person.revision, by=cast.member("chen"),
                ring=cast.ring("chen"))  # fmt: skip
    assert _read(cast, sent.packet).facts["preferred_language"] == "es"
    newer = send(cast, made, Service.objects.get(organisation__startswith="Casa Magnolia"), given=sent.release)
    assert newer.packet.pk != sent.packet.pk
    assert _read(cast, newer.packet).facts["preferred_language"] == "mix"


def test_how_to_reach_her_goes_along_where_she_allowed_it_and_is_noted_as_opened(cast, made, shelter):
    chen, ring = cast.member("chen"), cast.ring("chen")
    compartment = open_compartment(case=made.case, kind="safe_contact", by=chen, ring=ring).record
    save_compartment(compartment=compartment, content="Solo mensajes, domingos", revision=1, by=chen, ring=ring)
    before = AuditEntry.objects.filter(event="compartment.opened").count()
    sent = send(
        cast,
        made,
        shelter,
        fields=frozenset({"safe_contact"}),
    )
    assert _read(cast, sent.packet).facts == {"safe_contact": "Solo mensajes, domingos"}
    assert AuditEntry.objects.filter(event="compartment.opened").count() == before + 1


def test_a_confidential_address_never_goes_along_whoever_wrote_it_where(cast, made, shelter):
    hidden = next(one for one in Service.objects.filter(address_confidential=True))
    address = hidden.opened(cast.ring("chen")).address
    chen, ring = cast.member("chen"), cast.ring("chen")
    compartment = open_compartment(case=made.case, kind="whereabouts", by=chen, ring=ring).record
    save_compartment(compartment=compartment, content=f"Está en {address.upper()}!", revision=1, by=chen, ring=ring)
    with pytest.raises(BadInput, match="confidential"):
        send(cast, made, shelter, fields=frozenset({"whereabouts"}))
    assert not Packet.objects.exists()


def test_a_service_without_an_account_gets_no_packet(cast, made, shelter):
    other = Service.objects.get(organisation__startswith="Piedmont")
    with pytest.raises(BadInput, match="Nobody at this service"):
        send(cast, made, other)


def test_it_closes_with_her_release_at_the_latest(cast, made, shelter):
    short = release(cast, made.case, recipient=shelter.recipient, purpose="referral", fields=FIELDS,
                    expires_on=date(2026, 11, 24))  # fmt: skip
    sent = send(cast, made, shelter, given=short, days=30)
    assert sent.packet.expires_on == date(2026, 11, 24)
    assert send(cast, made, shelter, days=5).packet.expires_on == date(2026, 11, 27)


def test_the_first_reading_is_noted_and_shown_to_the_hotline(cast, sent):
    _read(cast, sent.packet, now=LATER)
    _read(cast, sent.packet, now=LATER + timedelta(hours=1))
    packet = Packet.objects.get()
    assert (packet.first_opened_at, packet.first_opened_by) == (LATER, cast.member("rosa"))
    assert AuditEntry.objects.filter(event="packet.read", record_id=packet.pk).count() == 2
    page = cast.client("chen").get(f"/cases/{sent.referral.case_id}/").content.decode()
    assert packet.code in page
    assert "Rosa Prueba" in page


def test_when_she_takes_her_release_back_the_next_request_shows_nothing_and_no_key_opens(cast, sent):
    _read(cast, sent.packet)
    stands = revoke_release(release=sent.release, by=cast.member("chen"), ring=cast.ring("chen"), now=LATER)
    assert stands == 1
    assert _gone(cast, sent.packet)
    packet = Packet.objects.get()
    assert (packet.state, packet.state_changed_by) == (Packet.State.WITHDRAWN, cast.member("chen"))
    # Those who carry her case still know what was told.
    assert Packet.objects.get().opened(cast.ring("chen")).facts["preferred_language"] == "es"


def test_another_release_taken_back_leaves_it(cast, made, sent):
    other = release(cast, made.case)
    assert revoke_release(release=other, by=cast.member("chen"), ring=cast.ring("chen"), now=LATER) == 0
    assert _read(cast, sent.packet)


def test_the_hotline_takes_a_referral_back(cast, sent):
    withdraw_referral(referral=sent.referral, by=cast.member("chen"), now=LATER)
    assert _gone(cast, sent.packet)
    with pytest.raises(BadInput):
        _answer(cast, sent.packet, "accepted")


def test_when_its_days_are_over_nothing_is_shown_before_any_sweep_and_no_key_is_left_after(cast, sent):
    over = NOW + timedelta(days=15)
    with pytest.raises(BadInput):
        _read(cast, sent.packet, now=over)
    expire_packets(now=NOW)
    assert _read(cast, sent.packet)
    expire_packets(now=over)
    assert _gone(cast, sent.packet)
    packet = Packet.objects.get()
    assert (packet.state, packet.state_changed_by) == (Packet.State.EXPIRED, None)


def test_an_answer_becomes_the_outcome_of_the_referral_under_her_name(cast, made, sent):
    _answer(cast, sent.packet, "accepted", note="Cama desde el lunes.")
    take_in_answers(made.case, by=cast.member("chen"), ring=cast.ring("chen"))
    referral = Referral.objects.get()
    assert referral.opened(cast.ring("chen")).outcome == "accepted"
    assert (referral.state, referral.state_changed_by) == (Referral.State.OPEN, cast.member("rosa"))
    assert Answer.objects.get().opened(cast.ring("amara")).note == "Cama desde el lunes."
    _answer(cast, sent.packet, "served", now=LATER + timedelta(days=2))
    page = cast.client("chen").get(f"/cases/{made.case.pk}/").content.decode()
    assert "Cama desde el lunes." in page
    referral.refresh_from_db()
    assert (referral.opened(cast.ring("chen")).outcome, referral.state) == ("served", Referral.State.CLOSED)
    ((_, row),) = open_coded(cast.ring("dora"), "referrals")  # counted as of her answer, not of our reading it
    assert (row["outcome"], row["asked_on"], row["served_on"]) == ("served", "2026-11-22", "2026-11-24")


@pytest.mark.parametrize("outcome", ["declined_no_capacity", "declined_safety"])
def test_a_packet_she_declined_shows_nothing_any_more(cast, sent, outcome):
    _answer(cast, sent.packet, outcome)
    expire_packets(now=LATER)  # the worker takes the key away; the providers' door deletes none
    assert _gone(cast, sent.packet)
    assert Packet.objects.get().state == Packet.State.DECLINED


@pytest.mark.parametrize("outcome", ["served", "given_by_phone", "no_answer", "no such code", ""])
def test_only_what_a_provider_may_say_now_is_an_answer(cast, sent, outcome):
    with pytest.raises(BadInput):
        _answer(cast, sent.packet, outcome)
    assert Packet.objects.get().state == Packet.State.SENT


def test_it_is_shredded_with_the_case(cast, made, sent):
    _answer(cast, sent.packet, "accepted")
    key = sent.packet.key_id
    shred(made.case, by=cast.member("chen"), now=LATER)
    assert not RecordKey.objects.filter(pk=key).exists()
    assert not Packet.objects.exists()
    assert not Answer.objects.exists()


def test_read_out_by_phone_makes_no_packet(cast, made, shelter):
    made_by_phone = make_referral(case=made.case, service=shelter, need="shelter", how="read_out_by_phone",
                                  by=cast.member("chen"), ring=cast.ring("chen"), now=NOW)  # fmt: skip
    assert made_by_phone.packet is None
    with pytest.raises(BadInput):
        withdraw_referral(referral=made_by_phone, by=cast.member("chen"), now=NOW)
