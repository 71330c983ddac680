# SPDX-License-Identifier: Apache-2.0
"""Sealed records against someone who can write the database."""

from __future__ import annotations

import pytest
from django.utils import timezone

from tejido.crypto import BoxKey, CannotOpen, UnsignedKey
from tejido.web.accounts.keys import anonymous_ring, team_of
from tejido.web.accounts.models import Team, TeamGeneration
from tejido.web.intake.models import Contact
from tejido.web.security.keyring import NoKey, NotOurs
from tejido.web.security.models import KeyGrant
from tejido.web.security.sealing import StaleRevision


def _contact(ring, code, **values):
    team = team_of(Team.Kind.INTAKE)
    now = timezone.now()
    contact = Contact(key=ring.new_key("contact", [team.pk]), team=team, code=code, channel="phone", received_at=now,
                      received_on=now.date(), state="waiting", state_changed_at=now)  # fmt: skip
    contact.seal(ring, **values).save(force_insert=True)
    return contact


def test_what_a_member_seals_a_colleague_of_the_team_opens(cast):
    contact = _contact(cast.ring("amara"), "AAA-001", own_words="me deben tres meses")
    assert Contact.objects.get(pk=contact.pk).opened(cast.ring("chen")).own_words == "me deben tres meses"


def test_someone_outside_the_team_opens_nothing(cast):
    contact = _contact(cast.ring("amara"), "AAA-002", own_words="secreto")
    for login in ("dora", "noor", "iris", "eve"):
        with pytest.raises(NoKey):
            Contact.objects.get(pk=contact.pk).opened(cast.ring(login))


def test_what_another_team_sealed_the_team_opens_and_wraps_small(cast):
    contact = _contact(cast.ring("dora"), "AAA-003", own_words="de otro equipo")
    grant = KeyGrant.objects.get(key=contact.key)
    assert grant.method == KeyGrant.Method.BOXED
    assert contact.opened(cast.ring("amara")).own_words == "de otro equipo"
    grant.refresh_from_db()
    assert grant.method == KeyGrant.Method.WRAPPED
    assert len(grant.sealed) == 61
    assert Contact.objects.get(pk=contact.pk).opened(cast.ring("chen")).own_words == "de otro equipo"


def test_what_nobody_signed_in_sealed_the_team_opens_and_writes_nothing_under(cast):
    contact, amara = _contact(anonymous_ring(), "AAA-013", own_words="por el formulario"), cast.ring("amara")
    before = KeyGrant.objects.filter(key=contact.key).values().get()
    assert before["method"] == KeyGrant.Method.ARRIVED
    assert contact.opened(amara).own_words == "por el formulario"
    assert KeyGrant.objects.filter(key=contact.key).values().get() == before
    with pytest.raises(NotOurs):
        contact.seal(amara, advocate_view="mi mirada")
    with pytest.raises(NotOurs):
        amara.share(contact.key, team_of(Team.Kind.DUTY).pk)


def test_a_field_moved_to_another_record_does_not_open(cast):
    ring = cast.ring("amara")
    one, other = _contact(ring, "AAA-004", own_words="de una"), _contact(ring, "AAA-005", own_words="de otra")
    Contact.objects.filter(pk=other.pk).update(own_words=one.own_words)
    with pytest.raises(CannotOpen):
        Contact.objects.get(pk=other.pk).opened(ring)


def test_a_record_moved_with_its_key_does_not_open(cast):
    ring = cast.ring("amara")
    one, other = _contact(ring, "AAA-006", own_words="de una"), _contact(ring, "AAA-007", own_words="de otra")
    Contact.objects.filter(pk=other.pk).update(own_words=one.own_words, key=one.key)
    with pytest.raises(CannotOpen):
        Contact.objects.get(pk=other.pk).opened(cast.ring("amara"))


def test_a_field_moved_to_another_column_does_not_open(cast):
    ring = cast.ring("amara")
    contact = _contact(ring, "AAA-008", own_words="sus palabras", advocate_view="mi mirada")
    Contact.objects.filter(pk=contact.pk).update(advocate_view=contact.own_words)
    with pytest.raises(CannotOpen):
        Contact.objects.get(pk=contact.pk).opened(ring)


def test_a_grant_moved_to_another_key_does_not_open(cast):
    ring = cast.ring("amara")
    one, other = _contact(ring, "AAA-009", own_words="x"), _contact(ring, "AAA-010", own_words="y")
    stolen = KeyGrant.objects.get(key=one.key)
    KeyGrant.objects.filter(key=other.key).update(sealed=stolen.sealed)
    with pytest.raises(CannotOpen):
        Contact.objects.get(pk=other.pk).opened(cast.ring("amara"))


def test_a_team_key_the_organisation_did_not_sign_is_never_sealed_to(cast):
    team = team_of(Team.Kind.INTAKE)
    genuine = team.generations.order_by("-number")[0]
    # Someone who can write the database adds a newer generation of his own, with the genuine signature copied.
    TeamGeneration.objects.create(
        team=team, number=genuine.number + 1, public_key=BoxKey.generate().public.raw, signature=genuine.signature
    )
    contact = _contact(anonymous_ring(), "AAA-011", own_words="nadie debe leerlo")
    assert contact.key.grants.get(team_id=team.pk).generation == genuine.number
    genuine.delete()
    with pytest.raises(UnsignedKey):
        _contact(anonymous_ring(), "AAA-012", own_words="nadie debe leerlo")


def test_a_stale_save_is_refused_and_shows_what_stands(cast):
    ring = cast.ring("amara")
    contact = _contact(ring, "AAA-012", own_words="uno")
    first, second = Contact.objects.get(pk=contact.pk), Contact.objects.get(pk=contact.pk)
    first.seal(ring, own_words="dos").save_revision(expected=1)
    with pytest.raises(StaleRevision) as stale:
        second.seal(ring, own_words="tres").save_revision(expected=1)
    assert stale.value.record.opened(ring).own_words == "dos"


def test_a_rolled_back_field_no_longer_matches_the_audit(cast):
    from tejido.web.security import audit
    from tejido.web.security.models import AuditEntry

    ring, member = cast.ring("amara"), cast.member("amara")
    contact = _contact(ring, "AAA-013", own_words="primero")
    old = bytes(contact.own_words)
    contact.seal(ring, own_words="después").save_revision(expected=1)
    audit.record("contact.saved", by=member, record=contact)
    Contact.objects.filter(pk=contact.pk).update(own_words=old)
    told = AuditEntry.objects.filter(record_id=contact.pk).latest("pk").detail["sealed"]
    assert Contact.objects.get(pk=contact.pk).sealed_digest() != told
    assert contact.sealed_digest() == told


def test_a_record_changed_behind_our_back_is_said_and_noted(cast):
    from tejido.web.security.models import AuditEntry

    contact = _contact(cast.ring("amara"), "AAA-014", own_words="lo que dijo")
    Contact.objects.filter(pk=contact.pk).update(own_words=b"\x01" + b"x" * 100, state="taken")
    answer = cast.client("amara").get(f"/contacts/{contact.pk}/")
    assert answer.status_code == 409
    assert "no se abre" in answer.content.decode()
    assert AuditEntry.objects.filter(event="record.did_not_open", member_id=cast.member("amara").pk).exists()
