# SPDX-License-Identifier: AGPL-3.0-or-later
"""From a case to the packet a provider reads, and from the provider's answers back to the referral."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from tejido.agreements import Decision
from tejido.vocabulary import BadInput, code_list
from tejido.web.accounts.caseloads import readers_of
from tejido.web.cases.models import Case
from tejido.web.consents.frames import local_day
from tejido.web.consents.models import Release
from tejido.web.directory.models import Service
from tejido.web.packets.actions import send_packet, withdraw_packet
from tejido.web.packets.models import Packet, Provider
from tejido.web.packets.providers import provider_of
from tejido.web.referrals.facts import Known, facts_of
from tejido.web.referrals.keeping import keep
from tejido.web.referrals.models import Referral
from tejido.web.security import audit
from tejido.web.security.access import require
from tejido.web.security.keyring import KeyRing
from tejido.web.security.permissions import Permission
from tejido.web.security.sealing import open_all
from tejido.web.security.searching import folded

DAYS = 14  # a packet is open for, unless said otherwise
MOST_DAYS = 90


def account_of(service: Service) -> Provider:
    """The account of the service's organisation; raises `BadInput` where nobody there could open a packet."""
    provider = provider_of(service.organisation)
    if provider is None:
        raise BadInput(
            "no_account", where="service",
            en="Nobody at this service can open a packet yet: let her call, or call the service with her.",
            es="En ese servicio nadie puede abrir fichas todavía: que ella llame, o llamen juntas al servicio.",
        )  # fmt: skip
    return provider


def pack(
    *, case: Case, provider: Provider, need: str, decision: Decision, person: str | None, days: int, by: Any,
    ring: KeyRing, now: datetime,
) -> Packet:  # fmt: skip
    """Freeze the facts the gate allowed, as they stand now, and seal them to the provider. Raises `BadInput`."""
    known = facts_of(case, ring, survivor=person, fields=decision.fields - {"needs"}, by=by)
    facts = known.values | ({"needs": {"codes": [need]}} if "needs" in decision.fields else {})
    if not facts:
        raise BadInput("nothing_known", en="None of these facts is recorded in the case.",
                       es="Ninguno de esos datos está registrado en el caso.")  # fmt: skip
    _refuse_confidential_addresses(facts, ring)
    today = local_day(now)
    last = today + timedelta(days=min(days, MOST_DAYS))
    packet = send_packet(
        provider=provider, facts=facts, readers=readers_of(case.team), by=by, ring=ring, now=now,
        expires_on=min(last, decision.until) if decision.until else last,
    )  # fmt: skip
    _note_compartments(known, by)
    return packet


@transaction.atomic
def withdraw_referral(*, referral: Referral, by: Any, now: datetime) -> bool:
    """Take a packet back: the provider has no key to it any more. Was it still open?"""
    require(by, Permission.REFERRAL_SEND, record=referral)
    if referral.packet is None:
        raise BadInput("no_packet", en="This referral has no packet.", es="Esta canalización no tiene ficha.")
    was_open = withdraw_packet(packet=referral.packet, by=by, now=now)
    audit.record("referral.withdrawn", by=by, record=referral)
    return was_open


@transaction.atomic
def withdraw_resting_on(*, release: Release, by: Any, ring: KeyRing, now: datetime) -> int:
    """She took this release back: every open packet that rests on it is withdrawn; how many were."""
    sent = Referral.objects.filter(case=release.case, packet__state__in=Packet.OPEN).select_related("packet", "case")
    resting = [one for one in open_all(sent, ring) if str(release.pk) in (one.decision or {}).get("releases", [])]
    for one in resting:
        if one.record.packet is not None:
            withdraw_packet(packet=one.record.packet, by=by, now=now)
            audit.record("referral.withdrawn", by=by, record=one.record)
    return len(resting)


def take_in_answers(case: Case, *, by: Any, ring: KeyRing) -> None:
    """What providers answered since a referral last changed becomes its outcome, under the provider's name and time."""
    sent = Referral.objects.filter(case=case, packet__isnull=False).select_related("packet")
    for referral in sent.exclude(packet__answers=None):
        newest = referral.packet.answers.order_by("-answered_at")[0]  # type: ignore[union-attr]
        if newest.answered_at <= referral.state_changed_at:
            continue
        outcome = newest.opened(ring).outcome
        said = code_list("referral_outcome").codes[outcome].properties
        served_on = local_day(newest.answered_at).isoformat() if said.get("met") else None
        with transaction.atomic():
            referral.state = Referral.State.CLOSED if said["final"] else Referral.State.OPEN
            referral.state_changed_at, referral.state_changed_by = newest.answered_at, newest.answered_by
            referral.seal(ring, outcome=outcome, served_on=served_on).save_revision(referral.revision)
            keep(referral, ring)
            audit.record("referral.answer_taken_in", by=by, record=referral)


def _refuse_confidential_addresses(facts: Mapping[str, Any], ring: KeyRing) -> None:
    """A confidential address never leaves, not even where somebody wrote it into what she said. Raises `BadInput`."""
    confidential = open_all(Service.objects.filter(address_confidential=True), ring)
    addresses = [folded(one.address) for one in confidential if one.address]
    labels = code_list("shareable_field")
    for code, value in facts.items():
        said = folded(" ".join(_texts(value)))
        if any(address in said for address in addresses):
            label = labels.codes[code].label
            raise BadInput(
                "confidential_address", where=code,
                en=f"The confidential address of a shelter stands in: {label['en']}. Take it out first.",
                es=f"La dirección confidencial de un refugio está en: {label['es']}. Quítela primero.",
            )  # fmt: skip


def _texts(value: Any) -> Collection[str]:
    if isinstance(value, Mapping):
        return [text for inner in value.values() for text in _texts(inner)]
    if isinstance(value, list):
        return [text for inner in value for text in _texts(inner)]
    return [value] if isinstance(value, str) else []


def _note_compartments(known: Known, by: Any) -> None:
    for kind, opened in sorted(known.compartments.items()):
        audit.record("compartment.opened", by=by, record=opened.record, kind=kind)
