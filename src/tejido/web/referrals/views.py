# SPDX-License-Identifier: AGPL-3.0-or-later
"""Making a referral and reporting its outcome."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tejido.vocabulary import BadInput
from tejido.web.accounts.language import short_language
from tejido.web.accounts.requests import StaffRequest
from tejido.web.cases.models import Case
from tejido.web.consents.frames import NotAllowed, survivors_of
from tejido.web.directory.models import Service
from tejido.web.referrals import actions
from tejido.web.referrals.forms import OutcomeForm, ReferralForm
from tejido.web.referrals.models import Referral
from tejido.web.referrals.packing import DAYS
from tejido.web.referrals.packing import withdraw_referral as withdraw
from tejido.web.security import audit
from tejido.web.security.access import requires
from tejido.web.security.once import once
from tejido.web.security.permissions import Permission
from tejido.web.security.sealing import StaleRevision


@requires(Permission.REFERRAL_SEND)
@once
def make_referral(request: StaffRequest, case_id: UUID) -> HttpResponse:
    """Connect her to a service: she calls herself, or we tell the service what she allowed."""
    case = get_object_or_404(Case.objects.visible_to(request.user), pk=case_id)
    services = list(Service.objects.visible_to(request.user).active().order_by("organisation", "code"))
    people = [(str(one.record.pk), label) for one, label in survivors_of(case, request.ring)]
    audit.record("case.read", by=request.user, record=case)
    posted = request.POST if request.method == "POST" else None
    form = ReferralForm(posted, services=_named(services), people=people,
                        initial={"how": "read_out_by_phone", "need": request.GET.get("need", "")})  # fmt: skip
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        try:
            actions.make_referral(
                case=case, service=next(each for each in services if str(each.pk) == chosen["service"]),
                need=chosen["need"], how=chosen["how"], fields=form.told(), person=chosen["person"] or None,
                note=chosen["note"], days=chosen["days"] or DAYS, by=request.user, ring=request.ring,
                now=timezone.now(),
            )  # fmt: skip
        except BadInput as refused:
            form.add_error(refused.where if refused.where in form.fields else None, refused.words[short_language()])
        except NotAllowed as refused:
            for line in refused.decision.lines(short_language()):
                form.add_error(None, line)
        else:
            return redirect("show_case", case.pk)
    context = {"form": form, "case": case}
    return render(request, "referrals/make_referral.html", context, status=422 if form.errors else 200)


@requires(Permission.REFERRAL_SEND)
def report_outcome(request: StaffRequest, referral_id: UUID) -> HttpResponse:
    """What came of a referral, as a code and, if needed, a sealed note."""
    found = Referral.objects.select_related("case").filter(case__in=Case.objects.visible_to(request.user))
    referral = get_object_or_404(found, pk=referral_id)
    opened = referral.opened(request.ring)
    audit.record("referral.read", by=request.user, record=referral)
    initial = {
        "outcome": opened.outcome, "served_on": opened.served_on, "note": opened.note or "",
        "revision": referral.revision,
    }  # fmt: skip
    posted = request.POST if request.method == "POST" else None
    form = OutcomeForm(posted, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            actions.report_outcome(
                referral=referral, outcome=form.cleaned_data["outcome"], note=form.cleaned_data["note"],
                served_on=form.cleaned_data["served_on"], expected=form.cleaned_data["revision"], by=request.user,
                ring=request.ring, now=timezone.now(),
            )  # fmt: skip
        except BadInput as refused:
            form.add_error(refused.where, refused.words[short_language()])
        except StaleRevision as stale:
            form.add_error(None, _("Someone else wrote an outcome meanwhile. What stands now is shown below."))
            opened = stale.record.opened(request.ring)
        else:
            return redirect("show_case", referral.case_id)
    context = {"form": form, "referral": referral, "opened": opened, "case": referral.case}
    return render(request, "referrals/report_outcome.html", context, status=422 if form.errors else 200)


@require_POST
@requires(Permission.REFERRAL_SEND)
def withdraw_referral(request: StaffRequest, referral_id: UUID) -> HttpResponse:
    """Take a packet back."""
    found = Referral.objects.select_related("case", "packet").filter(case__in=Case.objects.visible_to(request.user))
    referral = get_object_or_404(found.exclude(packet=None), pk=referral_id)
    withdraw(referral=referral, by=request.user, now=timezone.now())
    return redirect("show_case", referral.case_id)


def _named(services: list[Service]) -> list[tuple[str, str]]:
    language = short_language()
    return [(str(each.pk), f"{each.organisation}: {each.name[language]} · {each.phone}") for each in services]
