# SPDX-License-Identifier: Apache-2.0
"""The audit: content-free, chained in commit order, and what breaks the chain shows."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from tejido.crypto import SigningKey
from tejido.web.intake.actions import save_contact, take_call
from tejido.web.intake.models import Contact
from tejido.web.security import audit, guards, verifying
from tejido.web.security.anchor import write_anchor
from tejido.web.security.anchor_file import ANCHOR
from tejido.web.security.models import AuditEntry


def broken() -> list[int]:
    return list(verifying.broken_links())


@pytest.fixture
def chained(cast):
    member = cast.member("amara")
    for number in range(6):
        audit.record("contact.listed", by=member, count=number, filter="waiting")
    audit.chain()
    assert broken() == []
    return AuditEntry.objects.filter(event="contact.listed").order_by("position")


def test_a_detail_that_is_not_on_the_list_is_refused(cast):
    with pytest.raises(ValueError, match="not allowed"):
        audit.record("contact.read", by=cast.member("amara"), note="lo que dijo")


def test_chaining_twice_changes_nothing(chained):
    before = list(AuditEntry.objects.order_by("pk").values_list("position", "digest"))
    assert audit.chain() == 0
    assert list(AuditEntry.objects.order_by("pk").values_list("position", "digest")) == before


def test_the_database_itself_refuses_to_alter_or_remove_an_entry(chained):
    entry, fresh = chained[2], audit.record("contact.listed", by=None, count=1)
    attempts = (
        lambda: AuditEntry.objects.filter(pk=entry.pk).delete(),
        lambda: AuditEntry.objects.filter(pk=entry.pk).update(event="contact.read"),
        lambda: AuditEntry.objects.filter(pk=entry.pk).update(position=None, digest=None),
        lambda: AuditEntry.objects.filter(pk=fresh.pk).update(detail={}),
        lambda: AuditEntry.objects.filter(pk=fresh.pk).update(member_id=uuid4()),
    )
    for attempt in attempts:
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            attempt()
    assert audit.chain() == 1
    assert broken() == []


@pytest.fixture
def unguarded(db):
    """Somebody who can write the database has taken the guards away."""
    guards.take_down()


@pytest.fixture
def found(settings, tmp_path):
    """What does not fit, seen against an anchor written before."""
    transport = settings.TEJIDO.transport.signing

    def look(anchor: bytes | None = None) -> set[str]:
        return {kind for kind, _where in verifying.findings(anchor, transport.verify_key)}

    look.transport = transport
    return look


def test_an_altered_entry_shows(chained, unguarded, found):
    entry = chained[2]
    AuditEntry.objects.filter(pk=entry.pk).update(detail={"count": 99, "filter": "waiting"})
    assert broken() == [entry.position]
    assert found() == {"link", "guard"}


def test_a_removed_entry_shows(chained, unguarded, found):
    entry = chained[2]
    AuditEntry.objects.filter(pk=entry.pk).delete()
    assert broken() == [entry.position]
    assert found() == {"link", "guard"} | ({"gap"} if connection.vendor == "sqlite" else set())


def test_two_entries_exchanged_show(chained, unguarded):
    first, second = chained[1], chained[2]
    AuditEntry.objects.filter(pk=first.pk).update(position=10_000)
    AuditEntry.objects.filter(pk=second.pk).update(position=first.position)
    AuditEntry.objects.filter(pk=first.pk).update(position=second.position)
    assert {first.position, second.position} <= set(broken())


def test_a_chain_cut_short_or_made_anew_shows_against_an_anchor_kept_elsewhere(chained, unguarded, found, tmp_path):
    write_anchor(tmp_path, found.transport)
    anchor = (tmp_path / ANCHOR).read_bytes()
    audit.record("contact.listed", by=None, count=1)
    audit.chain()
    assert found(anchor) == {"guard"}
    AuditEntry.objects.filter(position__gte=chained[4].position).delete()
    assert broken() == []  # nothing within says that there was more
    # On SQLite the number that was given out last still says it.
    assert found(anchor) == {"anchor", "guard"} | ({"gap"} if connection.vendor == "sqlite" else set())
    # Whoever makes the whole chain anew makes other digests.
    first = AuditEntry.objects.order_by("pk")[0]
    AuditEntry.objects.update(position=None, digest=None)
    AuditEntry.objects.filter(pk=first.pk).update(event="nothing.happened")
    audit.chain()
    assert "anchor" in found(anchor)
    forged = f"{first.position} {bytes(64).hex()}".encode()
    for anchor in (b"", b"x y z", forged + b" " + SigningKey.generate().sign(forged).hex().encode()):
        assert "anchor" in found(anchor)


def _rolled_back(contact, ring, member):
    """An edit, and what stood before it."""
    before = Contact.objects.filter(pk=contact.pk).values().get()
    save_contact(contact=contact, answers={"own_words": "otra cosa"}, revision=contact.revision, by=member, ring=ring,
                 now=timezone.now())  # fmt: skip
    return before


@pytest.mark.parametrize("kept", [(), ("revision",)])
def test_a_record_put_back_to_something_older_opens_but_shows(cast, found, kept):
    member, ring = cast.member("amara"), cast.ring("amara")
    contact = take_call(language="es", by=member, ring=ring, now=timezone.now())
    before = _rolled_back(contact, ring, member)
    assert found() == set()
    Contact.objects.filter(pk=contact.pk).update(**{name: before[name] for name in before if name not in ("id", *kept)})
    Contact.objects.get(pk=contact.pk).opened(cast.ring("amara"))  # the old words are as well sealed as the new
    assert found() == {"record"}
    audit.record("contact.read", by=member, record=Contact.objects.get(pk=contact.pk))
    assert found() == {"told"}  # somebody read it so; the audit still knows better


def test_a_record_taken_away_shows(cast, found):
    member, ring = cast.member("amara"), cast.ring("amara")
    contact = take_call(language="es", by=member, ring=ring, now=timezone.now())
    assert found() == set()
    Contact.objects.filter(pk=contact.pk).delete()
    assert found() == {"gone"}
