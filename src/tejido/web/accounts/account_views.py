# SPDX-License-Identifier: AGPL-3.0-or-later
"""One's own account: password, second factor, where one is signed in; and ending a colleague's sessions."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tejido.vocabulary import BadInput
from tejido.web.accounts import own_keys, printed_codes, security_keys, sessions, staffing
from tejido.web.accounts.browsers import browser_words
from tejido.web.accounts.forms import AskedAgainForm
from tejido.web.accounts.language import short_language
from tejido.web.accounts.login import SignedIn
from tejido.web.accounts.models import Member
from tejido.web.accounts.requests import StaffRequest
from tejido.web.accounts.saying import say_next
from tejido.web.accounts.unlocking import open_session
from tejido.web.security.access import requires
from tejido.web.security.permissions import Permission


@require_safe
def show_account(request: StaffRequest) -> HttpResponse:
    """What is hers: how she signs in, and where she is signed in."""
    rows = [
        {"session": each, "browser": browser_words(each.browser), "here": each.pk == request.signed_in.pk}
        for each in sessions.sessions_of(request.user)
    ]
    left = printed_codes.codes_left(request.user)
    context = {"sessions": rows, "codes_left": left, "few_codes": 0 < left <= printed_codes.FEW,
               "signs": own_keys.signs_here(request.ring),
               "keys": security_keys.keys_of(request.user), "keys_work": security_keys.keys_work_here()}  # fmt: skip
    return render(request, "accounts/show_account.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
def make_codes(request: StaffRequest) -> HttpResponse:
    """A new sheet of printed codes: shown once, printed from the page, so that no file of it is left."""
    form = AskedAgainForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            codes = printed_codes.print_codes(
                member=request.user, password=form.cleaned_data["current"], by=request.user, **_moment(request)
            )
        except BadInput as refused:
            _say(form, refused)
        else:
            other = "en" if short_language() == "es" else "es-mx"
            return render(request, "accounts/code_sheet.html", {"codes": codes, "other": other})
    left = printed_codes.codes_left(request.user)
    return _form(request, "accounts/make_codes.html", form, left=left)


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
def renew_own_keys(request: StaffRequest) -> HttpResponse:
    """A new key pair under the same password; sessions open elsewhere end."""
    form = AskedAgainForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        member, moment = request.user, _moment(request)
        try:
            private = own_keys.renew_own_keys(member=member, password=form.cleaned_data["current"], by=member, **moment)
        except BadInput as refused:
            _say(form, refused)
        else:
            response = redirect("show_account")
            open_session(request, response, SignedIn(member, private, moment["device"]))
            say_next(request, _("You have new keys, and so have your teams. The old ones open no new record."))
            return response
    return _form(request, "accounts/renew_own_keys.html", form)


@require_POST
def end_one_session(request: StaffRequest, session_id: UUID) -> HttpResponse:
    """End one of her own sessions; where it is this one, she is asked to sign in."""
    sessions.end_session(session=session_id, by=request.user)
    return redirect("show_account")


@require_POST
def end_other_sessions(request: StaffRequest) -> HttpResponse:
    """End all of her own sessions but this one."""
    ended = sessions.end_sessions(member=request.user, by=request.user, but=request.signed_in.pk)
    say_next(request, _ended(ended))
    return redirect("show_account")


@requires(Permission.TEAM_EDIT)
@require_POST
def sign_out_member(request: StaffRequest, member_id: UUID) -> HttpResponse:
    """End a colleague's sessions everywhere: her laptop was lost."""
    member = get_object_or_404(Member, pk=member_id)
    ended = sessions.end_sessions(member=member, by=request.user)
    say_next(request, _ended(ended))
    return redirect("list_members" if request.POST.get("back") == "members" else "list_teams")


@requires(Permission.TEAM_EDIT)
@require_POST
def let_try_again(request: StaffRequest, member_id: UUID) -> HttpResponse:
    """Let a colleague try to sign in now, whom wrong tries keep waiting."""
    member = get_object_or_404(Member, pk=member_id)
    staffing.let_try_again(member=member, by=request.user)
    say_next(request, _("%(name)s can try again now.") % {"name": member.display_name})
    return redirect("list_members" if request.POST.get("back") == "members" else "list_teams")


def _ended(count: int) -> str:
    return ngettext("%(count)s session was ended.", "%(count)s sessions were ended.", count) % {"count": count}


def _moment(request: StaffRequest) -> dict[str, Any]:
    return {"now": timezone.now(), "device": request.COOKIES.get(settings.DEVICE_COOKIE_NAME, "")}


def _say(form: Any, refused: BadInput) -> None:
    form.add_error(refused.where if refused.where in form.fields else None, refused.words[short_language()])


def _form(request: StaffRequest, template: str, form: Any, **context: Any) -> HttpResponse:
    return render(request, template, {"form": form, **context}, status=422 if form.errors else 200)
