# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pages for the parts of a case: persons, places, businesses, notes, tasks, compartments."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tejido.vocabulary import BadInput
from tejido.web.accounts.language import short_language
from tejido.web.accounts.requests import StaffRequest
from tejido.web.accounts.saying import say_next
from tejido.web.cases import actions
from tejido.web.cases.forms import BusinessForm, CompartmentForm, NoteForm, PlaceForm, SettleForm, TaskForm
from tejido.web.cases.models import Case, Compartment, Person, Place, Task
from tejido.web.cases.person_forms import GroupForm, PersonForm
from tejido.web.cases.views import Shown, stale_context
from tejido.web.security import audit
from tejido.web.security.access import requires
from tejido.web.security.once import once
from tejido.web.security.permissions import Permission
from tejido.web.security.sealing import StaleRevision

_EDIT = ["GET", "POST"]


def _case(request: StaffRequest, pk: UUID) -> Case:
    return get_object_or_404(Case.objects.visible_to(request.user), pk=pk)


def _part(request: StaffRequest, model: Any, pk: UUID) -> Any:
    cases = Case.objects.visible_to(request.user)
    return get_object_or_404(model.objects.select_related("case").filter(case__in=cases), pk=pk)


def _hers(request: StaffRequest) -> dict[str, Any]:
    return {"by": request.user, "ring": request.ring}


def _edit(
    request: StaffRequest, form: Any, case: Case, template: str, save: Any, *, shown: Shown = dict, **more: Any
) -> HttpResponse:
    """The one way these pages work: save and go back to the case, or show what is wrong."""
    if request.method == "POST" and form.is_valid():
        try:
            save()
        except StaleRevision as stale:
            return render(request, template, {**more, **stale_context(request, form, stale, case, shown)}, status=409)
        except BadInput as problem:
            field = problem.where if problem.where in form.fields else None
            form.add_error(field, problem.words[short_language()])
        else:
            say_next(request, _("Saved."))
            return redirect("show_case", case.pk)
    status = 422 if form.is_bound and form.errors else 200
    return render(request, template, {"form": form, "case": case, **more}, status=status)


