# SPDX-License-Identifier: AGPL-3.0-or-later
"""The administrator's page of service providers: who has an account, giving one, vouching for a key."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from tejido.vocabulary import BadInput
from tejido.web.accounts.language import short_language
from tejido.web.accounts.members import awaiting
from tejido.web.accounts.models import Member, Team
from tejido.web.accounts.requests import StaffRequest
from tejido.web.accounts.staff_views import shown_once
from tejido.web.directory.models import Service
from tejido.web.packets import providers
from tejido.web.packets.models import Provider
from tejido.web.referrals.forms import ProviderForm
from tejido.web.security import audit
from tejido.web.security.access import requires
from tejido.web.security.permissions import Permission


@requires(Permission.MEMBER_EDIT)
@require_GET
def list_providers(request: StaffRequest) -> HttpResponse:
    """Which services have an account, who opens what is sent to them, who waits."""
    return _page(request, ProviderForm(organisations=_organisations()))


@requires(Permission.MEMBER_EDIT)
@require_POST
def give_account(request: StaffRequest) -> HttpResponse:
    """An account for someone at a service."""
    form = ProviderForm(request.POST, organisations=_organisations())
    if form.is_valid():
        try:
            made, password = providers.give_account(**form.cleaned_data, by=request.user, ring=request.ring,
                                                    now=timezone.now())  # fmt: skip
        except BadInput as refused:
            form.add_error("login", refused.words[short_language()])
        else:
            return render(request, "accounts/member_added.html", shown_once(made, password) | {"added": True})
    return _page(request, form)


@requires(Permission.MEMBER_EDIT)
def vouch_for_provider(request: StaffRequest, member_id: UUID) -> HttpResponse:
    """Her key, to be compared with her by voice; pressed, it is signed."""
    waiting = Member.objects.filter(awaiting__team__kind=Team.Kind.PROVIDER)
    member = get_object_or_404(waiting.defer("private_key", "totp"), pk=member_id)
    if request.method == "POST":
        try:
            providers.vouch_for(member=member, key=request.POST.get("key", ""), by=request.user, ring=request.ring)
        except BadInput as refused:
            problem = refused.words[short_language()]
            return _page(request, ProviderForm(organisations=_organisations()), problem)
        return redirect("list_providers")
    return render(request, "referrals/compare_provider_key.html", {"member": member})


def _organisations() -> list[str]:
    return sorted(set(Service.objects.active().values_list("organisation", flat=True)), key=str.casefold)


def _page(request: StaffRequest, form: ProviderForm, problem: str = "") -> HttpResponse:
    rows = [
        {"provider": each, "readers": providers.readers_of(each.team), "waiting": awaiting(each.team)}
        for each in Provider.objects.select_related("team").order_by("organisation")
    ]
    audit.record("provider.listed", by=request.user, count=len(rows))
    context = {"rows": rows, "form": form, "problem": problem}
    return render(request, "referrals/list_providers.html", context, status=422 if form.errors or problem else 200)
