# SPDX-License-Identifier: AGPL-3.0-or-later
"""The part of a case's page that lists its files."""

from __future__ import annotations

from typing import Any

from tejido.web.accounts.requests import StaffRequest
from tejido.web.cases.models import Case
from tejido.web.files.models import Attachment
from tejido.web.files.pages import facts
from tejido.web.security.access import allows
from tejido.web.security.permissions import Permission
from tejido.web.security.sealing import open_all


def section(request: StaffRequest, case: Case) -> tuple[str, dict[str, Any]]:
    """Template and context."""
    held = Attachment.objects.filter(case=case).select_related("added_by").order_by("-added_at", "pk")
    return "files/section.html", {
        "files": [facts(opened) for opened in open_all(held, request.ring)],
        "may_add": allows(request.user, Permission.CASE_EDIT, record=case),
        "case": case,
    }