@requires(Permission.CASE_EDIT)
@require_http_methods(_EDIT)
@once
def add_person(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Someone with a role in the case."""
    case = _case(request, pk)
    form = PersonForm(request.POST or None)

    def save() -> None:
        actions.add_person(case=case, values=form.values(), **_hers(request))
        actions.follow_duties(case=case, now=timezone.now(), **_hers(request))

    return _edit(request, form, case, "cases/edit_person.html", save)


@requires(Permission.CASE_EDIT)
@require_http_methods(_EDIT)
@once
def add_group(request: StaffRequest, pk: UUID) -> HttpResponse:
    """People whose names nobody knows: about forty co-workers."""
    case = _case(request, pk)
    form = GroupForm(request.POST or None)

    def save() -> None:
        actions.add_person(case=case, values=form.values(), **_hers(request))
        actions.follow_duties(case=case, now=timezone.now(), **_hers(request))

    return _edit(request, form, case, "cases/edit_group.html", save)


@requires(Permission.CASE_EDIT)
@require_http_methods(_EDIT)
def edit_person(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Change what is known of a person or a group."""
    person = _part(request, Person, pk)
    held = person.opened(request.ring).values
    kind: Any = GroupForm if held["unnamed_group"] else PersonForm
    template = "cases/edit_group.html" if held["unnamed_group"] else "cases/edit_person.html"
    if request.method == "GET":
        audit.record("person.read", by=request.user, record=person)
    form = kind(request.POST or None, held=held, initial={"revision": person.revision})

    def save() -> None:
        revision = form.cleaned_data["revision"] or 0
        actions.edit_person(person=person, values=form.values(), revision=revision, **_hers(request))
        actions.follow_duties(case=person.case, now=timezone.now(), **_hers(request))

    return _edit(request, form, person.case, template, save, shown=form.shown, person=person)


@requires(Permission.CASE_EDIT)
@require_http_methods(_EDIT)
@once
def add_place(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Where something happened."""
    case = _case(request, pk)
    form = PlaceForm(request.POST or None)

    def save() -> None:
        actions.add_place(case=case, values=form.values(), **_hers(request))

    return _edit(request, form, case, "cases/edit_place.html", save)


@requires(Permission.CASE_EDIT)
@require_http_methods(_EDIT)
def edit_place(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Change a place."""
    place = _part(request, Place, pk)
    if request.method == "GET":
        audit.record("place.read", by=request.user, record=place)
    form = PlaceForm(request.POST or None, initial={**place.opened(request.ring).values, "revision": place.revision})

    def save() -> None:
        revision = form.cleaned_data["revision"] or 0
        actions.edit_place(place=place, values=form.values(), revision=revision, **_hers(request))

    return _edit(request, form, place.case, "cases/edit_place.html", save, place=place)


@requires(Permission.CASE_EDIT)
@require_POST
def remove_place(request: StaffRequest, pk: UUID) -> HttpResponse:
    """A place written down by mistake."""
    place = _part(request, Place, pk)
    actions.remove_place(place=place, **_hers(request))
    say_next(request, _("Removed."))
    return redirect("show_case", place.case_id)


@requires(Permission.CASE_EDIT)
@require_http_methods(_EDIT)
@once
def add_business(request: StaffRequest, pk: UUID) -> HttpResponse:
    """A business that plays a part."""
    case = _case(request, pk)
    form = BusinessForm(request.POST or None, initial={"revision": case.revision})

    def save() -> None:
        actions.add_business(case=case, **form.cleaned_data, **_hers(request))

    return _edit(request, form, case, "cases/edit_business.html", save)


@requires(Permission.CASE_EDIT)
@require_POST
def remove_business(request: StaffRequest, pk: UUID, business_id: UUID) -> HttpResponse:
    """A business written down by mistake."""
    case = _case(request, pk)
    actions.remove_business(case=case, business_id=str(business_id), revision=case.revision, **_hers(request))
    say_next(request, _("Removed."))
    return redirect("show_case", case.pk)


@requires(Permission.CASE_EDIT)
@require_http_methods(_EDIT)
@once
def add_note(request: StaffRequest, pk: UUID) -> HttpResponse:
    """What was said, or what the writer makes of it."""
    case = _case(request, pk)
    form = NoteForm(request.POST or None)

    def save() -> None:
        actions.add_note(case=case, **form.cleaned_data, now=timezone.now(), **_hers(request))

    return _edit(request, form, case, "cases/edit_part.html", save, heading=_("Add a note"))


@requires(Permission.TASK_EDIT)
@require_http_methods(_EDIT)
@once
def add_task(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Something to do by a day: a call-back at the time she said."""
    case = _case(request, pk)
    form = TaskForm(request.POST or None, case=case)

    def save() -> None:
        actions.add_task(case=case, **form.cleaned_data, now=timezone.now(), **_hers(request))

    return _edit(request, form, case, "cases/edit_part.html", save, heading=_("Add a task"))


@requires(Permission.TASK_EDIT)
@require_POST
def follow_duties(request: StaffRequest, pk: UUID) -> HttpResponse:
    """The duty toward someone under 18 becomes a task."""
    case = _case(request, pk)
    actions.follow_duties(case=case, now=timezone.now(), **_hers(request))
    return redirect("show_case", case.pk)


@requires(Permission.TASK_EDIT)
@require_POST
def settle_task(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Done, dropped, or to do again."""
    task = _part(request, Task, pk)
    form = SettleForm(request.POST)
    if not form.is_valid():
        raise Http404
    actions.settle_task(task=task, state=form.cleaned_data["state"], now=timezone.now(), **_hers(request))
    return redirect("show_case", task.case_id)


@requires(Permission.CASE_READ)
@require_POST
def open_compartment(request: StaffRequest, pk: UUID, kind: str) -> HttpResponse:
    """One safety compartment, opened apart. A POST: nothing opens it by looking at a link."""
    case = _case(request, pk)
    if kind not in Compartment.Kind.values:
        raise Http404
    opened = actions.open_compartment(case=case, kind=kind, **_hers(request))
    form = CompartmentForm(initial={"revision": opened.record.revision, "content": opened.content})
    return render(request, "cases/compartment.html", {"form": form, "case": case, "kind": kind})


@requires(Permission.CASE_EDIT)
@require_POST
def save_compartment(request: StaffRequest, pk: UUID, kind: str) -> HttpResponse:
    """Write a compartment."""
    case = _case(request, pk)
    compartment = get_object_or_404(Compartment, case=case, kind=kind)
    form = CompartmentForm(request.POST)

    def save() -> None:
        given = form.cleaned_data
        actions.save_compartment(compartment=compartment, **given, **_hers(request))

    return _edit(request, form, case, "cases/compartment.html", save, kind=kind)
