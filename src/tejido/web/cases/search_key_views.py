# SPDX-License-Identifier: AGPL-3.0-or-later
"""The page where the search key is changed."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tejido.web.accounts.requests import StaffRequest
from tejido.web.accounts.saying import say_next
from tejido.web.cases.search_key import records_left, remake_tokens, renew_search_key
from tejido.web.security.access import requires
from tejido.web.security.models import RecordKey
from tejido.web.security.permissions import Permission
from tejido.web.security.search_keys import search_keys

_AT_A_PRESS = 300  # a few seconds


@requires(Permission.TEAM_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def change_search_key(request: StaffRequest) -> HttpResponse:
    """A new search key; pressed again while records still stand under the old one, more of them move."""
    changing = len(search_keys()) > 1
    if request.method == "POST":
        if not changing:
            renew_search_key(by=request.user, ring=request.ring)
        if not remake_tokens(by=request.user, ring=request.ring, most=_AT_A_PRESS):
            say_next(request, _("The search key is new, and the old one is deleted. Nobody has to do anything."))
        return redirect("change_search_key")
    since = RecordKey.objects.filter(pk__in=search_keys().values()).order_by("created_at").last()
    return render(request, "cases/change_search_key.html",
                  {"changing": changing, "left": records_left(), "since": since})  # fmt: skip
