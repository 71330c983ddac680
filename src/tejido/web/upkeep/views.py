# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is to be destroyed, what was, and what may not be."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tejido.reports.certificate import certificate_pdf
from tejido.vocabulary import BadInput
from tejido.web.accounts.language import short_language
from tejido.web.accounts.requests import StaffRequest
from tejido.web.accounts.saying import say_next
from tejido.web.cases.models import Case
from tejido.web.intake.models import Contact
from tejido.web.security import audit
from tejido.web.security.access import requires
from tejido.web.security.once import once
from tejido.web.security.permissions import Permission
from tejido.web.upkeep import actions, renewing
from tejido.web.upkeep.forms import AskForm, CarryOutForm, HoldForm
from tejido.web.upkeep.frames import counted_parts
from tejido.web.upkeep.models import SHREDDABLE, Hold, Shredding
from tejido.web.upkeep.wording import certificate_of, parts_in_words

_SHOWN = 100


def _record(request: StaffRequest, kind: str, pk: UUID) -> Any:
    return get_object_or_404(SHREDDABLE[kind].objects.visible_to(request.user), pk=pk)


def _back(record: Case | Contact) -> HttpResponse:
    return redirect("show_case" if isinstance(record, Case) else "edit_contact", record.pk)


@requires(Permission.SHRED_CONFIRM)
@require_GET
def list_shreddings(request: StaffRequest) -> HttpResponse:
    """What waits for a second person, and what was destroyed: codes and days."""
    mine = Shredding.objects.visible_to(request.user).select_related("asked_by", "state_changed_by")
    waiting, done = list(mine.asked().order_by("asked_at")), list(mine.done().order_by("-state_changed_at")[:_SHOWN])
    audit.record("shredding.listed", by=request.user, count=len(waiting) + len(done))
    return render(request, "upkeep/list_shreddings.html", {"waiting": waiting, "done": done})


@requires(Permission.SHRED_ASK)
@once
def ask_shredding(request: StaffRequest, case_id: UUID) -> HttpResponse:
    """Ask that a case be destroyed."""
    return _ask(request, _record(request, "cases.case", case_id))


@requires(Permission.SHRED_ASK)
@once
def ask_shredding_of_contact(request: StaffRequest, contact_id: UUID) -> HttpResponse:
    """Ask that a single contact be destroyed."""
    return _ask(request, _record(request, "intake.contact", contact_id))


def _ask(request: StaffRequest, record: Case | Contact) -> HttpResponse:
    form = AskForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            asked = actions.ask_shredding(record=record, basis=form.cleaned_data["basis"], by=request.user,
                                          now=timezone.now())  # fmt: skip
        except BadInput as refused:
            form.add_error(None, refused.words[short_language()])
        else:
            say_next(request, _("Asked. Someone else must carry it out."))
            return redirect("show_shredding", asked.pk)
    parts = parts_in_words(counted_parts(record))
    context = {"form": form, "record": record, "is_case": isinstance(record, Case), "parts": parts}
    return render(request, "upkeep/ask_shredding.html", context, status=422 if form.errors else 200)


@requires(Permission.SHRED_CONFIRM)
@require_GET
def show_shredding(request: StaffRequest, shredding_id: UUID) -> HttpResponse:
    """What will be gone; afterwards, the certificate."""
    shredding = get_object_or_404(Shredding.objects.visible_to(request.user), pk=shredding_id)
    audit.record("shredding.read", by=request.user, record=shredding)
    return _shown(request, shredding, CarryOutForm(expected=shredding.code))


def _shown(request: StaffRequest, shredding: Shredding, form: CarryOutForm) -> HttpResponse:
    context: dict[str, Any] = {"shredding": shredding, "form": form}
    if shredding.state == Shredding.State.DONE:
        certificate, language = certificate_of(shredding), short_language()
        context["facts"] = [(what[language], value[language]) for what, value in certificate.facts]
        context["lines"] = [line[language] for line in certificate.lines]
    elif shredding.state == Shredding.State.ASKED:
        record = SHREDDABLE[shredding.kind].objects.filter(pk=shredding.record_id).first()
        context |= {"record": record, "mine": shredding.asked_by_id == request.user.pk}
        context["parts"] = parts_in_words(counted_parts(record)) if record else None
    return render(request, "upkeep/show_shredding.html", context, status=422 if form.errors else 200)


