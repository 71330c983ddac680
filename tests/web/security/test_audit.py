# SPDX-License-Identifier: Apache-2.0
"""The audit: content-free, chained in commit order, and what breaks the chain shows."""

from __future__ import annotations

import pytest

from tejido.web.security import audit
from tejido.web.security.models import AuditEntry


@pytest.fixture
def chained(cast):
    member = cast.member("amara")
    for number in range(6):
        audit.record("contact.listed", by=member, count=number, filter="waiting")
    audit.chain()
    assert audit.broken_links() == []
    return AuditEntry.objects.filter(event="contact.listed").order_by("position")


def test_a_detail_that_is_not_on_the_list_is_refused(cast):
    with pytest.raises(ValueError, match="not allowed"):
        audit.record("contact.read", by=cast.member("amara"), note="lo que dijo")


def test_chaining_twice_changes_nothing(chained):
    before = list(AuditEntry.objects.order_by("pk").values_list("position", "digest"))
    assert audit.chain() == 0
    assert list(AuditEntry.objects.order_by("pk").values_list("position", "digest")) == before


def test_an_altered_entry_shows(chained):
    entry = chained[2]
    AuditEntry.objects.filter(pk=entry.pk).update(detail={"count": 99, "filter": "waiting"})
    assert audit.broken_links() == [entry.position]


def test_a_removed_entry_shows(chained):
    entry = chained[2]
    AuditEntry.objects.filter(pk=entry.pk).delete()
    assert audit.broken_links()[0] == entry.position + 1


def test_two_entries_exchanged_show(chained):
    first, second = chained[1], chained[2]
    AuditEntry.objects.filter(pk=first.pk).update(position=10_000)
    AuditEntry.objects.filter(pk=second.pk).update(position=first.position)
    AuditEntry.objects.filter(pk=first.pk).update(position=second.position)
    assert {first.position, second.position} <= set(audit.broken_links())
