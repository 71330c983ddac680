# SPDX-License-Identifier: AGPL-3.0-or-later
"""The one way messages are built and opened, and the agreements they stand under."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from tejido.agreements import Agreement, Lane, Request
from tejido.exchange import (
    BadMessage,
    Header,
    Opened,
    build_message,
    format_minute,
    open_message,
    read_header,
    tables_of,
)
from tejido.vocabulary import BadInput
from tejido.web.accounts.signing_keys import message_signing_key, signing_key
from tejido.web.consents.frames import local_day
from tejido.web.mailbox.actions import next_sequence, queue_message, set_agreements
from tejido.web.mailbox.models import InboundMessage, OutboundMessage, Partner
from tejido.web.security import audit
from tejido.web.security.access import require
from tejido.web.security.keyring import KeyRing
from tejido.web.security.permissions import Permission
from tejido.web.sharing.actions.deciding import decide
from tejido.web.sharing.models import SharedAgreement

_TOTALS = "tabulation"
# Who may have a message of each type built; the actions that call ask about the record itself.
_PERMISSIONS = {
    "handover": Permission.HANDOVER_SEND,
    "handover_answer": Permission.HANDOVER_ANSWER,
    "handover_outcome": Permission.HANDOVER_ANSWER,
    "handover_recall": Permission.RELEASE_RECORD,
    "withdrawal": Permission.RELEASE_RECORD,
    "danger_alert": Permission.DANGER_SEND,
    "tabulation": Permission.TABULATION_SEND,
}


@transaction.atomic
def add_agreement(
    *, agreement: Agreement, partner: Partner, partner_signature: bytes, by: Any, ring: KeyRing
) -> SharedAgreement:
    """Put an agreement that the partner has signed into force here: we sign it, and the partner door learns it."""
    require(by, Permission.PARTNER_EDIT)
    if not agreement.between(settings.TEJIDO.node, partner.code):
        raise BadInput("other_parties", en="the agreement is between other organisations",
                       es="el convenio es entre otras organizaciones", where="parties")  # fmt: skip
    partner.checked().organisation_verify_key().verify(agreement.statement(), partner_signature)
    shared = SharedAgreement.objects.create(
        id=agreement.id, partner=partner, document=agreement.as_mapping(), digest=agreement.digest(),
        our_signature=signing_key(ring).sign(agreement.statement()), partner_signature=partner_signature,
    )  # fmt: skip
    documents = [dict(each.document) for each in SharedAgreement.objects.filter(partner=partner).order_by("added_at")]
    set_agreements(partner=partner, documents=documents, by=by, ring=ring)
    audit.record("agreement.added", by=by, agreement=agreement.id, partner=partner.code)
    return shared


def send_message(
    *, partner: Partner, message_type: str, body: Mapping[str, Any], to: Literal["handover", "data"],
    agreement: SharedAgreement, by: Any, ring: KeyRing, now: datetime, in_reply_to: uuid.UUID | None = None,
) -> OutboundMessage:  # fmt: skip
    """Seal `body` to the partner's team `to`, sign it with our organisation's key, number it and queue it.

    Whoever sends facts has asked `may_leave` about them; totals are asked about here, by the tables the body holds.
    Raises `NotAllowed` for totals the agreement does not name, `BadInput` for a body that is not of the type.
    """
    require(by, _PERMISSIONS[message_type])
    partner.checked()
    if message_type == _TOTALS:
        # Before the transaction: the line in the audit that it was refused must outlive the refusal.
        _ask_about_totals(agreement, body, by, now)
    with transaction.atomic():
        return _send(partner, message_type, body, to, agreement, by, ring, now, in_reply_to)


def _send(
    partner: Partner, message_type: str, body: Mapping[str, Any], to: Literal["handover", "data"],
    agreement: SharedAgreement, by: Any, ring: KeyRing, now: datetime, in_reply_to: uuid.UUID | None,
) -> OutboundMessage:  # fmt: skip
    header = Header(
        id=str(uuid.uuid4()),
        sender=settings.TEJIDO.node,
        recipient=partner.code,
        agreement=agreement.pk,
        agreement_digest=agreement.checked().digest(),
        type=message_type,
        sequence=next_sequence(partner),
        sent_at=format_minute(now),
        in_reply_to=str(in_reply_to) if in_reply_to else None,
    )
    raw = build_message(
        header, body, to=partner.team_key(to), partner=partner.organisation_verify_key(),
        signing=message_signing_key(ring),
    )  # fmt: skip
    return queue_message(partner=partner, header=header, raw=raw, by=by, now=now)


def _ask_about_totals(agreement: SharedAgreement, body: Mapping[str, Any], by: Any, now: datetime) -> None:
    request = Request(
        sender=settings.TEJIDO.node,
        recipient=agreement.partner_id,
        purpose="statistics",
        on=local_day(now),
        lane=Lane.AGGREGATE,
        tables=tables_of(body),
    )
    decide(request, agreement=agreement, releases=(), by=by, record=None)


def receiving_team(message: InboundMessage) -> tuple[uuid.UUID, int]:
    """Our team and its key generation a message is sealed to; raises `BadMessage`."""
    node, *rest = read_header(bytes(message.raw)).recipient_key.split("/")
    try:
        *_what_for, team, generation = rest
        if node != settings.TEJIDO.node:
            raise ValueError
        return uuid.UUID(team), int(generation)
    except ValueError:
        raise BadMessage("cannot_open", "recipient key") from None


def open_inbound(message: InboundMessage, ring: KeyRing) -> Opened:
    """Verify and open a message of the partner; raises `NoKey`, `BadMessage`, `BadSignature`, `CannotOpen`."""
    team, generation = receiving_team(message)
    sender = message.partner.checked().verify_keys(timezone.localdate(message.received_at))
    return open_message(bytes(message.raw), key=ring.box_key(team, generation), sender=sender)
