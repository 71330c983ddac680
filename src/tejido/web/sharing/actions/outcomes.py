# SPDX-License-Identifier: AGPL-3.0-or-later
"""Telling the partner what came of a case it handed over: as codes, and only as far as she allows it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from tejido.agreements import Lane, Request
from tejido.vocabulary import BadInput
from tejido.web.consents.frames import as_value, local_day
from tejido.web.consents.models import Release
from tejido.web.mailbox.models import OutboundMessage
from tejido.web.referrals.frames import Referred, referrals_of
from tejido.web.security import audit
from tejido.web.security.access import require
from tejido.web.security.keyring import KeyRing
from tejido.web.security.permissions import Permission
from tejido.web.sharing.actions.deciding import decide, release_body, still_given
from tejido.web.sharing.actions.messages import send_message
from tejido.web.sharing.models import Handover


def report_handover_outcome(
    *, handover: Handover, release: Release | None, reached: str, closed: bool, by: Any, ring: KeyRing, now: datetime
) -> OutboundMessage:
    """Send the outcomes of the case's referrals: need, outcome, day. Raises `NotAllowed` (noted), `BadInput`."""
    require(by, Permission.HANDOVER_ANSWER, record=handover)
    accepted = handover.direction == Handover.Direction.IN and handover.state == Handover.State.ACCEPTED
    if not accepted or handover.case is None:
        raise BadInput("not_open", en="This hand-over is not open.", es="Este traspaso no está abierto.")
    referrals = [_coded(referred) for referred in referrals_of(handover.case, ring)]
    value = as_value(release.opened(ring)) if release is not None else None
    fields = {"service_outcome"} | ({"needs"} if referrals else set())
    request = Request(
        sender=settings.TEJIDO.node,
        recipient=handover.partner_id,
        purpose="outcome",
        on=local_day(now),
        lane=Lane.RELEASE,
        fields=frozenset(fields),
        case=str(handover.case_id),
        person=value.person if value is not None else None,
        by=str(by.pk),
    )
    releases = [value] if value is not None else []
    decision = decide(request, agreement=handover.agreement, releases=releases, by=by, record=handover)
    if value is None or release is None:  # the gate has refused already; the message below needs the release itself
        raise BadInput("release_missing", en="There is no release.", es="No hay autorización.")
    body = {
        "handover_id": str(handover.pk),
        "reached": reached,
        "referrals": referrals,
        "closed": closed,
        "on": local_day(now).isoformat(),
        "release": release_body(value, decision),
    }
    return _sent(handover, release, body, by, ring, now)


@transaction.atomic
def _sent(
    handover: Handover, release: Release, body: dict[str, Any], by: Any, ring: KeyRing, now: datetime
) -> OutboundMessage:
    still_given(release)
    handover.refresh_from_db(from_queryset=Handover.objects.select_for_update())
    message = send_message(partner=handover.partner, message_type="handover_outcome", body=body, to="handover",
                           agreement=handover.agreement, by=by, ring=ring, now=now)  # fmt: skip
    entry = {name: body[name] for name in ("on", "reached", "referrals", "closed")}
    handover.seal(ring, outcomes=[*(handover.opened(ring).outcomes or []), entry])
    handover.save_revision(expected=handover.revision)
    audit.record("handover.outcome_sent", by=by, record=handover, partner=handover.partner_id,
                 count=len(body["referrals"]))  # fmt: skip
    return message


def _coded(referred: Referred) -> dict[str, str]:
    referral = referred.referral
    changed: datetime = referral.state_changed_at
    return {"need": referral.need, "outcome": referral.outcome, "on": local_day(changed).isoformat()}
