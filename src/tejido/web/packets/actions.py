# SPDX-License-Identifier: AGPL-3.0-or-later
"""Sending a packet, reading it, answering, taking it back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from tejido.crypto import spoken_code
from tejido.vocabulary import BadInput, code_list
from tejido.web.accounts.keys import organisation_key
from tejido.web.packets.models import Answer, Packet, Provider
from tejido.web.security import audit
from tejido.web.security.access import require
from tejido.web.security.keyring import KeyRing
from tejido.web.security.models import KeyGrant
from tejido.web.security.permissions import Permission
from tejido.web.security.sealing import Opened


def local_day(at: datetime) -> date:
    """The organisation's own day at that moment."""
    return at.astimezone(settings.TEJIDO.time_zone).date()


@transaction.atomic
def send_packet(
    *, provider: Provider, facts: Mapping[str, Any], readers: Iterable[UUID], expires_on: date, by: Any, ring: KeyRing,
    now: datetime,
) -> Packet:  # fmt: skip
    """Seal `facts` to the provider's team and to `readers`, the teams of our own that read the answers.

    Called by referrals, which has asked the gate. Raises `BadSignature`, `UnsignedKey`.
    """
    require(by, Permission.REFERRAL_SEND)
    provider.checked(organisation_key())
    packet = Packet(
        key=ring.new_key("packet", [*readers, provider.team_id]), code=_free_code(), team_id=provider.team_id,
        sent_at=now, sent_by=by, expires_on=expires_on, state_changed_at=now, state_changed_by=by,
    )  # fmt: skip
    packet.seal(ring, facts=dict(facts)).save(force_insert=True)
    audit.record("packet.sent", by=by, record=packet, team=str(packet.team_id), fields=sorted(facts))
    return packet


@transaction.atomic
def open_packet(*, packet: Packet, by: Any, ring: KeyRing, now: datetime) -> Opened[Packet]:
    """What the packet says, for the provider's own people; the hotline sees when it was first read.

    Raises `BadInput` where it is not open any more, `NoKey` for everyone it was not sealed to.
    """
    require(by, Permission.PACKET_READ, record=packet)
    packet = _held(packet, now)
    opened = packet.opened(ring)
    if packet.first_opened_at is None:
        packet.first_opened_at, packet.first_opened_by = now, by
        packet.save_revision(packet.revision)
    audit.record("packet.read", by=by, record=packet)
    return opened


@transaction.atomic
def answer_packet(*, packet: Packet, outcome: str, note: str, by: Any, ring: KeyRing, now: datetime) -> Answer:
    """Accept, decline, or say what came of it: a code of `referral_outcome` that a provider may say now.

    Whatever ends the packet ends its being read. Raises `BadInput`.
    """
    require(by, Permission.PACKET_ANSWER, record=packet)
    packet = _held(packet, now)
    if outcome not in sayable(packet):
        raise BadInput(
            "not_sayable", en="Choose one of the answers.", es="Elija una de las respuestas.", where="outcome"
        )
    answer = Answer(packet=packet, key=packet.key, answered_at=now, answered_by=by)
    answer.seal(ring, outcome=outcome, note=note or None).save(force_insert=True)
    audit.record("packet.answered", by=by, record=answer)
    _turn(packet, _state(outcome), by, now)
    return answer


@transaction.atomic
def withdraw_packet(*, packet: Packet, by: Any, now: datetime) -> bool:
    """She changed her mind, or it was sent by mistake: the provider's key to it is gone. Was it still open?"""
    require(by, Permission.REFERRAL_SEND)
    packet = Packet.objects.select_for_update().get(pk=packet.pk)
    was_open = packet.state in Packet.OPEN
    if was_open:
        _turn(packet, Packet.State.WITHDRAWN, by, now)
    take_back_keys(now=now, packets=[packet.pk])
    return was_open


def sayable(packet: Packet) -> list[str]:
    """Codes of `referral_outcome` that a provider may say of the packet as it stands."""
    now = ("accept", "decline") if packet.state == Packet.State.SENT else ("outcome", "decline")
    listed = code_list("referral_outcome")
    return [code for code in listed if listed.codes[code].properties.get("provider") in now]


def expire_packets(*, now: datetime) -> None:
    """Keyless: packets whose last day is over are closed, and whatever ended has no key for its provider any more."""
    for packet in Packet.objects.due_to_expire(local_day(now)):
        with transaction.atomic():
            held = Packet.objects.select_for_update().get(pk=packet.pk)
            if held.state in Packet.OPEN:
                _turn(held, Packet.State.EXPIRED, None, now)
    take_back_keys(now=now)


def take_back_keys(*, now: datetime, packets: Iterable[UUID] | None = None) -> None:
    """Keyless: delete the provider's grant of packets that ended. The providers' door itself deletes no key."""
    ended = Packet.objects.filter(key_taken_back_at__isnull=True).exclude(state__in=Packet.OPEN)
    for packet in ended if packets is None else ended.filter(pk__in=packets):
        with transaction.atomic():
            KeyGrant.objects.filter(key_id=packet.key_id, team_id=packet.team_id).delete()
            Packet.objects.filter(pk=packet.pk).update(key_taken_back_at=now)


def _held(packet: Packet, now: datetime) -> Packet:
    """The packet as it stands, held until the transaction ends; raises `BadInput` where it is not open."""
    held = Packet.objects.select_for_update().get(pk=packet.pk)
    if not held.is_open(local_day(now)):
        raise BadInput("packet_ended", en="This packet is not open any more.", es="Esta ficha ya no está abierta.")
    return held


def _turn(packet: Packet, state: Packet.State, by: Any, now: datetime) -> None:
    packet.state, packet.state_changed_at, packet.state_changed_by = state, now, by
    packet.save_revision(packet.revision)
    audit.record(f"packet.{state}", by=by, record=packet)


def _state(outcome: str) -> Packet.State:
    said = code_list("referral_outcome").codes[outcome].properties["provider"]
    return {"accept": Packet.State.ACCEPTED, "decline": Packet.State.DECLINED}.get(said, Packet.State.CLOSED)


def _free_code() -> str:
    while Packet.objects.filter(code=(code := spoken_code())).exists():
        pass
    return code
