# SPDX-License-Identifier: AGPL-3.0-or-later
"""The list, opening, finding, attaching and editing. The case's own page is the desk's: it shows every room's part."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from tejido.vocabulary import BadInput, code_list
from tejido.web.accounts.language import short_language
from tejido.web.accounts.models import Member
from tejido.web.accounts.requests import StaffRequest
from tejido.web.accounts.saying import say_next
from tejido.web.cases import actions
from tejido.web.cases.finding import MOST_FOUND, find_cases, related_to
from tejido.web.cases.forms import CaseForm, FindCaseForm, MoveCaseForm, OpenCaseForm
from tejido.web.cases.models import CARRIED, Case
from tejido.web.cases.search_key import remake_tokens
from tejido.web.intake.actions import make_arrivals_findable
from tejido.web.intake.choices import said
from tejido.web.intake.merging import merged
from tejido.web.intake.models import Contact
from tejido.web.intake.naming import name_parts
from tejido.web.intake.paging import Page, newest_first
from tejido.web.security import audit
from tejido.web.security.access import requires
from tejido.web.security.once import once
from tejido.web.security.permissions import Permission
from tejido.web.security.sealing import StaleRevision

_SHOWN = ("mine", "open", "all")
Shown = Callable[[dict[str, Any]], dict[str, Any]]


def case_list(user: Any, shown: str, after: UUID | None) -> Page:
    """Rows of one view of the cases: codes, status, owner, days."""
    cases = Case.objects.visible_to(user).select_related("owner", "team").defer(*Case.sealed_names())
    last = get_object_or_404(cases, pk=after) if after else None
    streams: list[QuerySet[Case]]
    if shown == "mine":
        streams = [cases.filter(owner=user)]
    else:
        statuses = CARRIED if shown == "open" else list(code_list("case_status"))
        streams = [cases.filter(team_id=team, status=status) for team in sorted(user.team_ids) for status in statuses]
    return newest_first(streams, by="opened_on", after=last)


@requires(Permission.CASE_READ)
@require_GET
def list_cases(request: StaffRequest) -> HttpResponse:
    """Cases of my teams. Codes and days only."""
    shown = request.GET.get("show", "open")
    shown = shown if shown in _SHOWN else "open"
    try:
        after = UUID(request.GET["after"]) if request.GET.get("after") else None
    except ValueError:
        after = None
    page = case_list(request.user, shown, after)
    audit.record("case.listed", by=request.user, filter=shown, count=len(page.rows))
    return render(request, "cases/list_cases.html", {"page": page, "shown": shown})


@requires(Permission.CASE_OPEN)
@require_http_methods(["GET", "POST"])
@once
def open_case(request: StaffRequest, contact_id: UUID | None = None) -> HttpResponse:
    """A new case with its first survivor, from a contact or from nothing."""
    contact = get_object_or_404(Contact.objects.visible_to(request.user), pk=contact_id) if contact_id else None
    initial = _from_contact(contact, request) if contact and request.method == "GET" else None
    form = OpenCaseForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            case = _open(request, form, contact)
        except BadInput as problem:
            form.add_error(None, problem.words[short_language()])
        else:
            say_next(request, _("The case is open. Add what else is known: persons, places, tasks."))
            return redirect("show_case", case.pk)
    context = {"form": form, "contact": contact}
    return render(request, "cases/open_case.html", context, status=422 if form.errors else 200)


@transaction.atomic
def _open(request: StaffRequest, form: OpenCaseForm, contact: Contact | None) -> Case:
    given = form.cleaned_data
    case = actions.open_case(
        contact=contact, indications=given["indications"], summary=given["summary"], priority=given["priority"] or 0,
        by=request.user, ring=request.ring, now=timezone.now(),
    )  # fmt: skip
    survivor = form.survivor()
    if survivor is not None:
        actions.add_person(case=case, values=survivor, by=request.user, ring=request.ring)
        actions.follow_duties(case=case, by=request.user, ring=request.ring, now=timezone.now())
    return case


def _from_contact(contact: Contact, request: StaffRequest) -> dict[str, Any]:
    """What the contact already says, if she herself was speaking; the advocate corrects it."""
    opened = contact.opened(request.ring)
    audit.record("contact.read", by=request.user, record=contact)
    if opened.speaker and opened.speaker not in code_list("speaker").where(herself=True):
        return {}
    given, paternal, maternal = name_parts(opened.contactor_name)
    return {
        "given": given, "paternal_surname": paternal, "maternal_surname": maternal,
        "phone": opened.contactor_phone, "primary_language": opened.language,
    }  # fmt: skip


@requires(Permission.CASE_SEARCH)
@require_http_methods(["GET", "POST"])
def find_case(request: StaffRequest) -> HttpResponse:
    """Find a case again. Terms travel in the body of a POST only: no address, no log, no history."""
    form = FindCaseForm(request.POST or None)
    context = {"form": form, "found": None}
    if request.method == "POST" and form.is_valid():
        context |= _search(request, form)
    return render(request, "cases/find_case.html", context, status=422 if form.errors else 200)


def _search(request: StaffRequest, form: FindCaseForm) -> dict[str, Any]:
    """What was found, and how many waiting contacts the search could not look into yet."""
    hers: dict[str, Any] = {"by": request.user, "ring": request.ring}
    not_searched = make_arrivals_findable(**hers)
    remake_tokens(**hers)
    found = find_cases(**form.cleaned_data, **hers)
    return {"found": found, "not_searched": not_searched, "more": len(found) >= MOST_FOUND}


@requires(Permission.CASE_EDIT)
@require_http_methods(["GET", "POST"])
def attach_contact(request: StaffRequest, contact_id: UUID) -> HttpResponse:
    """Find the case a contact belongs to, and say so."""
    contact = get_object_or_404(Contact.objects.visible_to(request.user), pk=contact_id)
    form, problem = FindCaseForm(), ""
    searched: dict[str, Any] = {"found": None}
    if request.method == "POST" and "case" in request.POST:
        case = get_object_or_404(Case.objects.visible_to(request.user), pk=_uuid_or_404(request.POST["case"]))
        try:
            actions.attach_contact(case=case, contact=contact, by=request.user, ring=request.ring, now=timezone.now())
        except BadInput as bad:
            problem = bad.words[short_language()]
        else:
            say_next(request, _("The contact belongs to this case now."))
            return redirect("show_case", case.pk)
    elif request.method == "POST":
        form = FindCaseForm(request.POST)
        if form.is_valid():
            searched = _search(request, form)
    context = {**searched, "form": form, "contact": contact, "problem": problem}
    return render(request, "cases/attach_contact.html", context, status=422 if form.errors or problem else 200)


@requires(Permission.CASE_EDIT)
@require_http_methods(["GET", "POST"])
def edit_case(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Status, owner, priority, indications, summary."""
    case = get_object_or_404(Case.objects.visible_to(request.user), pk=pk)
    opened = case.opened(request.ring)
    standing = {"revision": case.revision, "status": case.status, "owner": case.owner_id, "priority": case.priority,
                "indications": opened.indications, "summary": opened.summary}  # fmt: skip
    form = CaseForm(request.POST or None, initial=standing, case=case)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            actions.edit_case(case=case, revision=form.cleaned_data["revision"], changes=form.changes(),
                              by=request.user, ring=request.ring, now=timezone.now())  # fmt: skip
        except StaleRevision as stale:
            context = stale_context(request, form, stale, stale.record)
            return render(request, "cases/edit_case.html", context, status=409)
        except BadInput as problem:
            form.add_error(problem.where or None, problem.words[short_language()])
        else:
            say_next(request, _("Saved."))
            return redirect("show_case", case.pk)
    elif request.method == "GET":
        audit.record("case.read", by=request.user, record=case)
    if form.errors:
        status = 422
    return render(request, "cases/edit_case.html", {"form": form, "case": case}, status=status)


