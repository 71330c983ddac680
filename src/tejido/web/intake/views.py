# SPDX-License-Identifier: AGPL-3.0-or-later
"""The queue, and the page an advocate writes on while she listens."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tejido.vocabulary import BadInput, code_list
from tejido.web.accounts.language import short_language
from tejido.web.accounts.requests import StaffRequest
from tejido.web.accounts.saying import say_next
from tejido.web.intake import actions
from tejido.web.intake.choices import said
from tejido.web.intake.conversations import can_answer
from tejido.web.intake.forms import ContactForm, TakeCallForm
from tejido.web.intake.merging import merged
from tejido.web.intake.models import Contact
from tejido.web.intake.paging import SIZE, Page, newest_first
from tejido.web.security import audit
from tejido.web.security.access import requires
from tejido.web.security.once import once
from tejido.web.security.permissions import Permission
from tejido.web.security.sealing import StaleRevision

_SHOWN = ("waiting", "mine", "recent", "discarded")


def queue_page(user: Any, shown: str, after: UUID | None) -> Page:
    """Rows of one view of the queue: codes, days, channel, who."""
    contacts = (
        Contact.objects.visible_to(user)
        .select_related("owner", "state_changed_by")
        .defer("arrival", *Contact.sealed_names())
    )
    if shown == "waiting":
        return Page(list(contacts.waiting()[:SIZE]), None)  # whoever is taken makes room for the next
    last = get_object_or_404(contacts, pk=after) if after else None
    if shown == "mine":
        streams = [contacts.filter(owner=user, state=state) for state in (Contact.State.TAKEN, Contact.State.CLOSED)]
    elif shown == "discarded":
        streams = [contacts.discarded().filter(team_id=team) for team in sorted(user.team_ids)]
    else:
        streams = [contacts.filter(team_id=team) for team in sorted(user.team_ids)]
    return newest_first(streams, by="received_at", after=last)


def waiting_in_all(user: Any) -> int:
    """How many wait, on this page and after it."""
    return Contact.objects.visible_to(user).waiting().count()


@requires(Permission.CONTACT_TAKE)
@require_GET
def list_contacts(request: StaffRequest) -> HttpResponse:
    """The queue: who waits, what I took, what came lately. Codes and times only."""
    shown = request.GET.get("show", "waiting")
    shown = shown if shown in _SHOWN else "waiting"
    return _queue(request, shown, _uuid(request.GET.get("after")))


def _queue(request: StaffRequest, shown: str, after: UUID | None, *, problem: str = "") -> HttpResponse:
    page = queue_page(request.user, shown, after)
    audit.record("contact.listed", by=request.user, filter=shown, count=len(page.rows))
    form = TakeCallForm(initial={"language": _first_language()})
    context = {"page": page, "shown": shown, "form": form, "problem": problem}
    if shown == "waiting":
        context["all_ticked"] = request.GET.get("tick") == "all"
        context["in_all"] = len(page.rows) if len(page.rows) < SIZE else waiting_in_all(request.user)
    return render(request, "intake/list_contacts.html", context, status=409 if problem else 200)


@requires(Permission.CONTACT_TAKE)
@require_POST
@once
def take_call(request: StaffRequest) -> HttpResponse:
    """The phone rings: a contact starts at once, and the first thing to ask is whether she can talk."""
    form = TakeCallForm(request.POST)
    language = form.cleaned_data["language"] if form.is_valid() else ""
    try:
        contact = actions.take_call(
            language=language or _first_language(), by=request.user, ring=request.ring, now=timezone.now()
        )
    except actions.NoTeam:
        problem = _("You are in no team that answers the line yet. Ask a supervisor to let you in.")
        return _queue(request, "waiting", None, problem=problem)
    return redirect("edit_contact", contact.pk)


@requires(Permission.CONTACT_TAKE)
@require_POST
def take_contact(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Take a waiting contact; whoever comes second is told who has it."""
    contact = get_object_or_404(Contact.objects.visible_to(request.user), pk=pk)
    try:
        actions.take_contact(contact=contact, by=request.user, ring=request.ring, now=timezone.now())
    except (actions.AlreadyTaken, StaleRevision):
        contact = get_object_or_404(_with_who(request), pk=pk)
        return render(request, "intake/already_taken.html", {"contact": contact}, status=409)
    return redirect("edit_contact", contact.pk)


@requires(Permission.CONTACT_EDIT)
@require_http_methods(["GET", "POST"])
def edit_contact(request: StaffRequest, pk: UUID) -> HttpResponse:
    """The contact while she listens, and afterwards. POST saves; htmx posts a draft every few seconds."""
    contact = get_object_or_404(_with_who(request), pk=pk)
    if not contact.is_taken:
        return render(request, "intake/waiting_contact.html", {"contact": contact})
    if request.method == "POST":
        return _save(request, contact)
    values = contact.opened(request.ring).values
    audit.record("contact.read", by=request.user, record=contact)
    return _page(request, contact, values, ContactForm.showing(contact, values))


