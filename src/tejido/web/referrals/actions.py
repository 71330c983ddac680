# SPDX-License-Identifier: AGPL-3.0-or-later
"""Connecting her to a service, and what came of it."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from tejido.agreements import Decision, Lane, Request, may_leave
from tejido.vocabulary import BadInput, code_list
from tejido.web.cases.frames import also_reaches_another
from tejido.web.cases.models import Case
from tejido.web.consents.frames import NotAllowed, local_day, our_rules, values_of
from tejido.web.directory.models import Service
from tejido.web.packets.models import Packet
from tejido.web.referrals.keeping import keep
from tejido.web.referrals.models import Referral
from tejido.web.referrals.packing import DAYS, account_of, pack
from tejido.web.security import audit
from tejido.web.security.access import require
from tejido.web.security.keyring import KeyRing
from tejido.web.security.permissions import Permission


def make_referral(
    *, case: Case, service: Service, need: str, how: str, by: Any, ring: KeyRing, now: datetime,
    fields: Collection[str] = (), person: str | None = None, note: str = "", days: int = DAYS,
) -> Referral:  # fmt: skip
    """Connect her to a service. Read out by phone, nothing about her leaves; otherwise `fields` of `person` do.

    By packet they are sealed to the service's account for `days`. Raises `NotAllowed`, having noted the refusal, and
    `BadInput` where there is no account or nothing to tell.
    """
    require(by, Permission.REFERRAL_SEND, record=case)
    chosen = code_list("referral_how").codes[how].properties
    provider = account_of(service) if chosen.get("packet") else None
    lane = chosen["lane"]
    decision = _decide(case, service, lane, frozenset(fields), person, ring, now)
    if not decision.allowed:
        audit.record("referral.refused", by=by, record=case, lane=decision.lane,
                     reasons=[reason.code for reason in decision.reasons])  # fmt: skip
        raise NotAllowed(decision)
    with transaction.atomic():
        packet = None
        if provider is not None:
            packet = pack(case=case, provider=provider, need=need, decision=decision, person=person, days=days, by=by,
                          ring=ring, now=now)  # fmt: skip
        return _recorded(case, service, need, how, decision, packet, note, by, ring, now)


@transaction.atomic
def report_outcome(
    *, referral: Referral, outcome: str, note: str, expected: int, by: Any, ring: KeyRing, now: datetime,
    served_on: date | None = None,
) -> None:  # fmt: skip
    """What came of it, as a code of `referral_outcome`; where she received it, the day: today unless it is given.

    Raises `BadInput`, `StaleRevision`.
    """
    require(by, Permission.REFERRAL_SEND, record=referral)
    if outcome not in code_list("referral_outcome"):
        raise KeyError(outcome)
    referral.state = _state(outcome)
    referral.state_changed_at, referral.state_changed_by = now, by
    referral.seal(ring, outcome=outcome, note=note or None, served_on=_served(referral, outcome, served_on, now))
    referral.save_revision(expected)
    keep(referral, ring)
    audit.record("referral.outcome_reported", by=by, record=referral)


def _decide(
    case: Case, service: Service, lane: str, fields: frozenset[str], person: str | None, ring: KeyRing, now: datetime
) -> Decision:
    herself = lane == Lane.SELF
    request = Request(
        sender=settings.TEJIDO.node,
        recipient=service.recipient,
        recipient_kind=service.kind,
        purpose="referral",
        on=local_day(now),
        lane=lane,
        fields=fields,
        case=None if herself else str(case.pk),
        person=None if herself else person,
        protected_contact=None if herself else also_reaches_another(case, ring),
    )
    releases = () if herself else values_of(case, ring)
    return may_leave(request, agreement=None, releases=releases, sender_pack=our_rules(), recipient_pack=None)


def _recorded(
    case: Case, service: Service, need: str, how: str, decision: Decision, packet: Packet | None, note: str, by: Any,
    ring: KeyRing, now: datetime,
) -> Referral:  # fmt: skip
    # Read out by phone, the referral has already happened: its outcome is that it was given.
    told = sorted(packet.opened(ring).facts if packet is not None else decision.fields)
    outcome = "given_by_phone" if decision.lane == Lane.SELF else "no_answer"
    referral = Referral(
        id=uuid.uuid4(), case=case, key=case.key, packet=packet, made_at=now, made_by=by, state=_state(outcome),
        state_changed_at=now, state_changed_by=by,
    )  # fmt: skip
    referral.seal(
        ring, service=str(service.pk), need=need, how=how, outcome=outcome, note=note or None,
        shared=told, decision=decision.as_mapping(),
    )  # fmt: skip
    referral.save(force_insert=True)
    keep(referral, ring)
    audit.record("referral.made", by=by, record=referral, lane=decision.lane, fields=told)
    return referral


def _served(referral: Referral, outcome: str, day: date | None, now: datetime) -> str | None:
    """The day as it is kept: none where she did not receive what was asked."""
    if outcome not in code_list("referral_outcome").where(met=True):
        return None
    asked = local_day(referral.made_at)
    today = max(asked, local_day(now))
    day = day or today
    if not asked <= day <= today:
        raise BadInput(
            "served_on", where="served_on",
            en=f"{day} is out of range; expected {asked}, when it was asked, to {today}",
            es=f"{day} está fuera de rango; se esperaba del {asked}, cuando se pidió, al {today}",
        )  # fmt: skip
    return day.isoformat()


def _state(outcome: str) -> Referral.State:
    final = code_list("referral_outcome").codes[outcome].properties["final"]
    return Referral.State.CLOSED if final else Referral.State.OPEN