@requires(Permission.TEAM_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def move_case(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Give the case to another team."""
    case = get_object_or_404(Case.objects.visible_to(request.user), pk=pk)
    related = related_to(case, by=request.user, ring=request.ring)
    form = MoveCaseForm(request.POST or None, case=case, by=request.user,
                        related=[match.case for match in related if match.case])  # fmt: skip
    if request.method == "POST" and form.is_valid():
        given = {"team": form.cleaned_data["team"], "by": request.user, "ring": request.ring, "now": timezone.now()}
        try:
            with transaction.atomic():
                moved = actions.move_case(case=case, concerned=form.cleaned_data["concerned"], **given)
                for each in form.along():
                    if each.team_id != moved.team_id:
                        actions.move_case(case=each, **given)
        except BadInput as problem:
            form.add_error(problem.where or None, problem.words[short_language()])
        else:
            say_next(request, _("The case is with the other team now."))
            mine = moved.team_id in request.user.team_ids
            return redirect("show_case", moved.pk) if mine else redirect("list_cases")
    loose = [match.contacts[0] for match in related if match.case is None]
    context = {"form": form, "case": case, "loose": loose}
    return render(request, "cases/move_case.html", context, status=422 if form.errors else 200)


def stale_context(
    request: StaffRequest, typed: Any, stale: StaleRevision, case: Case, shown: Shown = dict
) -> dict[str, Any]:
    """Someone else saved first: what stands now; the form keeps what was typed, over the new revision.

    `shown` turns stored values into what the form's fields show of them.
    """
    standing = stale.record
    opened = standing.opened(request.ring)
    audit.record("case.read", by=request.user, record=case)
    now = shown({"status": case.status, "owner": case.owner_id, "priority": case.priority, **opened.values})
    differing = [
        (typed.fields[name].label, said(typed.fields[name], now.get(name)))
        for name in typed.changed_data
        if name in now and str(now[name] or "") != str(_plain(typed.cleaned_data.get(name)) or "")
    ]
    typed.data = merged(typed, now, revision=standing.revision)
    return {"form": typed, "case": case, "differing": differing, "problem": _("Someone else saved first.")}


def _plain(value: Any) -> Any:
    return value.pk if isinstance(value, Member) else value


def _uuid_or_404(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None
