# SPDX-License-Identifier: AGPL-3.0-or-later
"""The part of a case's page that says whether it must stay, and how it goes."""

from __future__ import annotations

from typing import Any

from tejido.web.accounts.requests import StaffRequest
from tejido.web.cases.models import Case
from tejido.web.security import audit
from tejido.web.security.access import allows
from tejido.web.security.permissions import Permission
from tejido.web.security.sealing import open_all
from tejido.web.upkeep.models import Hold, Shredding


def section(request: StaffRequest, case: Case) -> tuple[str, dict[str, Any]]:
    """Template and context. The reason of a hold is opened only for who may lift it."""
    may_hold = allows(request.user, Permission.HOLD_EDIT, record=case)
    standing = list(Hold.objects.standing_on(case.pk).select_related("placed_by").order_by("placed_at"))
    reasons = {}
    if may_hold and standing:
        reasons = {opened.record.pk: opened.reason for opened in open_all(standing, request.ring)}
        for hold in standing:
            audit.record("hold.read", by=request.user, record=hold)
    return "upkeep/section.html", {
        "case": case,
        "holds": [(hold, reasons.get(hold.pk)) for hold in standing],
        "asked": Shredding.objects.asked().filter(record_id=case.pk).first(),
        "may_hold": may_hold,
        "may_ask": allows(request.user, Permission.SHRED_ASK, record=case),
        "may_confirm": allows(request.user, Permission.SHRED_CONFIRM, record=case),
    }