@requires(Permission.SHRED_CONFIRM)
@require_POST
def carry_out_shredding(request: StaffRequest, shredding_id: UUID) -> HttpResponse:
    """Destroy it, as the second person."""
    shredding = get_object_or_404(Shredding.objects.visible_to(request.user), pk=shredding_id)
    form = CarryOutForm(request.POST, expected=shredding.code)
    if form.is_valid():
        try:
            actions.carry_out_shredding(shredding=shredding, by=request.user, ring=request.ring, now=timezone.now())
        except BadInput as refused:
            form.add_error(None, refused.words[short_language()])
        else:
            say_next(request, _("Destroyed. This certificate is what is left."))
            return redirect("show_shredding", shredding.pk)
    return _shown(request, shredding, form)


@requires(Permission.SHRED_CONFIRM)
@require_POST
def withdraw_shredding(request: StaffRequest, shredding_id: UUID) -> HttpResponse:
    """It stays."""
    shredding = get_object_or_404(Shredding.objects.visible_to(request.user), pk=shredding_id)
    actions.withdraw_shredding(shredding=shredding, by=request.user, now=timezone.now())
    return redirect("list_shreddings")


@requires(Permission.SHRED_CONFIRM)
@require_GET
def print_certificate(request: StaffRequest, shredding_id: UUID) -> HttpResponse:
    """The certificate as PDF, in both languages."""
    done = Shredding.objects.visible_to(request.user).done()
    shredding = get_object_or_404(done.select_related("asked_by", "state_changed_by"), pk=shredding_id)
    audit.record("shredding.read", by=request.user, record=shredding)
    answer = HttpResponse(certificate_pdf(certificate_of(shredding)), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{shredding.code}.pdf"'
    return answer


@requires(Permission.HOLD_EDIT)
@once
def place_hold(request: StaffRequest, case_id: UUID) -> HttpResponse:
    """A case must stay."""
    return _hold(request, _record(request, "cases.case", case_id))


@requires(Permission.HOLD_EDIT)
@once
def place_hold_on_contact(request: StaffRequest, contact_id: UUID) -> HttpResponse:
    """A contact must stay."""
    return _hold(request, _record(request, "intake.contact", contact_id))


def _hold(request: StaffRequest, record: Case | Contact) -> HttpResponse:
    form = HoldForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        actions.place_hold(record=record, reason=form.cleaned_data["reason"], by=request.user, ring=request.ring,
                           now=timezone.now())  # fmt: skip
        say_next(request, _("The record stays until the hold is lifted."))
        return _back(record)
    context = {"form": form, "record": record, "is_case": isinstance(record, Case)}
    return render(request, "upkeep/place_hold.html", context, status=422 if form.errors else 200)


@requires(Permission.HOLD_EDIT)
@require_POST
def lift_hold(request: StaffRequest, hold_id: UUID) -> HttpResponse:
    """The record may go again."""
    hold = get_object_or_404(Hold.objects.filter(team_id__in=request.user.team_ids), pk=hold_id)
    record = _record(request, hold.kind, hold.record_id)
    actions.lift_hold(hold=hold, by=request.user, now=timezone.now())
    say_next(request, _("The hold is lifted."))
    return _back(record)


@requires(Permission.COUNT)
@require_POST
def renew_coded_keys(request: StaffRequest) -> HttpResponse:
    """New keys for the codes that counts are made from; the first rows at once, the rest with each visit."""
    renewing.renew_coded_keys(by=request.user, now=timezone.now())
    renewing.renew_batches(by=request.user, ring=request.ring)
    say_next(request, _("What counts are made from gets new keys, some with each visit of the data team."))
    return redirect("list_teams")
