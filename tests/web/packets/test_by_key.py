# SPDX-License-Identifier: Apache-2.0
"""What a provider cannot open, she cannot open: with every question answered yes, with the database in her hands."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied

from tejido.crypto import BadSignature, CannotOpen
from tejido.vocabulary import BadInput
from tejido.web.accounts.actions import join_team
from tejido.web.accounts.keys import team_of
from tejido.web.accounts.models import Member, Team
from tejido.web.accounts.staffing import add_member, end_access, let_in, replace_password
from tejido.web.cases.compartments import open_compartment
from tejido.web.directory.models import Service
from tejido.web.packets.actions import open_packet, withdraw_packet
from tejido.web.packets.models import Packet, Provider
from tejido.web.packets.providers import found_provider, give_account, let_colleague_in, provider_of, vouch_for
from tejido.web.security.keyring import NoKey
from tejido.web.security.models import CodedRow, KeyGrant, RecordKey
from tejido.web.security.sealing import SealedRecord
from tests.web.packets.conftest import LAWYER, account, send, signing, vouched
from tests.web.seeding import seed
from tests.web.sharing.conftest import NOW, make_case


@pytest.fixture
def yes(monkeypatch):
    """Every question is answered yes: what still stands is the keys."""
    import tejido.web.security.access as access

    monkeypatch.setattr(access, "allows", lambda *_args, **_kwargs: True)


def _openable(ring) -> set[str]:
    """Labels of every sealed record in the database that `ring` opens."""
    found = set()
    for model in apps.get_models():
        if issubclass(model, SealedRecord):
            for record in model._default_manager.all():
                try:
                    record.opened(ring)
                except (NoKey, CannotOpen):
                    continue
                found.add(f"{model._meta.label} {record.pk}")
    return found


def test_with_every_answer_yes_her_ring_opens_her_packet_and_nothing_else_at_all(cast, yes, made, shelter):
    seed_free = make_case(cast)
    for kind in ("safe_contact", "whereabouts"):
        open_compartment(case=made.case, kind=kind, by=cast.member("chen"), ring=cast.ring("chen"))
    hers = send(cast, made, shelter)
    ring = cast.ring("rosa")
    assert _openable(ring) == {f"packets.Packet {hers.packet.pk}"}
    for key in RecordKey.objects.exclude(pk=hers.packet.key_id):
        with pytest.raises(NoKey):
            ring.raw(key.pk)
    assert CodedRow.objects.exists()
    assert seed_free.case.pk
    # The search has eyes: whoever carries the case opens far more with the same ring of hers.
    assert len(_openable(cast.ring("chen"))) > 10


def test_everything_the_seeding_leaves_behind_is_shut_to_her(cast, yes, shelter):
    packet = seed(cast.logins)["packet"]
    assert _openable(cast.ring("rosa")) == {f"packets.Packet {packet}"}


def test_another_provider_with_the_id_in_hand_has_no_key(cast, sent, paz):
    packet = sent.packet
    with pytest.raises(PermissionDenied):
        open_packet(packet=packet, by=cast.member(paz), ring=cast.ring(paz), now=NOW)
    with pytest.raises(NoKey):
        packet.opened(cast.ring(paz))


def test_another_provider_with_every_answer_yes_has_no_key(cast, yes, sent, paz):
    with pytest.raises(NoKey):
        open_packet(packet=sent.packet, by=cast.member(paz), ring=cast.ring(paz), now=NOW)


def _swap_team(packet, _own, team):
    Packet.objects.filter(pk=packet.pk).update(team=team)


def _swap_grant(packet, _own, team):
    KeyGrant.objects.filter(key=packet.key_id, team_id=packet.team_id).update(team_id=team.pk)


def _swap_both(packet, own, team):
    _swap_team(packet, own, team)
    _swap_grant(packet, own, team)


def _swap_key(packet, own, team):
    Packet.objects.filter(pk=packet.pk).update(key=own.key_id, team=team)


def _swap_content(packet, own, _team):
    Packet.objects.filter(pk=own.pk).update(facts=packet.facts)


def _swap_sealed(packet, own, team):
    mine = KeyGrant.objects.get(key=own.key_id, team_id=team.pk)
    KeyGrant.objects.filter(key=packet.key_id, team_id=packet.team_id).update(
        team_id=team.pk, sealed=mine.sealed, method=mine.method, generation=mine.generation
    )
    Packet.objects.filter(pk=packet.pk).update(team=team)


@pytest.mark.parametrize("attack", [_swap_team, _swap_grant, _swap_both, _swap_key, _swap_content, _swap_sealed])
def test_whoever_writes_the_database_brings_no_packet_to_another_provider(cast, made, sent, paz, attack):
    """Ids, grants, keys, content: moved by SQL to a provider who has a packet of her own."""
    lawyer = Service.objects.get(organisation=LAWYER)
    own = send(cast, made, lawyer, fields=frozenset({"preferred_language"})).packet
    attack(sent.packet, own, Provider.objects.get(organisation=LAWYER).team)
    ring = cast.ring(paz)
    for packet in Packet.objects.filter(pk__in=[sent.packet.pk, own.pk]):
        try:
            told = packet.opened(ring).facts
        except (NoKey, CannotOpen):
            continue
        assert told == {"preferred_language": "es"}, attack


def test_whoever_writes_the_database_cannot_send_one_providers_packets_to_another(cast, made, shelter, paz):
    theirs = Provider.objects.get(organisation=LAWYER)
    Provider.objects.filter(organisation=shelter.organisation).delete()
    Provider.objects.filter(pk=theirs.pk).update(organisation=shelter.organisation)
    with pytest.raises(BadSignature):
        send(cast, made, shelter)
    assert not Packet.objects.exists()


def test_a_key_taken_back_stays_back_whatever_the_state_says(cast, sent):
    withdraw_packet(packet=sent.packet, by=cast.member("chen"), now=NOW)
    Packet.objects.filter(pk=sent.packet.pk).update(state=Packet.State.SENT, key_taken_back_at=None)
    with pytest.raises(NoKey):
        open_packet(packet=Packet.objects.get(), by=cast.member("rosa"), ring=cast.ring("rosa"), now=NOW)


@pytest.mark.parametrize("kind", [kind for kind in Team.Kind if kind in ("intake", "cases", "data", "duty")])
def test_no_team_of_ours_lets_a_provider_in_by_mistake(cast, shelter, kind):
    team = team_of(Team.Kind(kind))
    inside = {"intake": "bilal", "cases": "bilal", "data": "dora", "duty": "bilal"}[kind]
    with pytest.raises(PermissionDenied):
        let_in(member=cast.member("rosa"), team=team, by=cast.member(inside), ring=cast.ring(inside))
    with pytest.raises(PermissionDenied):
        join_team(member=cast.member("amara"), team=Provider.objects.get().team, by=cast.member("rosa"),
                  secret=cast.ring("rosa").current_secret(Provider.objects.get().team_id))  # fmt: skip


def test_nobody_is_a_provider_and_something_else(cast):
    with pytest.raises(BadInput):
        add_member(login="both", name="Both Prueba", roles=["advocate", "provider"], language="es", now=NOW,
                   by=cast.member("noor"))  # fmt: skip


def test_nothing_is_sent_before_she_chose_her_password_and_her_key_was_compared(cast, shelter):
    noor = {"by": cast.member("noor"), "ring": cast.ring("noor")}
    made, _password = give_account(organisation=LAWYER, login="paz", name="Paz", language="es", now=NOW, **noor)
    assert provider_of(LAWYER) is None
    with pytest.raises(BadInput):  # her password is still one that somebody gave her
        vouch_for(member=made.member, key=made.member.key_read_aloud, **noor)
    Member.objects.filter(login="paz").update(password_given_at=None)
    with pytest.raises(BadInput):
        vouch_for(member=made.member, key="something else", **noor)
    assert provider_of(LAWYER) is None
    vouched(cast, "paz")
    assert provider_of(LAWYER) is not None


def test_a_colleague_let_in_opens_what_is_open_and_one_whose_access_ended_opens_nothing(cast, made, sent):
    noor = {"by": cast.member("noor"), "ring": cast.ring("noor")}
    rosa = {"by": cast.member("rosa"), "ring": cast.ring("rosa")}
    shelter = Service.objects.get(organisation=Provider.objects.get().organisation)
    with pytest.raises(BadInput):
        let_colleague_in(member=cast.member("amara"), **rosa)
    account(cast, shelter.organisation, "sol")
    assert cast.member("sol").team_ids == frozenset()  # vouched for, but a colleague lets her in
    let_colleague_in(member=cast.member("sol"), **rosa)
    sol = cast.ring("sol")
    assert sent.packet.opened(sol)
    end_access(member=cast.member("sol"), now=NOW, **noor)
    # Neither with her password and the database, nor what is sent from now on with the keys she had seen.
    with pytest.raises(NoKey):
        sent.packet.opened(cast.ring("sol"))
    later = send(cast, made, shelter, given=sent.release, now=NOW + timedelta(hours=1)).packet
    with pytest.raises(NoKey):
        later.opened(sol)
    assert all(packet.opened(cast.ring("rosa")) for packet in Packet.objects.all())
    # A third, let in after it, opens both: she who lets her in passes on what she holds.
    account(cast, shelter.organisation, "mar")
    let_colleague_in(member=cast.member("mar"), by=cast.member("rosa"), ring=cast.ring("rosa"))
    assert all(packet.opened(cast.ring("mar")) for packet in Packet.objects.all())


def test_who_loses_her_password_opens_nothing_with_the_lost_one(cast, made, sent):
    shelter = Service.objects.get(organisation=Provider.objects.get().organisation)
    lost = cast.ring("rosa")
    new, password = replace_password(
        member=cast.member("rosa"), by=cast.member("noor"), ring=cast.ring("noor"), now=NOW
    )
    assert provider_of(shelter.organisation) is None
    cast.logins["rosa"] = password, new.totp_secret
    Member.objects.filter(login="rosa").update(password_given_at=None)
    vouched(cast, "rosa")
    later = send(cast, made, shelter, given=sent.release, now=NOW + timedelta(hours=1)).packet
    assert later.opened(cast.ring("rosa"))
    with pytest.raises(NoKey):
        later.opened(lost)
    with pytest.raises(NoKey):  # nobody of hers was there to pass it on: the hotline sends it anew
        sent.packet.opened(cast.ring("rosa"))


def test_a_provider_lets_nobody_of_another_provider_in(cast, shelter, paz):
    with pytest.raises(BadInput):
        let_colleague_in(member=cast.member(paz), by=cast.member("rosa"), ring=cast.ring("rosa"))


def test_a_service_has_one_team_and_only_the_administrator_makes_it(cast, shelter):
    account(cast, shelter.organisation, "sol")
    assert Provider.objects.count() == Team.objects.filter(kind=Team.Kind.PROVIDER).count() == 1
    with pytest.raises(PermissionDenied):
        found_provider(organisation=LAWYER, members=[], signing=signing(cast), by=cast.member("chen"))
    with pytest.raises(PermissionDenied):
        vouch_for(member=cast.member("rosa"), key="", by=cast.member("chen"), ring=cast.ring("chen"))
