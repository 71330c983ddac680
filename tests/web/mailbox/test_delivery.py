# SPDX-License-Identifier: Apache-2.0
"""Delivery: survives a partner that is down, restarts, or answers twice; believes only the partner's own receipt."""

from __future__ import annotations

import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from tejido.crypto import SigningKey
from tejido.web.mailbox.actions import MAXIMUM_AGE, renew_partner
from tejido.web.mailbox.jobs import attempt, deliver, deliver_pending
from tejido.web.mailbox.models import OutboundMessage, Partner
from tejido.web.sharing.actions import hand_over
from tests.web.sharing.conftest import NOW, release
from tests.web.sharing.partner import Us

State = OutboundMessage.State


class _Door:
    """A partner door of our own making: `answer(raw)` gives status and body."""

    def __init__(self, answer) -> None:
        self.received: list[bytes] = []
        door = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers["Content-Length"]))
                door.received.append(raw)
                status, body, headers = answer(raw)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_args) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def opened_doors():
    doors: list[_Door] = []

    def open_door(answer) -> _Door:
        doors.append(_Door(answer))
        return doors[-1]

    yield open_door
    for door in doors:
        door.server.shutdown()
        door.server.server_close()


def _at(cast, address: str) -> None:
    """The partner's door is at `address`: signed as the organisation would."""
    from tejido.web.accounts.actions import signing_key
    from tejido.web.security.signed_here import note_signed

    partner = Partner.objects.get(pk="us")
    partner.address = address
    partner.signature = signing_key(cast.ring("chen")).sign(partner.statement())
    note_signed({partner.noted_as: partner.statement()})
    partner.save()


@pytest.fixture
def message(cast, case, terms) -> OutboundMessage:
    hand_over(case=case, agreement=terms, release=release(cast, case), fields=["person_name"], by=cast.member("chen"),
              ring=cast.ring("chen"), now=NOW)  # fmt: skip
    return OutboundMessage.objects.get()


def _again(message: OutboundMessage) -> OutboundMessage:
    return OutboundMessage.objects.get(pk=message.pk)


def test_what_the_partners_earlier_transport_key_signs_is_believed_until_its_last_day(cast, us, message, opened_doors):
    earlier, us.transport = us.transport, SigningKey.generate()
    by = {"by": cast.member("noor"), "ring": cast.ring("noor")}
    renew_partner(card=us.card(), lost=False, now=NOW, **by)
    us.transport = earlier
    _at(cast, opened_doors(lambda raw: (200, us.receipt(raw, NOW), {})).address)
    assert not attempt(_again(message), now=NOW + MAXIMUM_AGE + timedelta(days=2))
    assert _again(message).reason_code == "no_receipt"
    assert attempt(_again(message), now=NOW + MAXIMUM_AGE - timedelta(days=1))
    assert _again(message).state == State.DELIVERED


def test_a_partner_that_is_down_is_tried_again_later_and_then_reached(cast, us, message, opened_doors):
    assert not attempt(message, now=NOW)
    waiting = _again(message)
    assert (waiting.state, waiting.attempts, waiting.reason_code) == (State.QUEUED, 1, "unreachable")
    assert waiting.next_attempt_at > NOW
    assert not attempt(waiting, now=NOW)
    assert _again(message).next_attempt_at - NOW > waiting.next_attempt_at - NOW
    door = opened_doors(lambda raw: (200, us.receipt(raw, NOW), {}))
    _at(cast, door.address)
    OutboundMessage.objects.update(next_attempt_at=NOW - timedelta(days=365))
    assert deliver_pending() == 1
    delivered = _again(message)
    assert delivered.state == State.DELIVERED
    assert delivered.receipt
    assert door.received == [bytes(message.raw)]
    # The job may run again, and does nothing.
    deliver.call(message=str(message.pk))
    assert deliver_pending() == 0
    assert len(door.received) == 1


