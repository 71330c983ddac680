# SPDX-License-Identifier: AGPL-3.0-or-later
"""Telling an authority what the law asks for, or permits in danger: outside the system, and noted here.

Prepared first: the gate decides, a second person is alerted, and what may be told is written down, no more. Then
someone tells the authority and notes when, how and who took it; or why it was not required.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from tejido.agreements import Lane, Request
from tejido.vocabulary import BadInput, code_list
from tejido.web.accounts.models import Member
from tejido.web.cases.models import Case
from tejido.web.cases.pages import is_under_18
from tejido.web.consents.frames import local_day, our_rules
from tejido.web.referrals.facts import Known, facts_of
from tejido.web.security import audit
from tejido.web.security.access import require
from tejido.web.security.keyring import KeyRing
from tejido.web.security.permissions import Permission
from tejido.web.sharing.actions.alerts import alerted, promise_to_tell, raise_alert
from tejido.web.sharing.actions.deciding import decide
from tejido.web.sharing.models import Report

# What each lane serves; the gate refuses a purpose that is not its lane's.
_PURPOSES = {Lane.DANGER: "safety", Lane.MANDATORY_REPORT: "mandatory_report"}


def prepare_report(
    *, case: Case, basis: str, recipient: str, person: UUID | str | None, fields: Collection[str],
    due_at: datetime | None, second: Member | None, by: Any, ring: KeyRing, now: datetime,
) -> Report:  # fmt: skip
    """Decide that an authority is told, and exactly what. `due_at` counts only where the rules name no hours.

    Raises `NotAllowed` (noted, nothing written down), `BadInput` if nothing of it is known.
    """
    require(by, Permission.REPORT_MAKE, record=case)
    rules = our_rules()
    lane = rules.bases[basis].lane if basis in rules.bases else Lane.MANDATORY_REPORT
    known = facts_of(case, ring, survivor=person, fields=fields, by=by)
    request = Request(
        sender=settings.TEJIDO.node,
        recipient=recipient,
        recipient_kind=recipient,
        purpose=_PURPOSES[Lane(lane)],
        on=local_day(now),
        lane=lane,
        fields=frozenset(fields),
        case=str(case.pk),
        person=str(known.survivor.record.pk) if known.survivor else None,
        basis=basis,
        by=str(by.pk),
        alerted=alerted(second, case=case, by=by),
        minor=known.survivor is not None and is_under_18(known.survivor),
    )
    decision = decide(request, agreement=None, releases=(), by=by, record=case)
    if not known.values:
        raise BadInput("nothing_known", en="None of these facts is recorded in the case.",
                       es="Ninguno de esos datos está registrado en el caso.")  # fmt: skip
    with transaction.atomic():
        report = Report(case=case, key=case.key, made_at=now, made_by=by, state_changed_at=now, state_changed_by=by,
                        due_at=_due(basis, lane, due_at, now))  # fmt: skip
        report.seal(ring, basis=basis, recipient=recipient, facts=known.values, decision=decision.as_mapping())
        report.save(force_insert=True)
        _note_compartments(known, by)
        raise_alert(kind="report", case=case, report=report, second=request.alerted, by=by, now=now)
        audit.record("report.prepared", by=by, record=report, fields=sorted(known.values))
    return report


def _due(basis: str, lane: str, asked: datetime | None, now: datetime) -> datetime:
    hours = our_rules().hours_for(basis)
    if hours is not None:
        return now + timedelta(hours=hours)
    if lane == Lane.DANGER:
        return now
    if asked is None:
        raise BadInput("due_missing", en="Say until when the authority must be told.",
                       es="Diga hasta cuándo se debe dar el aviso.", where="due_on")  # fmt: skip
    return asked


def _note_compartments(known: Known, by: Any) -> None:
    for kind, opened in sorted(known.compartments.items()):
        audit.record("compartment.opened", by=by, record=opened.record, kind=kind)


@transaction.atomic
def report_told(*, report: Report, at: datetime, how: str, to: str, by: Any, ring: KeyRing, now: datetime) -> None:
    """The authority was told: when, how (a code of `report_how`), who took it. She is told when it is safe."""
    require(by, Permission.REPORT_MAKE, record=report)
    if how not in code_list("report_how"):
        raise KeyError(how)
    if at > now:
        raise BadInput("not_yet", en="This moment has not come yet.", es="Ese momento todavía no llega.", where="at")
    _settle(report, Report.State.TOLD, {"told": {"at": at.isoformat(), "how": how, "to": to}}, by, ring, now)
    text = _("When it is safe, tell her which authority was told what, and why.")
    promise_to_tell(case=report.case, text=text, by=by, ring=ring, now=now)


@transaction.atomic
def report_not_required(*, report: Report, reason: str, by: Any, ring: KeyRing, now: datetime) -> None:
    """It turned out that the law does not ask for it: why, in words. The second person still looks at it."""
    require(by, Permission.REPORT_MAKE, record=report)
    _settle(report, Report.State.NOT_REQUIRED, {"reason": reason}, by, ring, now)


def _settle(report: Report, state: Report.State, values: dict[str, Any], by: Any, ring: KeyRing, now: datetime) -> None:
    # Read again under a lock: a colleague may have made the call since the page was opened.
    report.refresh_from_db(from_queryset=Report.objects.select_for_update().select_related("case"))
    if report.state != Report.State.DUE:
        raise BadInput("report_settled", en="A colleague has noted this already; what stands is shown below.",
                       es="Alguien de su equipo ya lo anotó; abajo está lo que quedó.")  # fmt: skip
    report.state, report.state_changed_at, report.state_changed_by = state, now, by
    report.seal(ring, **values).save_revision(expected=report.revision)
    audit.record("report.settled", by=by, record=report, status=state.value)
