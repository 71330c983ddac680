# SPDX-License-Identifier: AGPL-3.0-or-later
"""The part of a case's page that shows what left for, or came from, another organisation."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from tejido.web.accounts.requests import StaffRequest
from tejido.web.cases.models import Case
from tejido.web.security.access import allows
from tejido.web.security.permissions import Permission
from tejido.web.security.sealing import open_all
from tejido.web.sharing.models import Handover, Report


def section(request: StaffRequest, case: Case) -> tuple[str, dict[str, Any]]:
    """Template and context."""
    handovers = list(
        Handover.objects.filter(case=case).select_related("partner", "message").order_by("-made_at")
    )  # fmt: skip
    gone = any(one.direction == "in" or (one.lane == "release" and one.state in ("offered", "accepted"))
               for one in handovers)  # fmt: skip
    return "sharing/section.html", {
        "handovers": open_all(handovers, request.ring),  # type: ignore[attr-defined]
        "may_send": allows(request.user, Permission.HANDOVER_SEND, record=case) and not gone,
        "may_alert": allows(request.user, Permission.DANGER_SEND, record=case),
        "case": case,
    }


def reports_section(request: StaffRequest, case: Case) -> tuple[str, dict[str, Any]]:
    """Template and context: what authorities were told, or are still to be told."""
    reports = Report.objects.filter(case=case).order_by("-made_at")
    return "sharing/reports_section.html", {
        "reports": open_all(reports, request.ring),  # type: ignore[attr-defined]
        "may_report": allows(request.user, Permission.REPORT_MAKE, record=case),
        "now": timezone.now(),
        "case": case,
    }
