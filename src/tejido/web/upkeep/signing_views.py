# SPDX-License-Identifier: AGPL-3.0-or-later
"""The page where the organisation's signing key is replaced, one step after the other."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from tejido.vocabulary import BadInput
from tejido.web.accounts.keys import organisation_keys
from tejido.web.accounts.language import short_language
from tejido.web.accounts.models import RecoveryKey
from tejido.web.accounts.requests import StaffRequest
from tejido.web.accounts.saying import say_next
from tejido.web.accounts.signing_keys import change_under_way, earlier_keys, make_signing_key
from tejido.web.security.access import requires
from tejido.web.security.permissions import Permission
from tejido.web.upkeep.signing_anew import sign_everything_anew, standing


@requires(Permission.MEMBER_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def change_signing_key(request: StaffRequest) -> HttpResponse:
    """Make the next key; once it was entered on the machine, sign everything with it."""
    problem = ""
    if request.method == "POST":
        try:
            if request.POST.get("step") == "sign":
                count = sign_everything_anew(by=request.user, ring=request.ring)
                words = ngettext("%(number)d signature was made anew.", "%(number)d signatures were made anew.", count)
                say_next(request, words % {"number": count})
            else:
                make_signing_key(by=request.user, ring=request.ring)
                say_next(request, _("The new key is made. The present one goes on signing."))
            return redirect("change_signing_key")
        except BadInput as refused:
            problem = refused.words[short_language()]
    keys, change, found = organisation_keys(), change_under_way(), standing()
    came = next(earlier_keys(keys[-1]), None)
    context = {
        "problem": problem,
        "present": keys[-1],
        "since": came and came.made_at,
        "change": change,
        "pinned": change is not None and keys[0] == change.key(),
        "other_pinned": len(keys) > 1 and (change is None or keys[0] != change.key()),
        "older": found.older(keys),
        "nobodys": len(found.nobodys),
        "older_sheets": came and RecoveryKey.objects.filter(made_at__lt=came.made_at).order_by("-number").first(),
    }
    return render(request, "upkeep/change_signing_key.html", context, status=422 if problem else 200)
