# SPDX-License-Identifier: AGPL-3.0-or-later
"""A second person is alerted, and looks; the survivor is told when it is safe."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from tejido.web.accounts.keys import team_of
from tejido.web.accounts.models import Member, Team
from tejido.web.cases import actions as cases
from tejido.web.cases.models import Case
from tejido.web.consents.frames import local_day
from tejido.web.security import audit
from tejido.web.security.access import allows, require
from tejido.web.security.keyring import KeyRing
from tejido.web.security.permissions import Permission
from tejido.web.sharing.models import Alert, Handover, Report


def second_people(case: Case, by: Any) -> list[Member]:
    """Colleagues who can be the second person and are not `by`: on duty, and may read alerts.

    Of a restricted case nobody outside its caseload learns: the others who are in it.
    """
    if case.team.restricted:
        inside = Member.objects.filter(status=Member.Status.ACTIVE, grants__generation__team=case.team).distinct()
        return [one for one in inside.order_by("display_name") if one.pk != by.pk]
    duty = Team.objects.filter(kind=Team.Kind.DUTY).values_list("pk", flat=True)
    active = Member.objects.filter(status=Member.Status.ACTIVE, grants__generation__team_id__in=duty).distinct()
    return [one for one in active.order_by("display_name") if one.pk != by.pk and allows(one, Permission.ALERT_READ)]


def alerted(second: Member | None, *, case: Case, by: Any) -> str | None:
    """Whom the gate is told was alerted: nobody, where `second` is not on duty. That it is `by` the gate refuses."""
    if second is None or second.pk not in {by.pk, *(one.pk for one in second_people(case, by))}:
        return None
    return str(second.pk)


def raise_alert(
    *, kind: str, case: Case, second: str | None, by: Any, now: datetime, handover: Handover | None = None,
    report: Report | None = None,
) -> None:  # fmt: skip
    """Alert the people on duty; `second` is the one who was told. Call inside the transaction of what left."""
    # Duty does not learn of a restricted case: its own people are alerted.
    team = case.team if case.team.restricted else team_of(Team.Kind.DUTY)
    alert = Alert.objects.create(kind=kind, team=team, case=case, handover=handover, report=report,
                                 raised_at=now, raised_by=by)  # fmt: skip
    audit.record("alert.raised", by=by, record=alert, kind=kind, target=str(second))


def promise_to_tell(*, case: Case, text: str, by: Any, ring: KeyRing, now: datetime) -> None:
    """She is told when it is safe: a task of whoever carries the case."""
    cases.add_task(case=case, kind="call_back", text=text, due_on=local_day(now), owner=case.owner, by=by, ring=ring,
                   now=now)  # fmt: skip


@transaction.atomic
def see_alert(*, alert: Alert, by: Any, now: datetime) -> None:
    """The second person has looked. Whoever raised it cannot be the one; seen twice, the first stays."""
    require(by, Permission.ALERT_READ)
    if alert.raised_by_id == by.pk or alert.team_id not in by.team_ids:
        raise PermissionDenied(Permission.ALERT_READ.value)
    changed = Alert.objects.filter(pk=alert.pk, seen_at__isnull=True).update(seen_at=now, seen_by=by)
    if changed:
        audit.record("alert.seen", by=by, record=alert, kind=alert.kind)
