# SPDX-License-Identifier: AGPL-3.0-or-later
"""What other rooms show on a case's page, in the order it is read.

A room gives `section(request, case) -> (template, context)` in its own `sections.py` and is named here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.template.loader import render_to_string

from tejido.web.accounts.requests import StaffRequest
from tejido.web.cases.models import Case
from tejido.web.consents import sections as consents
from tejido.web.files import sections as files
from tejido.web.referrals import sections as referrals
from tejido.web.sharing import sections as sharing
from tejido.web.upkeep import sections as upkeep

Section = Callable[[StaffRequest, Case], tuple[str, dict[str, Any]]]

ON_CASE: tuple[Section, ...] = (
    files.section,
    referrals.section,
    consents.section,
    sharing.section,
    sharing.reports_section,
    upkeep.section,
)


def sections_of(request: StaffRequest, case: Case) -> list[str]:
    """Each room's part of the page, rendered."""
    parts: list[str] = []
    for section in ON_CASE:
        template, context = section(request, case)
        parts.append(render_to_string(template, context, request=request))
    return parts
