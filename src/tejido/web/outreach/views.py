# SPDX-License-Identifier: AGPL-3.0-or-later
"""The public pages. No session, no reader known, nothing from anywhere else."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tejido.web.accounts.language import short_language
from tejido.web.outreach.public_words import Notice, SaidSection, notice_on, notices, real_lines, said


def _blanks() -> dict[str, Any]:
    operator = settings.TEJIDO.operator
    return {
        "operator": operator.name[short_language()],
        "domicile": operator.domicile or _("ask on any of our lines"),
        "privacy_contact": operator.privacy_contact or _("any of our lines"),
        "keep_years": operator.keep_years,
    }


def notice_sections(notice: Notice, *, short: bool) -> list[SaidSection]:
    """The notice in the reader's language under this operator's law; short as above the form, or whole."""
    pack, blanks = settings.TEJIDO.operator.pack, _blanks()
    return [said(section, short_language(), **blanks) for section in notice.under(pack, short=short)]


@require_safe
def show_home(request: HttpRequest) -> HttpResponse:
    """What this line is, how to reach it, and what happens when one does."""
    operator = settings.TEJIDO.operator
    try:
        write_url = reverse("write_to_us") if any("web_form" in line.channels for line in operator.lines) else ""
    except NoReverseMatch:
        write_url = ""
    context = {
        "about": operator.about[short_language()] if operator.about else "",
        "lines": operator.lines,
        "write_url": write_url,
        "real_lines": real_lines(),
    }
    return render(request, "outreach/show_home.html", context)


@require_safe
def show_privacy_notice(request: HttpRequest, version: str | None = None) -> HttpResponse:
    """The whole notice: the one in force, or an earlier version by its name."""
    if version is None:
        notice: Notice | None = notice_on(timezone.localdate(timezone=settings.TEJIDO.time_zone))
    else:
        notice = next((one for one in notices() if one.version == version), None)
    if notice is None:
        raise Http404
    context = {"notice": notice, "sections": notice_sections(notice, short=False), "real_lines": real_lines()}
    return render(request, "outreach/show_privacy_notice.html", context)


@require_safe
def leave_page(request: HttpRequest) -> HttpResponse:
    """Straight to somewhere harmless, taking our cookies along. Needs no JavaScript: it is a link."""
    response = HttpResponse(status=303, headers={"Location": settings.TEJIDO.operator.exit_address})
    # Not "cache": nothing of ours is ever stored there, and browsers would hold her on this page while they look.
    response.headers["Clear-Site-Data"] = '"cookies", "storage"'
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
