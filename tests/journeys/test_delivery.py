# SPDX-License-Identifier: Apache-2.0
"""A hand-over on a bad night: the partner is down, restarts, or hears the same thing twice."""

from __future__ import annotations

import httpx
import pytest

from tejido.web.config.demo.check import STEPS, play
from tejido.web.config.processes import DOORS
from tests.journeys.rehearsal import execute

pytestmark = pytest.mark.slow
_OFFERING = "the_case_goes_with_her_words"
_PLACE = [step.__name__ for step in STEPS].index(_OFFERING)
_OFFER, _ACCEPT = STEPS[_PLACE], STEPS[_PLACE + 1]


def _outbound(rehearsal) -> list[tuple]:
    return execute(
        rehearsal.folder("mx"),
        "select state, attempts, raw from mailbox_outboundmessage where message_type = 'handover'",
    )


def _arrived(rehearsal) -> tuple[int, int]:
    """Messages of a hand-over and hand-overs at us."""
    folder = rehearsal.folder("us")
    messages = execute(folder, "select count(*) from mailbox_inboundmessage where message_type = 'handover'")
    handovers = execute(folder, "select count(*) from sharing_handover where direction = 'in'")
    return messages[0][0], handovers[0][0]


def test_a_partner_that_is_down_gets_it_once_when_it_is_back(rehearsal):
    thread = rehearsal.set_back(_OFFERING)
    us = rehearsal.node("us")
    us.stop("partners")
    assert play(thread, steps=[_OFFER]) == 0
    thread.until("a first try", lambda: _outbound(rehearsal)[0][1])
    assert _outbound(rehearsal)[0][0] == "queued"
    page = thread.staff("mx", "marisol").get(thread.known["handover"])
    assert "en camino" in page.text  # it says so, rather than that it arrived
    assert "entregado" not in page.text
    assert _arrived(rehearsal) == (0, 0)
    us.start("partners")
    us.wait(60)
    thread.until("the delivery", lambda: _outbound(rehearsal)[0][0] == "delivered")
    page = thread.staff("mx", "marisol").get(thread.known["handover"])
    assert "entregado" in page.text
    assert play(thread, steps=[_ACCEPT]) == 0
    rehearsal.settle()
    assert _arrived(rehearsal) == (1, 1)


def test_our_worker_dies_with_the_message_in_its_hands_and_another_delivers_it_once(rehearsal):
    thread = rehearsal.set_back(_OFFERING)
    mx = rehearsal.node("mx")
    mx.stop("worker")
    assert play(thread, steps=[_OFFER]) == 0
    assert [row[0] for row in _outbound(rehearsal)] == ["queued"]
    raw = bytes(_outbound(rehearsal)[0][2])
    # Delivered, but the worker died before it could note the receipt.
    assert _post(rehearsal, raw).status_code == 200
    mx.start("worker")
    thread.until("the delivery", lambda: _outbound(rehearsal)[0][0] == "delivered")
    assert play(thread, steps=[_ACCEPT]) == 0
    assert _arrived(rehearsal) == (1, 1)


def test_both_organisations_restart_between_offer_and_answer_and_nothing_is_lost(rehearsal):
    thread = rehearsal.set_back(_OFFERING)
    assert play(thread, steps=[_OFFER]) == 0
    for code in ("mx", "us"):
        rehearsal.node(code).stop()
    for code in ("mx", "us"):
        rehearsal.node(code).start(*DOORS, "worker")
    for code in ("mx", "us"):
        rehearsal.node(code).wait(60)
    assert play(thread, steps=[_ACCEPT]) == 0
    assert _arrived(rehearsal) == (1, 1)


def _post(rehearsal, raw: bytes) -> httpx.Response:
    address = rehearsal.node("us").environment["TEJIDO_ADDRESS_PARTNERS"]
    return httpx.post(f"{address}/messages/", content=raw, headers={"Content-Type": "application/octet-stream"},
                      timeout=30)  # fmt: skip


def test_the_same_bytes_twice_get_the_same_receipt_and_one_row(rehearsal):
    thread = rehearsal.set_back("the_other_side_accepts")
    ((_state, _attempts, raw),) = _outbound(rehearsal)
    kept = execute(rehearsal.folder("us"), "select receipt from mailbox_inboundmessage")
    first, second = _post(rehearsal, bytes(raw)), _post(rehearsal, bytes(raw))
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.content == second.content == bytes(kept[0][0])
    assert len(kept) == 1
    assert play(thread, steps=[_ACCEPT]) == 0
    assert _arrived(rehearsal) == (1, 1)
    # Again after it was dealt with: nothing happens a second time.
    assert _post(rehearsal, bytes(raw)).content == first.content
    thread.staff("us", "joana").get("/handovers/")
    assert _arrived(rehearsal) == (1, 1)


def test_changed_bytes_are_refused_and_noted_and_change_nothing(rehearsal):
    rehearsal.set_back("the_other_side_accepts")
    ((_state, _attempts, raw),) = _outbound(rehearsal)
    changed = bytes(raw[:-1]) + bytes([raw[-1] ^ 1])
    answer = _post(rehearsal, changed)
    assert answer.status_code == 422
    assert _arrived(rehearsal) == (1, 0)
    refused = execute(rehearsal.folder("us"), "select reason_code, size from mailbox_refusedarrival")
    assert [size for _reason, size in refused] == [len(changed)]
    assert all(reason for reason, _size in refused)
