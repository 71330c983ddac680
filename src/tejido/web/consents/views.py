# SPDX-License-Identifier: AGPL-3.0-or-later
"""Writing down a release. Revoking one also recalls what left with it, and therefore lives in `sharing`."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from tejido.vocabulary import BadInput
from tejido.web.accounts.language import short_language
from tejido.web.accounts.requests import StaffRequest
from tejido.web.cases.models import Case
from tejido.web.consents import actions
from tejido.web.consents.forms import ReleaseForm
from tejido.web.consents.frames import local_day, our_rules, recipient_choices, survivors_of
from tejido.web.security import audit
from tejido.web.security.access import requires
from tejido.web.security.keyring import KeyRing
from tejido.web.security.once import once
from tejido.web.security.permissions import Permission
from tejido.web.security.sealing import Opened

_AGE = {"adult": "no", "minor": "yes"}


@requires(Permission.RELEASE_RECORD)
@once
def record_release(request: StaffRequest, case_id: UUID) -> HttpResponse:
    """Ask, and write down exactly what she allows. Help never depends on it."""
    case = get_object_or_404(Case.objects.visible_to(request.user), pk=case_id)
    ring: KeyRing = request.ring
    now = timezone.now()
    survivors = survivors_of(case, ring)
    audit.record("case.read", by=request.user, record=case)
    posted = request.POST if request.method == "POST" else None
    form = ReleaseForm(
        posted, initial=_initial(survivors), pack=our_rules(), today=local_day(now),
        people=[(str(one.record.pk), label) for one, label in survivors], recipients=recipient_choices(),
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            actions.record_release(
                case=case, terms=form.terms(), exact_words=form.cleaned_data["exact_words"].strip(),
                interpreter=form.cleaned_data["interpreter"], by=request.user, ring=ring, now=now,
            )  # fmt: skip
        except BadInput as problem:
            form.add_error(None, problem.words[short_language()])
        else:
            return redirect("show_case", case.pk)
    context = {"form": form, "case": case, "survivors": survivors}
    return render(request, "consents/record_release.html", context, status=422 if form.errors else 200)


def _initial(survivors: list[tuple[Opened, str]]) -> dict[str, str]:
    if not survivors:
        return {}
    first = survivors[0][0]
    language = first.primary_language or "es"
    return {"minor": _AGE.get(first.age_at_contact or "", ""), "language": language, "person_language": language}
