# SPDX-License-Identifier: AGPL-3.0-or-later
"""The danger lane: a named basis, the least that is needed, a second person alerted, the survivor told when safe."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from tejido.agreements import Lane, Request
from tejido.exchange import format_minute
from tejido.vocabulary import BadInput
from tejido.web.accounts.keys import team_of
from tejido.web.accounts.models import Member, Team
from tejido.web.cases import actions as cases
from tejido.web.cases.models import Case
from tejido.web.consents.frames import local_day
from tejido.web.security import audit
from tejido.web.security.access import allows, require
from tejido.web.security.keyring import KeyRing
from tejido.web.security.permissions import Permission
from tejido.web.sharing.actions.deciding import decide
from tejido.web.sharing.actions.sending import finish, new_handover
from tejido.web.sharing.frames import facts_of
from tejido.web.sharing.models import Alert, Handover, SharedAgreement

_DANGER = "danger"


def second_people(by: Any) -> list[Member]:
    """Colleagues on duty who can be the second person: they may read alerts and are not `by`."""
    duty = Team.objects.filter(kind=Team.Kind.DUTY).values_list("pk", flat=True)
    active = Member.objects.filter(status=Member.Status.ACTIVE, grants__generation__team_id__in=duty).distinct()
    return [one for one in active.order_by("display_name") if one.pk != by.pk and allows(one, Permission.ALERT_READ)]


def send_danger_alert(
    *, case: Case, agreement: SharedAgreement, basis: str, fields: Collection[str], survivor: uuid.UUID | str | None,
    second: Member | None, by: Any, ring: KeyRing, now: datetime,
) -> Handover:  # fmt: skip
    """Tell the partner the least that protects her, without her release, on a basis the law names.

    Raises `NotAllowed` (noted, nothing queued), `BadInput` if nothing of it is known.
    """
    require(by, Permission.DANGER_SEND, record=case)
    known = facts_of(case, ring, survivor=survivor, fields=fields)
    # Someone who is not on duty is no second person: the gate is told that nobody was alerted.
    alerted = second if second is not None and second.pk in {one.pk for one in second_people(by)} else None
    request = Request(
        sender=settings.TEJIDO.node,
        recipient=agreement.partner_id,
        purpose="safety",
        on=local_day(now),
        lane=Lane.DANGER,
        fields=frozenset(fields),
        case=str(case.pk),
        person=str(known.survivor.record.pk) if known.survivor else None,
        basis=basis,
        by=str(by.pk),
        alerted=str(alerted.pk) if alerted else (str(second.pk) if second and second.pk == by.pk else None),
    )
    decision = decide(request, agreement=agreement, releases=[], by=by, record=case)
    if not known.values:
        raise BadInput("nothing_known", en="None of these facts is recorded in the case.",
                       es="Ninguno de esos datos está registrado en el caso.")  # fmt: skip
    with transaction.atomic():
        handover = new_handover(case, agreement, decision.lane, by, ring, now)
        alert = Alert(kind=_DANGER, team=team_of(Team.Kind.DUTY), case=case, handover=handover, raised_at=now,
                      raised_by=by)  # fmt: skip
        body = {
            "alert_id": str(handover.pk),
            "basis": basis,
            "facts": known.values,
            "language": known.values.get("preferred_language", "und"),
            "at": format_minute(now),
        }
        earlier = Handover.objects.open().filter(case=case).first()
        if earlier is not None:
            body["handover_id"] = str(earlier.pk)
        finish(handover, "danger_alert", body, known, decision, by, ring, now)
        alert.save(force_insert=True)
        audit.record("alert.raised", by=by, record=alert, kind=_DANGER, target=str(request.alerted))
        _promise_to_tell(case, by, ring, now)
    return handover


def _promise_to_tell(case: Case, by: Any, ring: KeyRing, now: datetime) -> None:
    cases.add_task(
        case=case, kind="call_back", due_on=local_day(now), by=by, ring=ring, now=now, owner=case.owner,
        text=_("When it is safe, tell her what was said to whom because of the danger, and why."),
    )  # fmt: skip
