# SPDX-License-Identifier: Apache-2.0
"""Who searches a phone also finds the contacts nobody has taken yet; the door they came through holds no search key."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.core.exceptions import PermissionDenied

from tejido.web.intake.actions import make_arrivals_findable
from tejido.web.intake.channels.web_form.actions import receive
from tejido.web.intake.models import Contact
from tejido.web.security.models import AuditEntry, SearchToken

NOW = datetime(2026, 11, 22, 3, 30, tzinfo=UTC)


def arrived(phone="55 0000 4471"):
    given = {"own_words": "Palabras secretas.", "language": "es", "phone": phone}
    return receive(notice_version="2026-11", notice_at=NOW, notice_language="es", answers=given, now=NOW)


def ready(cast, login="amara", **how):
    return make_arrivals_findable(by=cast.member(login), ring=cast.ring(login), **how)


def test_a_waiting_contact_is_found_by_its_phone_however_it_is_written_and_stays_waiting(cast):
    contact = arrived()
    assert not SearchToken.objects.exists(), "the public door made a token"
    page = cast.client("amara").post("/cases/find/", {"phone": "+52 5500004471"}).content.decode()
    assert contact.code in page
    assert "En espera" in page
    assert "secretas" not in page
    assert Contact.objects.get().state == "waiting"
    assert AuditEntry.objects.filter(event="contact.matched", record_id=contact.pk).count() == 1


def test_each_contact_is_looked_into_once_and_each_is_recorded(cast):
    contact = arrived()
    assert [ready(cast), ready(cast, "chen")] == [0, 0]
    lines = AuditEntry.objects.filter(event="contact.made_findable")
    assert [(line.record_id, line.member_id) for line in lines] == [(contact.pk, cast.member("amara").pk)]


def test_a_slice_leaves_the_rest_for_the_next_search_and_says_so(cast):
    for _ in range(3):
        arrived()
    assert [ready(cast, most=2), ready(cast, most=2)] == [1, 0]
    assert SearchToken.objects.values("record_id").distinct().count() == 3


def test_one_spoilt_arrival_does_not_stop_every_search(cast):
    spoilt, whole = arrived(), arrived("55 0000 9999")
    Contact.objects.filter(pk=spoilt.pk).update(contactor_phone=bytes(whole.contactor_phone))
    page = cast.client("amara").post("/cases/find/", {"phone": "5500009999"}).content.decode()
    assert whole.code in page
    assert AuditEntry.objects.filter(event="record.did_not_open", record_id=spoilt.pk).exists()


def test_whoever_takes_no_contacts_makes_none_findable(cast):
    arrived()
    with pytest.raises(PermissionDenied):
        ready(cast, "dora")
    assert ready(cast, "eve") == 0
    assert not SearchToken.objects.exists()
