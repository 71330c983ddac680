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
from tejido.web.accounts.models import Member
from tejido.web.cases.models import Case
from tejido.web.consents.frames import local_day
from tejido.web.referrals.facts import facts_of
from tejido.web.security.access import require
from tejido.web.security.keyring import KeyRing
from tejido.web.security.permissions import Permission
from tejido.web.sharing.actions.alerts import alerted, promise_to_tell, raise_alert
from tejido.web.sharing.actions.deciding import decide
from tejido.web.sharing.actions.sending import finish, new_handover
from tejido.web.sharing.models import Handover, SharedAgreement


def send_danger_alert(
    *, case: Case, agreement: SharedAgreement, basis: str, fields: Collection[str], survivor: uuid.UUID | str | None,
    second: Member | None, by: Any, ring: KeyRing, now: datetime,
) -> Handover:  # fmt: skip
    """Tell the partner the least that protects her, without her release, on a basis the law names.

    Raises `NotAllowed` (noted, nothing queued), `BadInput` if nothing of it is known.
    """
    require(by, Permission.DANGER_SEND, record=case)
    known = facts_of(case, ring, survivor=survivor, fields=fields, by=by)
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
        alerted=alerted(second, case=case, by=by),
    )
    decision = decide(request, agreement=agreement, releases=[], by=by, record=case)
    if not known.values:
        raise BadInput("nothing_known", en="None of these facts is recorded in the case.",
                       es="Ninguno de esos datos está registrado en el caso.")  # fmt: skip
    with transaction.atomic():
        handover = new_handover(case, agreement, decision.lane, by, ring, now)
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
        raise_alert(kind=Lane.DANGER.value, case=case, handover=handover, second=request.alerted, by=by, now=now)
        text = _("When it is safe, tell her what was said to whom because of the danger, and why.")
        promise_to_tell(case=case, text=text, by=by, ring=ring, now=now)
    return handover
