# SPDX-License-Identifier: AGPL-3.0-or-later
"""Partners and the messages to and from them. Nothing here opens a message; only receipts are signed by the node."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from tejido.crypto import UnsignedKey, VerifyKey
from tejido.exchange import (
    Accepted,
    BadMessage,
    Header,
    Receipt,
    Refused,
    Verdict,
    build_receipt,
    examine,
    message_digest,
    read_header,
)
from tejido.exchange import Partner as KnownPartner
from tejido.vocabulary import BadInput, code_list
from tejido.web.accounts.actions import signing_key
from tejido.web.mailbox.cards import check_card, is_older, keys_before
from tejido.web.mailbox.limits import note_refusal, too_many
from tejido.web.mailbox.models import InboundMessage, OutboundMessage, Partner
from tejido.web.security import audit
from tejido.web.security.access import require
from tejido.web.security.keyring import KeyRing
from tejido.web.security.later import later
from tejido.web.security.permissions import Permission
from tejido.web.security.signed_here import note_signed

# Longer than any holiday of either side; a message older than this is no news any more.
MAXIMUM_AGE = timedelta(days=30)
_NO_MESSAGE = "00000000-0000-0000-0000-000000000000"  # what could not be read has no id to name in a receipt
_FIRST_WAIT, _LONGEST_WAIT = timedelta(seconds=2), timedelta(minutes=15)


@transaction.atomic
def add_partner(*, card: Mapping[str, Any], by: Any, ring: KeyRing) -> Partner:
    """Trust a partner from its card, whose fingerprint people compared by voice. Raises `BadInput`."""
    require(by, Permission.PARTNER_EDIT)
    check_card(card)
    partner = Partner(code=card["code"])
    _take_card(partner, card)
    _sign(partner, ring)
    partner.save(force_insert=True)
    audit.record("partner.added", by=by, partner=partner.code)
    return partner


@transaction.atomic
def renew_partner(*, card: Mapping[str, Any], lost: bool, by: Any, ring: KeyRing, now: datetime) -> Partner:
    """Take over a partner's newer card, compared by voice: its address and its newer keys.

    What its earlier keys sign is believed as long as messages travel, or no longer if they were `lost` to somebody.
    Raises `BadInput` for an older card, or one whose signing key the one we have, not `lost`, does not vouch for.
    """
    require(by, Permission.PARTNER_EDIT)
    check_card(card)
    partner = Partner.objects.select_for_update().get(pk=card["code"]).checked()
    refuse_older(partner, card)
    signing = signing_keys_between(partner, card)
    if signing is None:
        if not lost:
            raise BadInput(
                "card.signing",
                en="Their signing key is new, and the one you have does not vouch for it.",
                es="Su llave de firma es nueva y la que usted tiene no responde por ella.",
                where="card",
            )
        signing = [partner.organisation_verify_key()]
    today, transport = timezone.localdate(now), bytes(partner.transport_key).hex()
    until = today - timedelta(days=1) if lost else today + MAXIMUM_AGE
    earlier = [{"key": key.raw.hex(), "until": until.isoformat()} for key in signing]
    partner.earlier_verify = [*earlier, *partner.earlier_verify]
    if card["transport_key"] != transport:
        partner.earlier_transport = [{"key": transport, "until": until.isoformat()}, *partner.earlier_transport]
    _take_card(partner, card)
    _sign(partner, ring)
    partner.save()
    audit.record("partner.renewed", by=by, partner=partner.code)
    return partner


def signing_keys_between(partner: Partner, card: Mapping[str, Any]) -> list[VerifyKey] | None:
    """Which signing keys the card's own took the place of since the one we have, newest first.

    None where the one we have does not vouch for the card's.
    """
    known = partner.organisation_verify_key()
    if card["verify_key"] == known.raw.hex():
        return []
    before = keys_before(card)
    return before[: before.index(known) + 1] if known in before else None


def refuse_older(partner: Partner, card: Mapping[str, Any]) -> None:
    """Return if the card is not older than the one we have; raises `BadInput`."""
    earlier = {each["key"] for each in (*partner.earlier_transport, *partner.earlier_verify)}
    older = any(is_older(card[name], getattr(partner, name)) for name in ("handover_key", "data_key"))
    if older or earlier & {card["transport_key"], card["verify_key"]}:
        raise BadInput("card.older", en="This card is older than the one you have.",
                       es="Esta tarjeta es anterior a la que ya tiene.", where="card")  # fmt: skip


def _take_card(partner: Partner, card: Mapping[str, Any]) -> None:
    partner.name, partner.address = card["name"], str(card["address"]).rstrip("/")
    partner.verify_key = bytes.fromhex(card["verify_key"])
    partner.transport_key = bytes.fromhex(card["transport_key"])
    partner.handover_key, partner.data_key = card["handover_key"], card["data_key"]
    partner.pack, partner.regimes = card.get("pack", card["code"]), list(card.get("regimes", ()))


def _sign(partner: Partner, ring: KeyRing) -> None:
    partner.signature = signing_key(ring).sign(partner.statement())
    note_signed({partner.noted_as: partner.statement()})


@transaction.atomic
def set_agreements(*, partner: Partner, documents: Sequence[Mapping[str, Any]], by: Any, ring: KeyRing) -> None:
    """Replace the agreements the partner door checks arrivals against; both signatures were checked by the caller."""
    require(by, Permission.PARTNER_EDIT)
    partner.checked()
    partner.agreements = [dict(document) for document in documents]
    _sign(partner, ring)
    partner.save(update_fields=["agreements", "signature"])
    audit.record("partner.agreements_set", by=by, partner=partner.code, count=len(documents))


def next_sequence(partner: Partner) -> int:
    """The number of the next message to `partner`. Call inside the transaction that queues it."""
    Partner.objects.select_for_update().get(pk=partner.pk)
    newest = OutboundMessage.objects.filter(partner=partner).aggregate(newest=Max("sequence"))["newest"]
    return int(newest or 0) + 1


@transaction.atomic
def queue_message(*, partner: Partner, header: Header, raw: bytes, by: Any, now: datetime) -> OutboundMessage:
    """Keep a sealed and signed message and have it delivered once the transaction stands."""
    message = OutboundMessage.objects.create(
        id=uuid.UUID(header.id), partner=partner, message_type=header.type, sequence=header.sequence, raw=raw,
        next_attempt_at=now,
    )  # fmt: skip
    audit.record("message.queued", by=by, record=message, partner=partner.code, message_type=header.type)
    later("mailbox.deliver", message=message.pk)
    return message


@dataclass(frozen=True)
class Answer:
    """What the partner door answers: a signed receipt, and whether the message was taken."""

    receipt: bytes
    taken: bool


def receive(*, raw: bytes, now: datetime) -> Answer:
    """Judge bytes from the wire; take them, recognise them, or refuse them. Never raises for what the bytes are."""
    known, unsigned = _known_sender(raw, now)
    # Strangers are refused without the database's only pen, for which advocates would have to wait.
    verdict = _judged(raw, known, now)
    if not isinstance(verdict, Refused):
        try:
            verdict = _recorded(raw, now)
        except IntegrityError:
            # Another process took the same number while we looked: what it stored now decides.
            verdict = _recorded(raw, now)
    if isinstance(verdict, Refused):
        noted = "partner_unsigned" if unsigned else verdict.code
        return Answer(refuse(raw=raw, verdict=verdict, now=now, noted=noted), taken=False)
    return Answer(bytes(InboundMessage.objects.get(pk=verdict.header.id).receipt), taken=True)


def _judged(raw: bytes, known: Mapping[str, KnownPartner], now: datetime) -> Verdict:
    verdict = examine(raw, self_id=settings.TEJIDO.node, partners=known, now=now, maximum_age=MAXIMUM_AGE)
    if isinstance(verdict, Accepted) and too_many(verdict.header.sender, len(raw), now):
        return Refused("too_many", verdict.header)
    return verdict


@transaction.atomic
def _recorded(raw: bytes, now: datetime) -> Verdict:
    """Judge once more, now that nobody else can write, and store what is taken."""
    verdict = _judged(raw, _known_sender(raw, now)[0], now)
    if isinstance(verdict, Accepted):
        _take(raw, verdict, now)
    return verdict


def refuse(*, raw: bytes, verdict: Refused, now: datetime, noted: str = "") -> bytes:
    """Note that something came and why it was refused, and sign that. Nothing else changes.

    `noted` is the reason for our own eyes where it is not the one told to whoever sent it.
    """
    message = verdict.header.id if verdict.header else _id_of(raw)
    note_refusal(reason=noted or verdict.code, digest=hashlib.sha256(raw).digest(), size=len(raw), now=now)
    return _receipt(raw, message=message, status="refused", now=now, reason=verdict.code)


def _known_sender(raw: bytes, now: datetime) -> tuple[dict[str, KnownPartner], bool]:
    """The partner the header names, and what came from it before.

    None if our own organisation did not sign its row, and then True: somebody wrote into the database.
    """
    try:
        header = read_header(raw)
    except BadMessage:
        return {}, False
    row = Partner.objects.filter(code=header.sender).first()
    if row is None:
        return {}, False
    try:
        row.checked()
        terms = row.terms()
    except (UnsignedKey, BadInput):
        return {}, True
    arrived = InboundMessage.objects.filter(partner=row)
    same_id = InboundMessage.objects.filter(pk=header.id).first()
    known = KnownPartner(
        key=row.verify_keys(timezone.localdate(now)),
        agreements=terms,
        seen={header.id: bytes(same_id.digest).hex()} if same_id is not None else {},
        used=set(arrived.filter(sequence=header.sequence).values_list("sequence", flat=True)),
        last=arrived.aggregate(last=Max("sequence"))["last"] or 0,
    )
    return {row.code: known}, False


def _take(raw: bytes, verdict: Accepted, now: datetime) -> None:
    header = verdict.header
    receipt = _receipt(raw, message=header.id, status="accepted", now=now)
    message = InboundMessage.objects.create(
        id=uuid.UUID(header.id), partner_id=header.sender, message_type=header.type, sequence=header.sequence, raw=raw,
        digest=bytes.fromhex(message_digest(raw)), receipt=receipt, received_at=now,
    )  # fmt: skip
    missing = verdict.missing[1] - verdict.missing[0] + 1 if verdict.missing else 0
    audit.record("message.arrived", by=None, record=message, partner=header.sender, message_type=header.type,
                 count=missing)  # fmt: skip


def _id_of(raw: bytes) -> str:
    try:
        return read_header(raw).id
    except BadMessage:
        return _NO_MESSAGE


def _receipt(raw: bytes, *, message: str, status: str, now: datetime, reason: str | None = None) -> bytes:
    node = settings.TEJIDO
    return build_receipt(
        raw, by=node.node, message=message, status=status, at=now, transport=node.transport.signing, reason=reason
    )


@transaction.atomic
def record_receipt(*, message: OutboundMessage, receipt: Receipt, raw_receipt: bytes, now: datetime) -> None:
    """The partner's signed word: delivered, refused for good, or to be tried again. Told twice, it changes nothing."""
    if receipt.reason is not None and code_list("message_refusal").codes[receipt.reason].properties["retry"]:
        record_failure(message=message, now=now, reason=receipt.reason)
        return
    state = OutboundMessage.State.DELIVERED if receipt.reason is None else OutboundMessage.State.REFUSED
    changed = OutboundMessage.objects.filter(pk=message.pk, state=OutboundMessage.State.QUEUED).update(
        state=state, state_changed_at=now, attempts=message.attempts + 1, reason_code=receipt.reason or "",
        receipt=raw_receipt,
    )  # fmt: skip
    if changed:
        audit.record(f"message.{state}", by=None, record=message, partner=message.partner_id,
                     message_type=message.message_type, reason_code=receipt.reason or "")  # fmt: skip


def record_failure(*, message: OutboundMessage, now: datetime, reason: str) -> None:
    """Not delivered this time: wait twice as long as before, a quarter of an hour at most, and for ever."""
    wait = min(_FIRST_WAIT * 2 ** min(message.attempts, 12), _LONGEST_WAIT)
    OutboundMessage.objects.filter(pk=message.pk, state=OutboundMessage.State.QUEUED).update(
        attempts=message.attempts + 1, next_attempt_at=now + wait, reason_code=reason
    )
