# SPDX-License-Identifier: AGPL-3.0-or-later
"""Counting together: the analyst's screens."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from tejido.statistics import protect
from tejido.statistics.factsheet import write_sheet
from tejido.vocabulary import BadInput, Language
from tejido.web.accounts.language import short_language
from tejido.web.accounts.requests import StaffRequest
from tejido.web.consents.frames import NotAllowed
from tejido.web.mailbox.models import OutboundMessage, Partner
from tejido.web.security.access import requires
from tejido.web.security.permissions import Permission
from tejido.web.statistics import actions, own_counts, pages, publishing
from tejido.web.statistics.forms import CorrectionForm, CountForm, WindowForm
from tejido.web.statistics.models import PartnerTabulation, SheetRun

_LANGUAGES = (("es", "es-MX", "Español"), ("en", "en", "English"))
_FORMS = {"pdf": "application/pdf", "html": "text/html; charset=utf-8", "json": "application/json"}


@requires(Permission.COUNT)
@require_GET
def list_sheets(request: StaffRequest) -> HttpResponse:
    """Periods, totals that arrived, sheets built."""
    actions.take_in_tabulations(by=request.user, ring=request.ring, now=timezone.now())
    return _page(request, WindowForm(initial=_period(request)))


@requires(Permission.COUNT)
@require_GET
def count_records(request: StaffRequest) -> HttpResponse:
    """Our own records counted: how soon we answer and what comes of it, or any indicator. Nothing is kept."""
    form = CountForm(request.GET if "what" in request.GET else None, initial=_last_twelve_months())
    tables = []
    if form.is_bound and form.is_valid():
        try:
            tables = own_counts.count_records(what=form.cleaned_data["what"], window=form.window(), by=request.user,
                                              ring=request.ring, now=timezone.now())  # fmt: skip
        except BadInput as refused:
            _explain(form, refused)
    context = {"form": form, "tables": tables, "period": form.cleaned_data if tables else None}
    return render(request, "statistics/count_records.html", context, status=422 if form.errors else 200)


@requires(Permission.TABULATION_SEND)
@require_POST
def send_tabulation(request: StaffRequest) -> HttpResponse:
    """Send our totals for a period to the partner's data team."""
    form = WindowForm(request.POST)
    if form.is_valid():
        window = form.window()
        try:
            actions.send_tabulation(window=window, by=request.user, ring=request.ring, now=timezone.now())
        except (NotAllowed, BadInput) as refused:
            _explain(form, refused)
        else:
            return redirect("list_sheets")
    return _page(request, form)


@requires(Permission.SHEET_BUILD)
@require_POST
def build_sheet(request: StaffRequest) -> HttpResponse:
    """Build the joint sheet for a period."""
    form = WindowForm(request.POST)
    if form.is_valid():
        now = timezone.now()
        actions.take_in_tabulations(by=request.user, ring=request.ring, now=now)
        try:
            run = actions.build_sheet(window=form.window(), by=request.user, ring=request.ring, now=now)
        except BadInput as refused:
            _explain(form, refused)
        else:
            return redirect("show_sheet", run.pk)
    return _page(request, form)


@requires(Permission.COUNT)
@require_GET
def show_sheet(request: StaffRequest, pk: UUID) -> HttpResponse:
    """The internal figures of one run beside what will be printed."""
    run = get_object_or_404(SheetRun, pk=pk, team_id__in=request.user.team_ids)
    return sheet_page(request, run, CorrectionForm())


def sheet_page(request: StaffRequest, run: SheetRun, form: CorrectionForm, problem: str = "") -> HttpResponse:
    """The page of one run; `problem`: why no edition was made of it."""
    sheet = actions.internal_sheet(run=run, by=request.user, ring=request.ring)
    public = protect(sheet, k=run.threshold)
    context = {
        "run": run,
        "problem": problem,
        "form": form,
        "corrects": publishing.replaced_by(run),
        "editions": run.editions.order_by("-made_at").defer("draft"),
        "newer": actions.newer_totals(run),
        "headline": pages.headline(sheet, public),
        "tables": pages.tables(sheet, public),
        "languages_of_sheets": _LANGUAGES,
    }
    return render(request, "statistics/show_sheet.html", context, status=422 if problem else 200)


@requires(Permission.COUNT)
@require_GET
def download_sheet(request: StaffRequest, pk: UUID, language: str, form: str) -> HttpResponse:
    """The protected sheet, made again byte for byte: PDF, HTML or JSON."""
    run = get_object_or_404(SheetRun, pk=pk, team_id__in=request.user.team_ids)
    if language not in ("es", "en") or form not in _FORMS:
        raise Http404
    sheet = actions.public_sheet(run=run, by=request.user, ring=request.ring)
    spoken: Language = "es" if language == "es" else "en"
    names = actions.operators(list(Partner.objects.order_by("code")), spoken)
    # Only what may be published touches the disk, and only for as long as it takes to print it.
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "sheet"
        write_sheet(sheet, target, spoken, names)
        body = (target / f"sheet.{form}").read_bytes()
    response = HttpResponse(body, content_type=_FORMS[form])
    response.headers["Content-Disposition"] = f'attachment; filename="sheet-{language}.{form}"'
    return response


def _explain(form: WindowForm, refused: NotAllowed | BadInput) -> None:
    language = short_language()
    lines = refused.decision.lines(language) if isinstance(refused, NotAllowed) else [refused.line(language)]
    for line in lines:
        form.add_error(None, line)


def _page(request: StaffRequest, form: WindowForm) -> HttpResponse:
    context = {
        "form": form,
        "arrived": PartnerTabulation.objects.filter(team_id__in=request.user.team_ids)
        .select_related("partner")
        .order_by("-received_at")[:10],
        "sent": OutboundMessage.objects.filter(message_type="tabulation")
        .select_related("partner")
        .defer("raw", "receipt")
        .order_by("-created_at")[:5],
        "unreadable": actions.unreadable_tabulations(),
        "runs": SheetRun.objects.filter(team_id__in=request.user.team_ids)
        .select_related("built_by")
        .order_by("-built_at")[:20],
    }
    return render(request, "statistics/list_sheets.html", context, status=422 if form.errors else 200)


def _last_twelve_months() -> dict[str, Any]:
    """Enough to see a trend of a small line: the year that ends today."""
    today = actions.local_day(timezone.now())
    return {"what": own_counts.RESPONSE, "start": today - timedelta(days=364), "end": today}


def _period(request: StaffRequest) -> dict[str, Any]:
    """The period whose totals came last, since that is what is counted now; this month where none came."""
    came = PartnerTabulation.objects.filter(team_id__in=request.user.team_ids).order_by("-received_at").first()
    if came is not None:
        return {"start": came.window_start, "end": came.window_end}
    today = actions.local_day(timezone.now())
    return {"start": today.replace(day=1), "end": today}
