# SPDX-License-Identifier: AGPL-3.0-or-later
"""Signing in and out."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tejido.web.accounts import login as signing_in
from tejido.web.accounts.demo import demo_logins
from tejido.web.accounts.forms import SignInForm
from tejido.web.accounts.language import remember_language
from tejido.web.accounts.members import member_rows, team_rows
from tejido.web.accounts.requests import StaffRequest
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
        try:
            device = request.COOKIES.get(settings.DEVICE_COOKIE_NAME, "")
            signed_in = signing_in.sign_in(**form.cleaned_data, now=timezone.now(), device=device)
        except signing_in.TooMany:
            form.add_error(None, _("Too many wrong tries for this account. Wait a few minutes, then try again."))
        except signing_in.Refused:
            form.add_error(None, _("That did not work. Check the user name, the password and the code."))
        else:
            response = redirect(_our_own(request.GET.get("next", "")) or "/")
            open_session(request, response, signed_in)
            remember_device(response, signed_in.device)
            language = "es-mx" if signed_in.member.language == "es" else "en"
            remember_language(response, language)
            return response
    status = 200 if not form.errors else 422
    return render(request, "accounts/sign_in.html", {"form": form, "demo_logins": demo_logins()}, status=status)


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
    context = {"members": members, "teams": team_rows(), "roles": ROLES.values(), "problem": problem}
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
