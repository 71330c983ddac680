# SPDX-License-Identifier: Apache-2.0
"""Two databases, two sets of keys, a real server between them: there and back, with the partner down in between."""

from __future__ import annotations

import socket

import pytest
from django.utils import timezone

from tejido.web.accounts.actions import signing_key
from tejido.web.accounts.keys import team_of
from tejido.web.accounts.models import Team
from tejido.web.accounts.signing_keys import make_signing_key
from tejido.web.config.rotating_signing import begin_signing, end_signing
from tejido.web.mailbox.actions import add_partner, receive
from tejido.web.mailbox.cards import key_column, our_card
from tejido.web.mailbox.jobs import attempt
from tejido.web.mailbox.models import OutboundMessage
from tejido.web.sharing.actions import add_agreement, hand_over, process_arrivals
from tejido.web.sharing.models import Handover, SharedAgreement
from tejido.web.upkeep.signing_anew import sign_everything_anew
from tests.web.mailbox.other_node import OtherNode
from tests.web.sharing.conftest import from_today, make_case, release
from tests.web.sharing.partner import agreement


def _our_card(cast, settings) -> dict:
    def key(kind: Team.Kind) -> dict[str, str]:
        return key_column(team_of(kind).generations.get().signed_key())

    return {
        "code": "mx", "name": {"en": "Line", "es": "Línea"}, "pack": "mx", "address": "http://127.0.0.1:9",
        "verify_key": settings.TEJIDO.verify_keys[0].hex(),
        "transport_key": settings.TEJIDO.transport.signing.verify_key.raw.hex(),
        "handover_key": key(Team.Kind.CASES), "data_key": key(Team.Kind.DATA),
    }  # fmt: skip


@pytest.fixture
def other(tmp_path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    node = OtherNode(tmp_path, port)
    yield node
    node.stop()


def test_a_case_goes_to_the_other_organisation_and_its_answer_comes_back(cast, case, other, settings):
    chen, ring, now = cast.member("chen"), cast.ring("chen"), timezone.now()
    agreed = signing_key(ring).sign(agreement().statement()).hex()
    card = other.run("make", card=_our_card(cast, settings), agreed=agreed, signing=other.signing.raw.hex())
    theirs = bytes.fromhex(card.pop("agreed"))
    noor = {"by": cast.member("noor"), "ring": cast.ring("noor")}
    partner = add_partner(card=card, **noor)
    terms = add_agreement(agreement=agreement(), partner=partner, partner_signature=theirs, **noor)
    given = release(cast, case, **from_today())
    handover = hand_over(case=case, agreement=terms, release=given, fields=["person_name", "coworkers"], by=chen,
                         ring=ring, now=now)  # fmt: skip
    message = OutboundMessage.objects.get()

    assert not attempt(message, now=now)  # the other side is down
    other.start()
    assert attempt(OutboundMessage.objects.get(), now=now)
    other.stop()
    OutboundMessage.objects.update(state="queued")  # its answer got lost, and it was restarted meanwhile
    other.start()
    assert attempt(OutboundMessage.objects.get(), now=now)
    assert OutboundMessage.objects.get().state == OutboundMessage.State.DELIVERED

    opened = other.run("open")
    assert (opened["arrived"], opened["handovers"]) == (1, 1)
    assert any(names and names[0]["given"] == "Inés" for names in opened["names"])
    assert other.run("open")["handovers"] == 1
    for raw in other.run("outbox"):
        assert receive(raw=bytes.fromhex(raw), now=timezone.now()).taken
    assert process_arrivals(by=chen, ring=ring, now=timezone.now()) == 1
    handover.refresh_from_db()
    case.refresh_from_db()
    assert handover.state == Handover.State.ACCEPTED
    assert (case.handover_id, case.counted_by) == (handover.pk, "mx")


@pytest.mark.slow
def test_messages_travel_while_our_signing_key_is_replaced(cast, other, folder, settings):
    """Queued before and delivered after, sent in between, sent at the end; the other side takes our newer card."""
    chen, now = cast.member("chen"), timezone.now()
    agreed = signing_key(cast.ring("chen")).sign(agreement().statement()).hex()
    card = other.run("make", card=_our_card(cast, settings), agreed=agreed, signing=other.signing.raw.hex())
    theirs = bytes.fromhex(card.pop("agreed"))
    noor = {"by": cast.member("noor"), "ring": cast.ring("noor")}
    partner = add_partner(card=card, **noor)
    add_agreement(agreement=agreement(), partner=partner, partner_signature=theirs, **noor)

    def send():
        case, terms = make_case(cast).case, SharedAgreement.objects.get()
        given = release(cast, case, **from_today())
        hand_over(case=case, agreement=terms, release=given, fields=["person_name"], by=chen, ring=cast.ring("chen"),
                  now=now)  # fmt: skip

    def delivered():
        for message in OutboundMessage.objects.filter(state=OutboundMessage.State.QUEUED).order_by("sequence")[:1]:
            assert attempt(message, now=now)
        return OutboundMessage.objects.filter(state=OutboundMessage.State.DELIVERED).count()

    other.start()
    send()
    begin_signing(folder, make_signing_key(**noor).key().raw.hex())
    sign_everything_anew(**noor)
    send()
    assert delivered() == 1  # the other side still has our card of before
    send()
    assert other.run("renew", card=our_card())
    assert delivered() == 2
    assert end_signing(folder)
    assert delivered() == 3  # queued before the end
    send()
    assert delivered() == 4
    assert len(other.run("open")["names"]) == 4
    for raw in other.run("outbox"):
        assert receive(raw=bytes.fromhex(raw), now=timezone.now()).taken  # sealed to a team of ours, signed anew
    assert process_arrivals(by=chen, ring=cast.ring("chen"), now=timezone.now()) == 4
    assert set(Handover.objects.values_list("state", flat=True)) == {Handover.State.ACCEPTED}
