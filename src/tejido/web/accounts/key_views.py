# SPDX-License-Identifier: AGPL-3.0-or-later
"""One's own security keys: add one with the password asked again, remove one."""

from __future__ import annotations

import json
import time
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from tejido.vocabulary import BadInput
from tejido.web.accounts import security_keys
from tejido.web.accounts.forms import SecurityKeyForm
from tejido.web.accounts.language import short_language
from tejido.web.accounts.passwords import open_own_key
from tejido.web.accounts.requests import StaffRequest
from tejido.web.accounts.saying import say_next

_ASKED, _SECONDS = "key_asked", 5 * 60


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
def add_key(request: StaffRequest) -> HttpResponse:
    """Name and password first; then the page on which the key is touched."""
    form = SecurityKeyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        device = request.COOKIES.get(settings.DEVICE_COOKIE_NAME, "")
        try:
            open_own_key(request.user, form.cleaned_data["current"], now=timezone.now(), device=device)
            options, state = security_keys.begin_adding(request.user)
        except BadInput as refused:
            where = refused.where if refused.where in form.fields else None
            form.add_error(where, refused.words[short_language()])
        else:
            request.session[_ASKED] = {"state": state, "at": int(time.time())}
            context = {"options": json.dumps(options), "name": form.cleaned_data["name"]}
            return render(request, "accounts/touch_key.html", context)
    context = {"form": form, "work_here": security_keys.keys_work_here()}
    return render(request, "accounts/add_key.html", context, status=422 if form.errors else 200)


@require_POST
def keep_key(request: StaffRequest) -> HttpResponse:
    """What the key answered; the question is good for one answer."""
    asked = request.session.pop(_ASKED, None)
    try:
        if asked is None or not 0 <= time.time() - asked["at"] <= _SECONDS:
            raise BadInput("keys.late", en="That took too long. Begin again.", es="Tardó demasiado. Empiece de nuevo.")
        name = request.POST.get("name", "").strip()[:40] or "1"
        security_keys.add_security_key(
            member=request.user, name=name, answer=request.POST.get("answer", ""), state=asked["state"],
            by=request.user, now=timezone.now(),
        )  # fmt: skip
    except BadInput as refused:
        form = SecurityKeyForm({})
        form.errors.clear()
        form.add_error(None, refused.words[short_language()])
        return render(request, "accounts/add_key.html", {"form": form, "work_here": True}, status=422)
    say_next(request, _("Your key was added. From now on you can sign in with it instead of a code."))
    return redirect("show_account")


@require_POST
def remove_key(request: StaffRequest, key_id: UUID) -> HttpResponse:
    """Remove one of her own keys."""
    security_keys.remove_security_key(key=key_id, by=request.user)
    return redirect("show_account")
