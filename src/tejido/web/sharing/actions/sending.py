# SPDX-License-Identifier: AGPL-3.0-or-later
"""Handing a case over, calling it back, and what follows when she changes her mind."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from tejido.agreements import Decision, Lane, Request
from tejido.agreements import Release as Terms
from tejido.vocabulary import BadInput
from tejido.web.accounts.caseloads import readers_of
from tejido.web.cases.frames import also_reaches_another
from tejido.web.cases.models import Case
from tejido.web.consents import actions as consents
from tejido.web.consents.frames import as_value, local_day, our_rules
from tejido.web.consents.models import Release
from tejido.web.referrals.facts import Known, facts_of
from tejido.web.referrals.packing import withdraw_resting_on
from tejido.web.security import audit
from tejido.web.security.access import require
from tejido.web.security.keyring import KeyRing
from tejido.web.security.permissions import Permission
from tejido.web.sharing.actions.deciding import decide, release_body, still_given
from tejido.web.sharing.actions.messages import send_message
from tejido.web.sharing.models import Handover, SharedAgreement


def hand_over(
    *, case: Case, agreement: SharedAgreement, release: Release | None, fields: Collection[str], by: Any,
    ring: KeyRing, now: datetime, survivor: uuid.UUID | str | None = None,
) -> Handover:  # fmt: skip
    """Offer the case to the partner of `agreement`, with `fields` of the survivor her `release` names.

    Raises `NotAllowed` (noted, nothing queued) where she, the agreement or the law does not allow it; `BadInput` where
    the case is already handed over or nothing asked for is known.
    """
    require(by, Permission.HANDOVER_SEND, record=case)
    refuse_second(case)
    value = as_value(release.opened(ring)) if release is not None else None
    known = facts_of(case, ring, survivor=value.person if value else survivor, fields=fields, by=by)
    request = Request(
        sender=settings.TEJIDO.node,
        recipient=agreement.partner_id,
        purpose="hand_over",
        on=local_day(now),
        lane=Lane.RELEASE,
        fields=frozenset(fields),
        case=str(case.pk),
        person=str(known.survivor.record.pk) if known.survivor else None,
        by=str(by.pk),
        protected_contact=also_reaches_another(case, ring),
    )
    decision = decide(request, agreement=agreement, releases=[value] if value else [], by=by, record=case)
    if not known.values or value is None or release is None:
        raise BadInput("nothing_known", en="None of these facts is recorded in the case.",
                       es="Ninguno de esos datos está registrado en el caso.")  # fmt: skip
    try:
        with transaction.atomic():
            still_given(release)
            return _offered(case, agreement, known, value, decision, by, ring, now)
    except IntegrityError:
        refuse_second(case)  # a colleague was faster, or the button was pressed twice
        raise


def refuse_second(case: Case) -> None:
    """A case leaves once, and what came by hand-over is not passed on, called back or not. Raises `BadInput`.

    An alert of danger that nobody has answered yet does not stand in the way of a hand-over she allows.
    """
    unanswered = {"lane": Lane.DANGER.value, "state": Handover.State.OFFERED}
    came = Handover.objects.filter(case=case, direction=Handover.Direction.IN)
    if came.exists() or Handover.objects.open().filter(case=case).exclude(**unanswered).exists():
        raise BadInput("already_handed_over", en="This case was already handed over, or came by hand-over.",
                       es="Este caso ya se traspasó, o llegó por traspaso.")  # fmt: skip


def new_handover(case: Case, agreement: SharedAgreement, lane: str, by: Any, ring: KeyRing, now: datetime) -> Handover:
    """An outgoing hand-over, not saved: its key is sealed to the caseload and to duty."""
    return Handover(
        key=ring.new_key("handover", readers_of(case.team)), team_id=case.team_id, case=case,
        partner_id=agreement.partner_id, agreement=agreement, direction=Handover.Direction.OUT, lane=lane, made_at=now,
        state_changed_at=now, state_changed_by=by,
    )  # fmt: skip


def _offered(
    case: Case, agreement: SharedAgreement, known: Known, release: Terms, decision: Decision, by: Any, ring: KeyRing,
    now: datetime,
) -> Handover:  # fmt: skip
    handover = new_handover(case, agreement, decision.lane, by, ring, now)
    # Language and safety of replying are facts about her too: said only if she allowed the field that holds them.
    language = known.values.get("preferred_language", "und")
    safety = known.reply_safety if "safe_times" in decision.fields else "unknown"
    body = {
        "handover_id": str(handover.pk),
        "facts": known.values,
        "release": release_body(release, decision),
        "language": language,
        "reply_safety": safety,
        "counted_by": settings.TEJIDO.node,
        "privacy_notice": our_rules().notice_version,
    }
    finish(handover, "handover", body, known, decision, by, ring, now)
    return handover


def finish(
    handover: Handover, message_type: str, body: dict[str, Any], known: Known, decision: Decision, by: Any,
    ring: KeyRing, now: datetime,
) -> None:  # fmt: skip
    """Queue the message, keep what left sealed, and note it: fields by code, each opened compartment by kind."""
    agreement = handover.agreement
    handover.message = send_message(
        partner=agreement.partner, message_type=message_type, body=body, to="handover", agreement=agreement, by=by,
        ring=ring, now=now,
    )  # fmt: skip
    handover.seal(ring, body=body, persons=known.persons, decision=decision.as_mapping())
    handover.save(force_insert=True)
    for kind, opened in sorted(known.compartments.items()):
        audit.record("compartment.opened", by=by, record=opened.record, kind=kind)
    audit.record("handover.sent", by=by, record=handover, lane=decision.lane, fields=sorted(known.values),
                 agreement=agreement.pk, partner=agreement.partner_id)  # fmt: skip


@transaction.atomic
def revoke_release(*, release: Release, by: Any, ring: KeyRing, now: datetime) -> int:
    """She changed her mind: the release ends; hand-overs and packets that rest on it are called back. How many were."""
    if not consents.revoke_release(release=release, by=by, now=now):
        return 0
    called_back = withdraw_resting_on(release=release, by=by, ring=ring, now=now)
    for handover in Handover.objects.open().filter(case=release.case, direction=Handover.Direction.OUT):
        decision = handover.opened(ring).decision or {}
        if str(release.pk) in decision.get("releases", []):
            _call_back(handover, "withdrawn", by, ring, now)
            called_back += 1
    return called_back


@transaction.atomic
def recall_handover(*, handover: Handover, reason: str, by: Any, ring: KeyRing, now: datetime) -> None:
    """Call a hand-over back: sent by mistake, or it endangers her."""
    require(by, Permission.HANDOVER_SEND, record=handover)
    handover.refresh_from_db(from_queryset=Handover.objects.select_for_update())
    if handover.direction != Handover.Direction.OUT or handover.state not in ("offered", "accepted"):
        raise BadInput("not_open", en="This hand-over is not open.", es="Este traspaso ya no está abierto.")
    _call_back(handover, reason, by, ring, now)


def _call_back(handover: Handover, reason: str, by: Any, ring: KeyRing, now: datetime) -> None:
    body = {"handover_id": str(handover.pk), "reason": reason, "on": local_day(now).isoformat()}
    # From now on the state of this message is what matters: has the partner been told?
    handover.message = send_message(
        partner=handover.partner, message_type="handover_recall", body=body, to="handover",
        agreement=handover.agreement, by=by, ring=ring, now=now,
    )  # fmt: skip
    handover.state, handover.state_changed_at, handover.state_changed_by = Handover.State.WITHDRAWN, now, by
    handover.save_revision(expected=handover.revision)
    audit.record("handover.recalled", by=by, record=handover, reason_code=reason, partner=handover.partner_id)