def test_the_sweep_waits_until_a_message_is_due(message):
    from django.utils import timezone

    OutboundMessage.objects.update(next_attempt_at=timezone.now() + timedelta(minutes=5))
    assert deliver_pending() == 0


def test_a_partner_that_took_it_before_answers_twice_and_it_is_delivered_once(cast, us, message, opened_doors):
    door = opened_doors(lambda raw: (200, us.receipt(raw, NOW), {}))
    _at(cast, door.address)
    attempt(_again(message), now=NOW)
    OutboundMessage.objects.update(state=State.QUEUED)  # as if we had gone down before noting it
    attempt(_again(message), now=NOW)
    assert _again(message).state == State.DELIVERED
    assert door.received == [bytes(message.raw)] * 2


def test_a_refusal_for_good_is_kept_with_its_reason(cast, us, message, opened_doors):
    _at(cast, opened_doors(lambda raw: (422, us.receipt(raw, NOW, "refused", "late"), {})).address)
    attempt(_again(message), now=NOW)
    assert (_again(message).state, _again(message).reason_code) == (State.REFUSED, "late")


def test_a_refusal_that_may_pass_is_tried_again(cast, us, message, opened_doors):
    _at(cast, opened_doors(lambda raw: (422, us.receipt(raw, NOW, "refused", "agreement_unknown"), {})).address)
    attempt(_again(message), now=NOW)
    assert (_again(message).state, _again(message).reason_code) == (State.QUEUED, "agreement_unknown")


@pytest.mark.parametrize("liar", ["another_key", "another_message", "nothing", "too_long", "redirect"])
def test_an_answer_that_is_not_the_partners_receipt_is_not_believed(cast, us, message, opened_doors, liar):
    elsewhere = opened_doors(lambda raw: (200, us.receipt(raw, NOW), {}))
    forged = Us(transport=SigningKey.generate())
    other = us.message(
        "handover_answer", {"handover_id": str(message.pk), "answer": "accepted", "on": "2026-11-22"}, NOW
    )
    answers = {
        "another_key": lambda raw: (200, forged.receipt(raw, NOW), {}),
        "another_message": lambda raw: (200, us.receipt(other, NOW), {}),
        "nothing": lambda raw: (200, b"", {}),
        "too_long": lambda raw: (200, us.receipt(raw, NOW) + b" " * 5000, {}),
        "redirect": lambda raw: (307, b"", {"Location": f"{elsewhere.address}/messages/"}),
    }
    _at(cast, opened_doors(answers[liar]).address)
    assert not attempt(_again(message), now=NOW)
    assert (_again(message).state, _again(message).reason_code) == (State.QUEUED, "no_receipt")
    assert elsewhere.received == []


def test_nothing_is_sent_to_an_address_somebody_wrote_into_the_database(cast, us, message, opened_doors):
    door = opened_doors(lambda raw: (200, us.receipt(raw, NOW), {}))
    Partner.objects.update(address=door.address)
    assert not attempt(_again(message), now=NOW)
    assert door.received == []
    assert _again(message).reason_code == "partner_unsigned"


def test_the_job_waits_for_the_transaction_and_holds_an_id_and_nothing_else(
    cast, case, terms, django_capture_on_commit_callbacks
):
    from django_tasks_db.models import DBTaskResult

    with django_capture_on_commit_callbacks(execute=True):
        hand_over(case=case, agreement=terms, release=release(cast, case), fields=["person_name"],
                  by=cast.member("chen"), ring=cast.ring("chen"), now=NOW)  # fmt: skip
        assert not DBTaskResult.objects.exists()
    (job,) = DBTaskResult.objects.all()
    assert job.args_kwargs == {"args": [], "kwargs": {"message": str(OutboundMessage.objects.get().pk)}}


def test_numbers_follow_each_other(cast, terms, us, message):
    from tejido.web.mailbox.actions import next_sequence

    assert message.sequence == 1
    assert next_sequence(Partner.objects.get(pk="us")) == 2
