# SPDX-License-Identifier: AGPL-3.0-or-later
"""What came from the partner, opened inside a member's session: one message, one transaction, any number of times."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from tejido.agreements import Agreement
from tejido.crypto import BadSignature, CannotOpen, UnsignedKey
from tejido.exchange import BadMessage, Opened
from tejido.web.cases import actions as cases
from tejido.web.cases.keeping import keep
from tejido.web.cases.models import Case, Person
from tejido.web.consents.frames import local_day
from tejido.web.mailbox.models import InboundMessage
from tejido.web.security import audit
from tejido.web.security.access import allows, require
from tejido.web.security.keyring import KeyRing
from tejido.web.security.permissions import Permission
from tejido.web.sharing.actions.messages import open_inbound, receiving_team
from tejido.web.sharing.models import Handover, SharedAgreement


class NotYet(Exception):
    """It speaks of a hand-over whose own message, or answer, has not arrived."""


def process_arrivals(*, by: Any, ring: KeyRing, now: datetime) -> int:
    """Open every message about hand-overs that this member's teams can open; returns how many were dealt with.

    Totals are left to statistics. Idempotent: a message is claimed inside its own transaction.
    """
    require(by, Permission.HANDOVER_ANSWER)
    waiting = InboundMessage.objects.filter(
        state=InboundMessage.State.ARRIVED, message_type__in=list(_HANDLERS)
    ).select_related("partner")
    done = 0
    for message in waiting.order_by("partner_id", "sequence"):
        try:
            done += _handled(message, by, ring, now)
        except NotYet:
            continue
    return done


def _handled(message: InboundMessage, by: Any, ring: KeyRing, now: datetime) -> bool:
    return use_message(message=message, use=_HANDLERS[message.message_type], by=by, ring=ring, now=now)


@transaction.atomic
def use_message(*, message: InboundMessage, use: Callable[..., None], by: Any, ring: KeyRing, now: datetime) -> bool:
    """Claim an arrival, open it and give it to `use(message, opened, team, by, ring, now)`; was it dealt with?

    What cannot be opened or used (`use` raises `BadMessage`) is kept as unreadable, noted, and changes nothing else.
    """
    try:
        team, _ = receiving_team(message)
    except BadMessage as problem:
        return _unreadable(message, problem.code, by, now)
    if team not in ring.team_ids or not _claimed(message, now):
        return False
    try:
        opened = open_inbound(message, ring)
        with transaction.atomic():
            use(message, opened, team, by, ring, now)
            _remember_about(message, opened)
    except BadMessage as problem:
        return _unreadable(message, problem.code, by, now)
    except CannotOpen:
        return _unreadable(message, "cannot_open", by, now)
    except (BadSignature, UnsignedKey):
        return _unreadable(message, "bad_signature", by, now)
    audit.record("message.opened", by=by, record=message, message_type=message.message_type)
    return True


def _claimed(message: InboundMessage, now: datetime) -> bool:
    waiting = InboundMessage.objects.filter(pk=message.pk, state=InboundMessage.State.ARRIVED)
    return bool(waiting.update(state=InboundMessage.State.HANDLED, state_changed_at=now))


def _remember_about(message: InboundMessage, opened: Opened) -> None:
    """Which hand-over it speaks of: when that is shredded, the message is emptied with it."""
    body: Any = opened.body
    if about := body.get("handover_id") or body.get("alert_id"):
        InboundMessage.objects.filter(pk=message.pk).update(about=uuid.UUID(about))


def _unreadable(message: InboundMessage, code: str, by: Any, now: datetime) -> bool:
    InboundMessage.objects.filter(pk=message.pk).update(
        state=InboundMessage.State.UNREADABLE, state_changed_at=now, reason_code=code
    )
    audit.record("message.unreadable", by=by, record=message, reason_code=code, partner=message.partner_id)
    return True


def _terms(opened: Opened) -> tuple[SharedAgreement, Agreement]:
    shared = SharedAgreement.objects.filter(pk=opened.header.agreement).first()
    if shared is None:
        raise BadMessage("agreement_unknown")
    return shared, shared.checked()


def _offer(message: InboundMessage, opened: Opened, team: uuid.UUID, by: Any, ring: KeyRing, now: datetime) -> None:
    """A hand-over, or an alert of danger: kept sealed until someone answers."""
    body: Any = opened.body
    danger = message.message_type == "danger_alert"
    purpose, lane = ("safety", "danger") if danger else ("hand_over", "release")
    shared, agreement = _terms(opened)
    # The recipient checks what the sender should have: nothing beyond the agreement, nothing past its time is taken.
    if set(body["facts"]) - agreement.purposes.get(purpose, frozenset()):
        raise BadMessage("bad_body", "facts beyond the agreement")
    if not danger and date.fromisoformat(body["release"]["until"]) < local_day(now):
        raise BadMessage("bad_body", "the release has ended")
    number = uuid.UUID(body["alert_id"] if danger else body["handover_id"])
    if Handover.objects.filter(pk=number).exists():
        raise BadMessage("replayed", "the hand-over is known")
    handover = Handover(
        id=number, key=ring.new_key("handover", [team]), team_id=team, partner=message.partner,
        direction=Handover.Direction.IN, lane=lane, agreement=shared, made_at=opened.header.sent,
        state_changed_at=now, state_changed_by=by,
    )  # fmt: skip
    handover.seal(ring, body=dict(body)).save(force_insert=True)
    audit.record("handover.arrived", by=by, record=handover, lane=lane, partner=message.partner_id,
                 fields=sorted(body["facts"]))  # fmt: skip


def _ours(message: InboundMessage, opened: Opened, direction: Handover.Direction) -> Handover:
    body: Any = opened.body
    found = Handover.objects.filter(
        pk=body["handover_id"], partner=message.partner, direction=direction
    ).select_related("case")
    handover = found.first()
    if handover is None:
        raise NotYet
    return handover


def _answer(message: InboundMessage, opened: Opened, team: uuid.UUID, by: Any, ring: KeyRing, now: datetime) -> None:
    """The partner accepted or declined. From an acceptance on, both mark whom they both know."""
    handover = _ours(message, opened, Handover.Direction.OUT)
    body: Any = opened.body
    accepted = body["answer"] == "accepted"
    if handover.state == Handover.State.OFFERED:
        handover.state = Handover.State.ACCEPTED if accepted else Handover.State.DECLINED
        handover.state_changed_at, handover.state_changed_by = now, by
        handover.seal(ring, decline_reason=body.get("reason"))
        handover.save_revision(expected=handover.revision)
    # She may have withdrawn while the answer was on its way: the partner opened a case all the same.
    if accepted and handover.case is not None and handover.case.handover_id is None:
        mark_counted(handover, ring, by=by)
    audit.record("handover.answered", by=by, record=handover, status=body["answer"], partner=message.partner_id)


def shared_person_id(handover_id: uuid.UUID, who: str) -> uuid.UUID:
    """The id one person of a hand-over has at both organisations, made alike on both sides."""
    return uuid.uuid5(handover_id, who)


def mark_counted(handover: Handover, ring: KeyRing, *, by: Any) -> None:
    """Case and persons that both organisations now know carry the same ids there and here; the sender counts."""
    case, node = handover.case, settings.TEJIDO.node
    if case is None:
        raise ValueError("only a hand-over that has a case here can be counted")
    # The revision moves too, so that a form opened before does not write the empty columns back.
    Case.objects.filter(pk=case.pk).update(handover_id=handover.pk, counted_by=node, revision=F("revision") + 1)
    for who, person in (handover.opened(ring).persons or {}).items():
        shared = shared_person_id(handover.pk, who)
        Person.objects.filter(pk=person, case=case).update(
            handover_id=shared, counted_by=node, revision=F("revision") + 1
        )
        for each in Person.objects.filter(pk=person, case=case):
            audit.record("person.edited", by=by, record=each, fields=["counted_by", "handover_id"])
    case.refresh_from_db()
    audit.record("case.edited", by=by, record=case, fields=["counted_by", "handover_id"])
    keep(case, ring)


def _outcome(message: InboundMessage, opened: Opened, team: uuid.UUID, by: Any, ring: KeyRing, now: datetime) -> None:
    """What came of it: kept with the hand-over, the newest last."""
    handover = _ours(message, opened, Handover.Direction.OUT)
    if handover.state == Handover.State.OFFERED:
        raise NotYet
    body: Any = opened.body
    entry = {name: body[name] for name in ("on", "reached", "referrals", "closed")}
    handover.seal(ring, outcomes=[*(handover.opened(ring).outcomes or []), entry])
    handover.save_revision(expected=handover.revision)
    audit.record("handover.outcome_arrived", by=by, record=handover, partner=message.partner_id,
                 count=len(entry["referrals"]))  # fmt: skip


def _recall(message: InboundMessage, opened: Opened, team: uuid.UUID, by: Any, ring: KeyRing, now: datetime) -> None:
    """Called back: what nobody has taken up yet is emptied; what became a case may go no further."""
    handover = _ours(message, opened, Handover.Direction.IN)
    body: Any = opened.body
    handover.state, handover.state_changed_at, handover.state_changed_by = Handover.State.WITHDRAWN, now, by
    if handover.case is None:
        handover.seal(ring, body=None)
    elif allows(by, Permission.CASE_EDIT, record=handover.case):
        cases.add_task(
            case=handover.case, kind="other", due_on=local_day(now), owner=handover.case.owner, by=by, ring=ring,
            now=now, text=_("The hand-over was called back: do not use what arrived, and do not pass it on."),
        )  # fmt: skip
    handover.save_revision(expected=handover.revision)
    reason = body.get("reason", message.message_type)
    audit.record("handover.called_back", by=by, record=handover, reason_code=reason, partner=message.partner_id)


_HANDLERS: dict[str, Callable[..., None]] = {
    "handover": _offer,
    "danger_alert": _offer,
    "handover_answer": _answer,
    "handover_outcome": _outcome,
    "handover_recall": _recall,
    "withdrawal": _recall,
}
