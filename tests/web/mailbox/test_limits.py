# SPDX-License-Identifier: Apache-2.0
"""A flood fills neither disk nor audit, and nobody can use up the real partner's share."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db.models import Sum

from tejido.crypto import SigningKey
from tejido.exchange import verify_receipt
from tejido.vocabulary import code_list
from tejido.web.mailbox import limits
from tejido.web.mailbox.actions import receive
from tejido.web.mailbox.models import InboundMessage, RefusedArrival
from tejido.web.security.models import AuditEntry
from tests.web.sharing.conftest import NOW
from tests.web.sharing.partner import Us, handover_body

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _rested(monkeypatch):
    """As after a quiet while."""
    monkeypatch.setattr(limits, "_pace", limits._Pace())


@pytest.fixture
def unhurried(monkeypatch):
    """Refusals come slowly enough for each to be written at once."""
    monkeypatch.setattr(limits, "_AT_ONCE", 10_000)
    monkeypatch.setattr(limits, "_pace", limits._Pace())


def _lines() -> int:
    return AuditEntry.objects.filter(event="message.refused").count()


def test_a_flood_of_garbage_is_counted_to_the_last_and_noted_within_bounds(us, terms):
    sent = 0
    for hour in range(2):
        for number in range(400):
            assert not receive(raw=f"garbage {number}".encode(), now=NOW + hour * HOUR).taken
            sent += 1
    rows = RefusedArrival.objects.count()
    assert rows == _lines()
    assert limits.ONE_BY_ONE <= rows <= 2 * (limits.ONE_BY_ONE + 1)
    counted = RefusedArrival.objects.aggregate(counted=Sum("count"))["counted"]
    assert counted + sum(limits._pace._waiting.values()) == sent


def test_in_a_flood_another_reason_still_has_its_row(us, terms, unhurried):
    for number in range(300):
        receive(raw=f"garbage {number}".encode(), now=NOW)
    receive(raw=us.message("handover", handover_body(), NOW)[:-64] + bytes(64), now=NOW)
    assert RefusedArrival.objects.filter(reason_code="bad_signature").count() == 1
    assert RefusedArrival.objects.filter(reason_code="unreadable").count() == limits.ONE_BY_ONE


def test_while_strangers_flood_the_partner_is_heard(us, terms):
    stranger = Us(code="us", signing=SigningKey.generate())
    for _ in range(150):
        assert not receive(raw=stranger.message("handover", handover_body(), NOW), now=NOW).taken
    assert receive(raw=us.message("handover", handover_body(), NOW), now=NOW).taken


@pytest.mark.parametrize("limit", ["MOST_MESSAGES", "MOST_BYTES"])
def test_a_partner_gone_wrong_is_told_to_come_later_and_then_taken(us, terms, monkeypatch, settings, limit):
    raw = [us.message("handover", handover_body(), NOW) for _ in range(4)]
    monkeypatch.setattr(limits, limit, 3 if limit == "MOST_MESSAGES" else sum(map(len, raw[:3])))
    assert [receive(raw=each, now=NOW).taken for each in raw] == [True, True, True, False]
    answer = receive(raw=raw[3], now=NOW)
    ours = settings.TEJIDO.transport.signing.verify_key
    receipt = verify_receipt(answer.receipt, raw=raw[3], message=_id(raw[3]), by="mx", transport=ours)
    assert receipt.reason == "too_many"
    assert code_list("message_refusal").codes["too_many"].properties["retry"]  # the other side keeps it and comes again
    assert receive(raw=raw[0], now=NOW).taken  # what is known already costs nothing
    assert receive(raw=raw[3], now=NOW + HOUR).taken
    assert InboundMessage.objects.count() == 4


def _id(raw: bytes) -> str:
    from tejido.exchange import read_header

    return read_header(raw).id


def test_refusing_a_stranger_takes_no_turn_at_writing(us, terms, django_assert_num_queries, monkeypatch):
    monkeypatch.setattr(limits, "time", SimpleNamespace(monotonic=lambda: 0.0))  # no second passes
    monkeypatch.setattr(limits, "_pace", limits._Pace())
    limits._pace._left = 0
    with django_assert_num_queries(0):
        receive(raw=b"garbage", now=NOW)
    stranger = Us(code="zz").message("handover", handover_body(), NOW)
    with django_assert_num_queries(1):  # is there such a partner?
        receive(raw=stranger, now=NOW)
