# SPDX-License-Identifier: AGPL-3.0-or-later
"""Signing in and out."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tejido.web.accounts import login as signing_in
from tejido.web.accounts.arriving import arrived
from tejido.web.accounts.demo import demo_logins
from tejido.web.accounts.forms import SignInForm
from tejido.web.accounts.half_open import HalfOpen, keep_half_open, take_half_open
from tejido.web.accounts.language import remember_language
from tejido.web.accounts.members import member_rows, team_rows
from tejido.web.accounts.printed_codes import FEW, codes_left
from tejido.web.accounts.requests import StaffRequest
from tejido.web.accounts.saying import say_next
from tejido.web.accounts.tries import kept_out
from tejido.web.accounts.unlocking import close_session, open_session, remember_device
from tejido.web.security import audit
from tejido.web.security.access import requires
from tejido.web.security.permissions import Permission
from tejido.web.security.roles import ROLES


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
def sign_in(request: HttpRequest) -> HttpResponse:
    """The sign-in page. Says only that it did not work, never which part."""
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        moment: dict[str, Any] = {
            "now": arrived(request),
            "device": request.COOKIES.get(settings.DEVICE_COOKIE_NAME, ""),
        }
        typed = dict(form.cleaned_data)
        try:
            if typed["code"]:
                return _let_in(request, signing_in.sign_in(**typed, **moment))
            half, options = signing_in.begin_with_key(login=typed["login"], password=typed["password"], **moment)
            return _ask_for_key(request, half, options)
        except signing_in.TooMany:
            form.add_error(None, _("Too many wrong tries for this account. Wait a few minutes, then try again."))
        except signing_in.Refused:
            form.add_error(None, _("That did not work. Check the user name, the password and the code."))
    return _sign_in_page(request, form)


@login_not_required
@require_POST
def sign_in_with_key(request: HttpRequest) -> HttpResponse:
    """The second half: what the key answered. The question was kept here, and is good for one answer."""
    half, device = take_half_open(request), request.COOKIES.get(settings.DEVICE_COOKIE_NAME, "")
    try:
        if half is None:
            raise signing_in.Refused
        answer = request.POST.get("answer", "")
        signed_in = signing_in.finish_with_key(half=half, answer=answer, now=timezone.now(), device=device)
    except signing_in.Refused:
        form = SignInForm({})
        form.errors.clear()
        form.add_error(None, _("That did not work. Check the user name, the password and the key."))
        return _sign_in_page(request, form)
    return _let_in(request, signed_in)


def _ask_for_key(request: HttpRequest, half: HalfOpen, options: dict[str, Any]) -> HttpResponse:
    wanted = _our_own(request.GET.get("next", ""))
    action = reverse("sign_in_with_key") + (f"?{urlencode({'next': wanted})}" if wanted else "")
    context = {"options": json.dumps(options), "action": action}
    response = render(request, "accounts/sign_in_with_key.html", context)
    keep_half_open(request, response, half)
    return response


def _sign_in_page(request: HttpRequest, form: SignInForm) -> HttpResponse:
    context = {"form": form, "demo_logins": demo_logins()}
    return render(request, "accounts/sign_in.html", context, status=422 if form.errors else 200)


def _let_in(request: HttpRequest, signed_in: signing_in.SignedIn) -> HttpResponse:
    member = signed_in.member
    response = redirect(_our_own(request.GET.get("next", "")) or "/")
    open_session(request, response, signed_in)
    if settings.HALF_COOKIE_NAME in request.COOKIES:
        response.delete_cookie(settings.HALF_COOKIE_NAME, samesite="Strict")
    remember_device(response, signed_in.device)
    language = "es-mx" if member.language == "es" else "en"
    remember_language(response, language)
    left = codes_left(member)
    if 0 < left <= FEW:
        with translation.override(language):
            words = ngettext("%(number)s code of your sheet is left.", "%(number)s codes of your sheet are left.", left)
            say_next(request, words % {"number": left})
    return response


def _our_own(address: str) -> str:
    """The address, if it is a page of this door; else empty."""
    ours = address.startswith("/") and url_has_allowed_host_and_scheme(address, allowed_hosts=None)
    return address if ours else ""


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session at both ends."""
    audit.record("member.signed_out", by=request.user)
    response = redirect("sign_in")
    close_session(request, response)
    return response


@requires(Permission.MEMBER_EDIT)
@require_GET
def list_members(request: StaffRequest) -> HttpResponse:
    """Who works here, in which teams, with which roles."""
    return show_members(request)


def show_members(request: StaffRequest, *, problem: str = "") -> HttpResponse:
    """The page of members, with what went wrong if something did."""
    members = member_rows()
    audit.record("member.listed", by=request.user, count=len(members))
    context = {"members": members, "teams": team_rows(), "roles": ROLES.values(), "problem": problem,
               "kept_out": kept_out([row.member for row in members], timezone.now())}  # fmt: skip
    return render(request, "accounts/list_members.html", context, status=422 if problem else 200)


@login_not_required
@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Remember the language of the screens; the page asked from is shown again."""
    language = request.POST.get("language", "")
    response = redirect(_our_own(request.POST.get("back", "")) or "/")
    if language in dict(settings.LANGUAGES):
        translation.activate(language)
        remember_language(response, language)
    return response
