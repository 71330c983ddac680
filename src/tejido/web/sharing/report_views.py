# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reports to authorities: preparing one, reading it out, noting that it was made."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from tejido.agreements import Basis
from tejido.vocabulary import BadInput
from tejido.web.accounts.language import short_language
from tejido.web.accounts.requests import StaffRequest
from tejido.web.consents.frames import our_rules
from tejido.web.security import audit
from tejido.web.security.access import allows, requires
from tejido.web.security.once import once
from tejido.web.security.permissions import Permission
from tejido.web.sharing import actions, pages
from tejido.web.sharing.actions.alerts import second_people
from tejido.web.sharing.models import Alert, Report
from tejido.web.sharing.report_forms import NotRequiredForm, ReportForm, ToldForm
from tejido.web.sharing.views import explain, visible_case
from tejido.web.sharing.wording import facts_in_words


@requires(Permission.REPORT_MAKE)
@once
def prepare_report(request: StaffRequest, case_id: UUID) -> HttpResponse:
    """First the ground the law names, then whom to tell and what; the rules decide, and say why not.

    The ground is posted: in an address it would stay in a browser's history and say that someone is under 18.
    """
    case = visible_case(request, case_id)
    bases = {one.code: one for one in pages.report_bases()}
    basis = bases.get(request.POST.get("basis") or request.POST.get("ground", ""))
    context: dict[str, Any] = {"case": case, "bases": bases.values(), "basis": basis, "rules": our_rules()}
    if basis is None:
        return render(request, "sharing/prepare_report.html", context)
    people = {str(one.pk): one for one in second_people(case, request.user)}
    filled = "basis" in request.POST
    form = ReportForm(
        request.POST if filled else None, basis=basis, timed=pages.is_timed(basis),
        people=pages.people_reported(case, request.ring),
        second=[(key, one.display_name) for key, one in people.items()],
        fields=pages.facts_to_choose(case, request.ring, basis.fields),
    )  # fmt: skip
    if filled and form.is_valid():
        chosen = form.cleaned_data
        try:
            report = actions.prepare_report(
                case=case, basis=basis.code, recipient=chosen["recipient"], person=chosen["person"],
                fields=chosen["shared"], due_at=_end_of(chosen.get("due_on")), second=people[chosen["second"]],
                by=request.user, ring=request.ring, now=timezone.now(),
            )  # fmt: skip
        except (actions.NotAllowed, BadInput) as refused:
            explain(form, refused)
        else:
            return redirect("show_report", report.pk)
    context["form"] = form
    return render(request, "sharing/prepare_report.html", context, status=422 if form.errors else 200)


def _end_of(day: Any) -> datetime | None:
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time())) if day is not None else None


@require_GET
@requires(Permission.CASE_READ)
def show_report(request: StaffRequest, report_id: UUID) -> HttpResponse:
    """What may be told, to whom, on which ground, until when; and what came of it."""
    return _shown(request, _report(request, report_id))


@require_POST
@requires(Permission.REPORT_MAKE)
def report_told(request: StaffRequest, report_id: UUID) -> HttpResponse:
    """The authority was told."""
    report, form = _report(request, report_id), ToldForm(request.POST)
    if form.is_valid():
        try:
            actions.report_told(report=report, **form.cleaned_data, by=request.user, ring=request.ring,
                                now=timezone.now())  # fmt: skip
        except BadInput as refused:
            explain(form, refused)
        else:
            return redirect("show_report", report.pk)
    return _shown(request, _report(request, report_id), told=form)


@require_POST
@requires(Permission.REPORT_MAKE)
def report_not_required(request: StaffRequest, report_id: UUID) -> HttpResponse:
    """It need not be made: why."""
    report, form = _report(request, report_id), NotRequiredForm(request.POST)
    if form.is_valid():
        try:
            actions.report_not_required(report=report, reason=form.cleaned_data["reason"], by=request.user,
                                        ring=request.ring, now=timezone.now())  # fmt: skip
        except BadInput as refused:
            explain(form, refused)
        else:
            return redirect("show_report", report.pk)
    return _shown(request, _report(request, report_id), not_required=form)


def _report(request: StaffRequest, report_id: UUID) -> Report:
    found = Report.objects.visible_to(request.user).select_related("case", "made_by", "state_changed_by")
    return get_object_or_404(found, pk=report_id)


def _shown(
    request: StaffRequest, report: Report, *, told: forms.Form | None = None, not_required: forms.Form | None = None
) -> HttpResponse:
    opened = report.opened(request.ring)
    audit.record("report.read", by=request.user, record=report)
    open_now = report.state == Report.State.DUE and allows(request.user, Permission.REPORT_MAKE, record=report)
    rules = our_rules()
    basis: Basis | None = rules.bases.get(opened.basis)
    context = {
        "report": report,
        "opened": opened,
        "basis": basis,
        "rules": rules,
        "facts": facts_in_words(opened.facts, short_language()),
        "told_at": datetime.fromisoformat(opened.told["at"]) if opened.told else None,
        "alert": Alert.objects.filter(report=report).select_related("seen_by").first(),
        "problem": told or not_required,
        "told": (told or ToldForm(initial={"at": timezone.localtime()})) if open_now else None,
        "not_required": (not_required or NotRequiredForm()) if open_now else None,
        "now": timezone.now(),
    }
    wrong = any(form is not None and form.errors for form in (told, not_required))
    return render(request, "sharing/show_report.html", context, status=422 if wrong else 200)
