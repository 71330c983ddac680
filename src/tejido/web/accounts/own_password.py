# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whoever still has a password that someone gave her chooses her own before anything else."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from tejido.vocabulary import BadInput
from tejido.web.accounts import passwords
from tejido.web.accounts.forms import ChoosePasswordForm
from tejido.web.accounts.language import short_language
from tejido.web.accounts.login import SignedIn
from tejido.web.accounts.requests import StaffRequest
from tejido.web.accounts.saying import say_next
from tejido.web.accounts.sessions import forget_sessions
from tejido.web.accounts.unlocking import open_session

_MEANWHILE = ("choose_password", "sign_out", "choose_language")


class OwnPasswordFirst:
    """Leads there, from every page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.user.is_authenticated and getattr(request.user, "password_given_at", None)
        if given and request.path not in {reverse(name) for name in _MEANWHILE}:
            return redirect("choose_password")
        return self.get_response(request)


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
def choose_password(request: StaffRequest) -> HttpResponse:
    """Choose a password of one's own; sessions open elsewhere end."""
    form = ChoosePasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        device = request.COOKIES.get(settings.DEVICE_COOKIE_NAME, "")
        member, typed = request.user, form.cleaned_data
        try:
            private = passwords.choose_password(member=member, current=typed["current"], new=typed["new"], by=member,
                                                now=timezone.now(), device=device)  # fmt: skip
        except BadInput as refused:
            form.add_error(refused.where or None, refused.words[short_language()])
        else:
            response = redirect("/")
            forget_sessions(member)
            open_session(request, response, SignedIn(member, private, device))
            say_next(request, _("Your new password is set. Nobody but you knows it."))
            return response
    context = {"form": form, "given": request.user.password_given_at}
    return render(request, "accounts/choose_password.html", context, status=422 if form.errors else 200)
