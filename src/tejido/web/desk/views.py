# SPDX-License-Identifier: AGPL-3.0-or-later
"""Screens that combine domains."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import localize
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tejido.web.accounts.language import short_language
from tejido.web.accounts.members import team_news
from tejido.web.accounts.models import BrokenGlass, RestrictedReading
from tejido.web.accounts.readings import see_reading as note_seen
from tejido.web.accounts.requests import StaffRequest
from tejido.web.cases.glass import keep_for_duty, on_duty
from tejido.web.cases.models import Case, Task
from tejido.web.cases.pages import read_case
from tejido.web.desk.auditing import MOST_EXPORTED, apart_from, audit_entries, written
from tejido.web.desk.forms import AuditForm
from tejido.web.desk.frames import audit_page, readings_for
from tejido.web.desk.sections import sections_of
from tejido.web.desk.workload import workload
from tejido.web.intake.models import Contact
from tejido.web.intake.views import queue_page
from tejido.web.security import audit
from tejido.web.security.access import allows, requires
from tejido.web.security.permissions import Permission
from tejido.web.sharing.actions import process_arrivals
from tejido.web.sharing.models import Alert, Handover, Report
from tejido.web.upkeep.renewing import renew_batches

_MOST = 10


@require_GET
def show_desk(request: StaffRequest) -> HttpResponse:
    """Where a working day starts: who waits, what is mine, what is due. Codes and days only."""
    context: dict[str, Any] = {}
    user = request.user
    if allows(user, Permission.CONTACT_TAKE):
        context["waiting"] = queue_page(user, "waiting", None).rows[:_MOST]
        mine = Contact.objects.visible_to(user).filter(owner=user, state=Contact.State.TAKEN)
        context["taken"] = list(mine.defer("arrival", *Contact.sealed_names()).order_by("-received_at")[:_MOST])
    if allows(user, Permission.CASE_READ):
        carried = Case.objects.visible_to(user).open().filter(owner=user)
        context["cases"] = list(carried.defer(*Case.sealed_names()).order_by("-opened_on", "pk")[:_MOST])
        context["tasks"] = _due(user)
        context["readings"] = readings_for(user, _MOST)
    if allows(user, Permission.HANDOVER_ANSWER):
        process_arrivals(by=user, ring=request.ring, now=timezone.now())
        offered = Handover.objects.visible_to(user).offered()
        context["offered"] = list(
            offered.select_related("partner").defer(*Handover.sealed_names()).order_by("made_at")[:_MOST]
        )
    if allows(user, Permission.REPORT_MAKE):
        reports = Report.objects.visible_to(user).due().select_related("case")
        context["reports"] = list(reports.defer(*Report.sealed_names())[:_MOST])
    if allows(user, Permission.ALERT_READ):
        unseen = Alert.objects.visible_to(user).unseen().exclude(raised_by=user)
        context["alerts"] = list(unseen.select_related("case").order_by("raised_at")[:_MOST])
    if allows(user, Permission.TEAM_EDIT):
        context |= team_news(user)
    if allows(user, Permission.COUNT):
        renew_batches(by=user, ring=request.ring)  # keys of codes that a shredding left to the data team
    if allows(user, Permission.GLASS_REVIEW):
        broken = BrokenGlass.objects.visible_to(user).unreviewed().exclude(member=user)
        context["broken_glass"] = list(
            broken.defer(*BrokenGlass.sealed_names()).select_related("member", "team")[:_MOST]
        )
    if allows(user, Permission.QUEUE_WATCH):
        context["workload"] = workload(user, timezone.localdate())
    shown = {name: len(rows) for name, rows in context.items()}
    audit.record("desk.shown", by=user, filter=",".join(sorted(shown)), count=sum(shown.values()))
    context["on_duty"] = allows(user, Permission.GLASS_BREAK) and on_duty(user)
    return render(request, "desk/show_desk.html", {**context, "today": timezone.localdate(), "now": timezone.now()})


@requires(Permission.CASE_READ)
@require_POST
def see_reading(request: StaffRequest, pk: UUID) -> HttpResponse:
    """I have looked at who read it."""
    reading = get_object_or_404(RestrictedReading.objects.for_second_person(request.user), pk=pk)
    note_seen(reading=reading, by=request.user, now=timezone.now())
    return redirect("show_desk")


def _due(user: Any) -> list[Task]:
    """My tasks still to do, the most overdue first."""
    tasks = Task.objects.filter(owner=user, state=Task.State.TO_DO, case__in=Case.objects.visible_to(user))
    return list(tasks.select_related("case").defer(*Task.sealed_names()).order_by("due_on", "pk")[:_MOST])


@requires(Permission.CASE_READ)
@require_GET
def show_case(request: StaffRequest, pk: UUID) -> HttpResponse:
    """One calm page: what is known, what was said, what is to be done, what left and what came of it."""
    readable = Case.objects.readable_by(request.user, timezone.now())
    case = get_object_or_404(readable.select_related("owner", "team"), pk=pk)
    context = read_case(case, by=request.user, ring=request.ring)
    if case.team_id in request.user.team_ids:
        context["sections"] = sections_of(request, case)
        keep_for_duty(case, request.ring)
    else:
        audit.record("glass.read", by=request.user, record=case)
        context["by_glass"], context["compartments"] = True, []
    gone = {"direction": Handover.Direction.IN, "state": Handover.State.WITHDRAWN}
    context["called_back"] = Handover.objects.filter(case=case, **gone).exists()
    context["may_edit"] = allows(request.user, Permission.CASE_EDIT, record=case)
    context["today"] = timezone.localdate()
    return render(request, "desk/show_case.html", context)


@requires(Permission.AUDIT_READ)
@require_GET
def list_audit(request: StaffRequest) -> HttpResponse:
    """Who did what and when, the newest first, narrowed as asked. Looking is a line itself."""
    form = AuditForm(request.GET, by=request.user)
    if not form.is_valid():
        return render(request, "desk/list_audit.html", {"form": form}, status=422)
    page = audit_page(audit_entries(**form.asked()), form.cleaned_data["after"], apart=apart_from(request.user))
    audit.record("audit.listed", by=request.user, filter=form.narrowed_by(), count=len(page.rows))
    return render(request, "desk/list_audit.html", {"form": form, "page": page})


@requires(Permission.AUDIT_READ)
@require_GET
def export_audit(request: StaffRequest) -> HttpResponse:
    """The lines asked for as a file, for whoever must look into them: a director, a court."""
    form = AuditForm(request.GET, by=request.user)
    if form.is_valid():
        apart = apart_from(request.user)
        file = written(audit_entries(**form.asked()), language=short_language(), apart=apart)
        if file is not None:
            audit.record("audit.exported", by=request.user, filter=form.narrowed_by(), count=file[1])
            headers = {"Content-Disposition": 'attachment; filename="audit.csv"'}
            return HttpResponse(file[0], content_type="text/csv; charset=utf-8", headers=headers)
        most = localize(MOST_EXPORTED)
        form.add_error(None, _("More than %(most)s lines: choose fewer days or one case.") % {"most": most})
    return render(request, "desk/list_audit.html", {"form": form}, status=422)
