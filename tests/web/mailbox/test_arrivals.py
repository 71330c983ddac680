# SPDX-License-Identifier: Apache-2.0
"""The partner door: whatever is wrong with a message, it is refused with a signed word, noted, and changes nothing."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.test import Client, override_settings

from tejido.crypto import SigningKey, VerifyKey
from tejido.exchange import read_header, verify_receipt
from tejido.web.mailbox.actions import receive
from tejido.web.mailbox.models import InboundMessage, Partner, RefusedArrival
from tejido.web.security.models import AuditEntry
from tests.web.sharing.conftest import NOW
from tests.web.sharing.partner import Us, agreement, handover_body

pytestmark = pytest.mark.django_db


def _everything() -> dict[str, int]:
    return {model._meta.label: model._default_manager.count() for model in apps.get_models()}


def _ours() -> VerifyKey:
    from django.conf import settings

    return settings.TEJIDO.transport.signing.verify_key


def _refused(raw: bytes, reason: str) -> None:
    before = _everything()
    answer = receive(raw=raw, now=NOW)
    assert not answer.taken
    after = _everything()
    grown = {name for name in after if after[name] != before[name]}
    assert grown <= {"mailbox.RefusedArrival", "security.AuditEntry"}
    assert after["mailbox.RefusedArrival"] == before["mailbox.RefusedArrival"] + 1
    kept = RefusedArrival.objects.latest("pk")
    assert (kept.reason_code, kept.size) == (reason, len(raw))
    line = AuditEntry.objects.filter(event="message.refused").latest("pk")
    assert line.detail["reason_code"] == reason
    try:
        message = read_header(raw).id
    except Exception:  # noqa: BLE001  what cannot be read has no id
        message = "00000000-0000-0000-0000-000000000000"
    receipt = verify_receipt(answer.receipt, raw=raw, message=message, by="mx", transport=_ours())
    assert (receipt.status, receipt.reason) == ("refused", reason)


def test_a_good_message_is_kept_sealed_and_its_receipt_is_ours(us, terms):
    raw = us.message("handover", handover_body(), NOW)
    answer = receive(raw=raw, now=NOW)
    assert answer.taken
    kept = InboundMessage.objects.get()
    assert bytes(kept.raw) == raw
    receipt = verify_receipt(answer.receipt, raw=raw, message=str(kept.pk), by="mx", transport=_ours())
    assert receipt.status == "accepted"


def test_the_same_message_again_gets_the_same_receipt_and_changes_nothing(us, terms):
    raw = us.message("handover", handover_body(), NOW)
    first = receive(raw=raw, now=NOW)
    before = _everything()
    # Even long after it would be late: the sender may have lost our answer.
    again = receive(raw=raw, now=NOW + timedelta(days=90))
    assert again == first
    assert _everything() == before


@pytest.mark.parametrize("place", [0, 3, 40, 400, -70, -1])
def test_a_tampered_message_is_refused(us, terms, place):
    raw = bytearray(us.message("handover", handover_body(), NOW))
    raw[place] ^= 1
    before = InboundMessage.objects.count()
    assert not receive(raw=bytes(raw), now=NOW).taken
    assert InboundMessage.objects.count() == before
    assert RefusedArrival.objects.count() == 1


def test_a_message_with_another_signature_is_refused(us, terms):
    _refused(us.message("handover", handover_body(), NOW)[:-64] + bytes(64), "bad_signature")


def test_a_message_cut_short_is_refused(us, terms):
    _refused(us.message("handover", handover_body(), NOW)[:-10], "unreadable")


def test_an_empty_message_is_refused(us, terms):
    _refused(b"", "unreadable")


def test_a_number_used_again_for_another_message_is_refused(us, terms):
    receive(raw=us.message("handover", handover_body(), NOW), now=NOW)
    _refused(us.message("handover", handover_body(), NOW, sequence=1), "replayed")


def test_an_id_used_again_for_another_message_is_refused(us, terms):
    raw = us.message("handover", handover_body(), NOW)
    receive(raw=raw, now=NOW)
    _refused(us.message("handover", handover_body(), NOW, id=read_header(raw).id), "replayed")


def test_a_late_message_is_refused(us, terms):
    _refused(us.message("handover", handover_body(), NOW - timedelta(days=31)), "late")


def test_a_message_from_the_future_is_refused(us, terms):
    _refused(us.message("handover", handover_body(), NOW + timedelta(hours=1)), "from_the_future")


def test_a_message_for_another_organisation_is_refused(us, terms):
    other = SigningKey.generate()
    from tejido.crypto import BoxKey, SignedKey
    from tejido.exchange import build_message

    key = SignedKey.sign(other, "xx/team/cases/1", BoxKey.generate().public)
    header = us.header("handover", NOW, recipient="xx")
    raw = build_message(header, handover_body(), to=key, partner=other.verify_key, signing=us.signing)
    _refused(raw, "misaddressed")


def test_a_message_from_nobody_we_know_is_refused(us, terms):
    _refused(Us(code="zz").message("handover", handover_body(), NOW), "unknown_sender")


def test_a_message_under_another_text_of_the_agreement_is_refused(us, terms):
    _refused(us.message("handover", handover_body(), NOW, agreement_digest=agreement(version=2).digest()),
             "agreement_differs")  # fmt: skip


def test_a_type_the_agreement_does_not_name_is_refused(us, terms):
    body = {"schema": "tejido.tabulation/1", "node": "us", "window": {"start": "2026-01-01", "end": "2026-02-01"},
            "as_of": "2026-02-02", "invented": True, "definitions": "abc", "cells": [], "handed_over": []}  # fmt: skip
    _refused(us.message("tabulation", body, NOW), "type_not_agreed")


@pytest.mark.parametrize("column", ["verify_key", "transport_key", "address", "agreements"])
def test_a_partner_row_somebody_altered_is_no_partner(us, terms, column):
    # Whoever can write the database cannot make us trust another key, nor send elsewhere.
    forged = Us()
    changed = {"verify_key": forged.signing.verify_key.raw, "transport_key": forged.transport.verify_key.raw,
               "address": "http://127.0.0.1:1", "agreements": []}  # fmt: skip
    Partner.objects.filter(pk="us").update(**{column: changed[column]})
    raw = (forged if column == "verify_key" else us).message("handover", handover_body(), NOW)
    answer = receive(raw=raw, now=NOW)
    assert not answer.taken
    # Outside it is nobody we know; inside somebody should look who wrote into the database.
    receipt = verify_receipt(answer.receipt, raw=raw, message=read_header(raw).id, by="mx", transport=_ours())
    assert receipt.reason == "unknown_sender"
    assert RefusedArrival.objects.get().reason_code == "partner_unsigned"
    assert not InboundMessage.objects.exists()


@override_settings(ROOT_URLCONF="tejido.web.config.partners_urls")
def test_the_door_answers_with_a_signed_receipt_and_says_nothing_else(us, terms):
    from django.utils import timezone

    client = Client(enforce_csrf_checks=True)
    raw = us.message("handover", handover_body(), timezone.now())
    taken = client.post("/messages/", raw, content_type="application/octet-stream")
    assert (taken.status_code, taken.headers["Content-Type"]) == (200, "application/json")
    refused = client.post("/messages/", b"nonsense", content_type="application/octet-stream")
    assert refused.status_code == 422
    assert client.get("/messages/").status_code == 405
    assert client.get("/health/").content == b"ok\n"


@override_settings(ROOT_URLCONF="tejido.web.config.partners_urls", DATA_UPLOAD_MAX_MEMORY_SIZE=1000)
def test_a_body_too_large_is_refused_and_noted(us, terms):
    answer = Client().post("/messages/", bytes(2000), content_type="application/octet-stream")
    assert answer.status_code == 413
    assert RefusedArrival.objects.get().reason_code == "too_large"


def test_the_mailbox_imports_no_room_that_holds_cases():
    room = Path(__file__).parents[3] / "src/tejido/web/mailbox"
    text = "".join(path.read_text(encoding="utf-8") for path in room.rglob("*.py"))
    assert not [each for each in ("cases", "intake", "sharing", "consents") if f"tejido.web.{each}" in text]
