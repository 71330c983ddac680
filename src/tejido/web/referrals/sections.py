# SPDX-License-Identifier: AGPL-3.0-or-later
"""The part of a case's page that shows its referrals."""

from __future__ import annotations

from typing import Any

from tejido.web.accounts.requests import StaffRequest
from tejido.web.cases.models import Case
from tejido.web.referrals.frames import referrals_of
from tejido.web.referrals.packing import take_in_answers
from tejido.web.security.access import allows
from tejido.web.security.permissions import Permission


def section(request: StaffRequest, case: Case) -> tuple[str, dict[str, Any]]:
    """Template and context; what providers answered meanwhile is taken in by whoever may refer."""
    may_refer = allows(request.user, Permission.REFERRAL_SEND, record=case)
    if may_refer:
        take_in_answers(case, by=request.user, ring=request.ring)
    return "referrals/section.html", {
        "referrals": referrals_of(case, request.ring),
        "may_refer": may_refer,
        "case": case,
    }
