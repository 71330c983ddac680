# SPDX-License-Identifier: AGPL-3.0-or-later
"""Breaking the glass, and the list where a second person reviews it."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tejido.vocabulary import BadInput
from tejido.web.accounts.language import short_language
from tejido.web.accounts.models import BrokenGlass
from tejido.web.accounts.requests import StaffRequest
from tejido.web.cases import glass
from tejido.web.cases.forms import BreakGlassForm
from tejido.web.cases.models import Case
from tejido.web.security import audit
from tejido.web.security.access import requires
from tejido.web.security.permissions import Permission
from tejido.web.security.sealing import open_all

_MOST = 50


@requires(Permission.GLASS_BREAK)
@require_http_methods(["GET", "HEAD", "POST"])
def break_glass(request: StaffRequest) -> HttpResponse:
    """Open another team's case in an emergency."""
    if not glass.on_duty(request.user):
        raise PermissionDenied(Permission.GLASS_BREAK.value)
    form = BreakGlassForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            broken = glass.break_glass(**form.cleaned_data, by=request.user, ring=request.ring, now=timezone.now())
        except BadInput as refused:
            form.add_error(refused.where or None, refused.words[short_language()])
        else:
            return redirect("show_case", broken.record_id)
    return render(request, "cases/break_glass.html", {"form": form}, status=422 if form.errors else 200)


@requires(Permission.GLASS_REVIEW)
@require_GET
def list_broken_glass(request: StaffRequest) -> HttpResponse:
    """What was opened in an emergency: what waits for a second person first, then the rest."""
    return _list(request)


@requires(Permission.GLASS_REVIEW)
@require_POST
def review_glass(request: StaffRequest, pk: UUID) -> HttpResponse:
    """A second person has looked."""
    broken = get_object_or_404(BrokenGlass.objects.visible_to(request.user), pk=pk)
    try:
        glass.review_glass(broken=broken, word=request.POST.get("word", ""), by=request.user, ring=request.ring,
                           now=timezone.now())  # fmt: skip
    except BadInput as refused:
        return _list(request, problem=refused.words[short_language()])
    return redirect("list_broken_glass")


def _list(request: StaffRequest, *, problem: str = "") -> HttpResponse:
    seen = BrokenGlass.objects.visible_to(request.user).select_related("member", "reviewed_by", "team")
    waiting = open_all(seen.unreviewed(), request.ring)
    reviewed = open_all(seen.exclude(reviewed_at=None).order_by("-reviewed_at")[:_MOST], request.ring)
    ids = {each.record.record_id for each in waiting + reviewed}
    codes = dict(Case.objects.filter(pk__in=ids).values_list("pk", "code"))
    audit.record("glass.listed", by=request.user, count=len(ids))
    lists = [[(each, codes.get(each.record.record_id, "")) for each in some] for some in (waiting, reviewed)]
    context = {"waiting": lists[0], "reviewed": lists[1], "problem": problem}
    return render(request, "cases/list_broken_glass.html", context, status=422 if problem else 200)