@requires(Permission.CONTACT_EDIT)
@require_POST
def close_contact(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Close a contact that is already saved; the form's own button saves and closes in one step."""
    contact = get_object_or_404(Contact.objects.visible_to(request.user), pk=pk)
    revision = request.POST.get("revision", "")
    return _close(request, contact, int(revision) if revision.isdigit() else contact.revision)


def _with_who(request: StaffRequest) -> Any:
    return Contact.objects.visible_to(request.user).select_related("owner", "state_changed_by")


def _save(request: StaffRequest, contact: Contact) -> HttpResponse:
    draft = bool(request.htmx)
    form = ContactForm(request.POST, contact=contact, draft=draft)
    if not form.is_valid():
        if draft:
            return _draft_answer(request, contact, "problem", status=422)
        return _page(request, contact, contact.opened(request.ring).values, form, status=422)
    given, answers = form.cleaned_data, form.answers()
    if request.POST.get("then") == "hung_up":
        answers["outcome"] = answers["outcome"] or code_list("contact_outcome").where(hung_up=True)[0]
    try:
        actions.save_contact(
            contact=contact, answers=answers, revision=given["revision"], channel=given["channel"],
            received_at=given["received_at"], duty_noted=given["duty_noted"],
            by=request.user, ring=request.ring, now=timezone.now(),
        )  # fmt: skip
    except StaleRevision as stale:
        if draft:
            return _draft_answer(request, contact, "stale", status=409)
        return _difference(request, stale.record, form)
    if draft:
        return _draft_answer(request, contact, "saved")
    return _go_on(request, contact)


def _go_on(request: StaffRequest, contact: Contact) -> HttpResponse:
    """Where the pressed button leads once everything is saved."""
    then = request.POST.get("then", "")
    if then in ("close", "hung_up"):
        return _close(request, contact, contact.revision)
    if then == "case":
        return redirect("open_case_from", contact.pk)
    say_next(request, _("Saved."))
    return redirect("edit_contact", contact.pk)


def _close(request: StaffRequest, contact: Contact, revision: int) -> HttpResponse:
    """Close what is saved, and say so; or say what is still missing."""
    try:
        actions.close_contact(
            contact=contact, revision=revision, by=request.user, ring=request.ring, now=timezone.now()
        )
    except (BadInput, StaleRevision) as problem:
        contact.refresh_from_db()
        values = contact.opened(request.ring).values
        form = ContactForm.showing(contact, values)
        words = problem.words[short_language()] if isinstance(problem, BadInput) else _("Someone else saved first.")
        return _page(request, contact, values, form, status=422, problem=words)
    say_next(request, _("Contact %(code)s is saved and closed.") % {"code": contact.code})
    return redirect("list_contacts")


def _draft_answer(request: StaffRequest, contact: Contact, state: str, *, status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {"contact": contact, "state": state, "now": timezone.now(), "swap": True}
    if state == "saved":
        values = contact.opened(request.ring).values
        form = ContactForm.showing(contact, values)
        context |= {"duties": actions.duties_for(values["under_18"]), "form": form, "noted": values["duty_noted"]}
    return render(request, "intake/_draft.html", context, status=status)


def _difference(request: StaffRequest, standing: Any, typed: ContactForm) -> HttpResponse:
    """Someone else saved: what stands now beside what was typed; saving again keeps what is typed."""
    values = standing.opened(request.ring).values
    audit.record("contact.read", by=request.user, record=standing)
    now, mine = ContactForm.showing(standing, values), typed.answers()
    differing = [
        {"field": typed[name], "standing": said(now.fields[name], values[name])}
        for name in typed.changed_data if name in mine and mine[name] != values[name]
    ]  # fmt: skip
    retyped = ContactForm(merged(typed, now.initial, revision=standing.revision), contact=standing)
    return _page(request, standing, values, retyped, status=409, differing=differing)


def _page(
    request: StaffRequest, contact: Contact, values: dict[str, Any], form: ContactForm, *, status: int = 200,
    **more: Any,
) -> HttpResponse:  # fmt: skip
    context = {
        "contact": contact, "form": form, "duties": actions.duties_for(values["under_18"]),
        "noted": values["duty_noted"], "notice": values["notice"], "differing": None,
        "way_back": can_answer(contact, values["return_key"]), "answered": contact.replies.exists(),
        "case_link": getattr(contact, "case_link", None),
        **more,
    }  # fmt: skip
    return render(request, "intake/edit_contact.html", context, status=status)


def _first_language() -> str:
    return str(settings.TEJIDO.operator.languages[0])


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
