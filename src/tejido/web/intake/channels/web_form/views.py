# SPDX-License-Identifier: AGPL-3.0-or-later
"""The public form. No session: what a page must remember of itself stands in the page, signed."""

from __future__ import annotations

import logging
from datetime import datetime

from django.conf import settings
from django.core import signing
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from tejido.web.accounts.language import remember_language, short_language
from tejido.web.intake.channels.web_form import actions
from tejido.web.intake.channels.web_form.forms import WebForm
from tejido.web.outreach.public_words import notice_on, real_lines
from tejido.web.outreach.views import notice_sections

_SALT = "tejido.web_form.notice"


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
def write_to_us(request: HttpRequest) -> HttpResponse:
    """The notice, then the form. What is sent is sealed before the answer is made."""
    now = timezone.now()
    version, shown_at, shown_in = _notice_shown(request, now)
    form = WebForm(request.POST or None, initial={"language": short_language()}, voluntary_label=_voluntary(now))
    if request.method == "POST" and "switch" not in request.POST and form.is_valid():
        try:
            actions.receive(
                notice_version=version, notice_at=shown_at, notice_language=shown_in, answers=form.cleaned_data, now=now
            )
        except DatabaseError:  # a full disk, a database held too long: her words go back to her, whole
            logging.getLogger(__name__).exception("a contact could not be kept")
            form.add_error(None, _("It did not arrive: our side cannot keep it right now. What you wrote is still "
                                   "here: wait a minute and press Send again. If it is urgent, call."))  # fmt: skip
            return _page(request, form, now, status=503)
        return redirect("thank")
    return _page(request, form, now)


@require_safe
def thank(request: HttpRequest) -> HttpResponse:
    """It arrived; what happens next."""
    return render(request, "web_form/thank.html", {"real_lines": real_lines()})


def _page(request: HttpRequest, form: WebForm, now: datetime, *, status: int = 200) -> HttpResponse:
    language = request.POST.get("switch", "")
    switched = language in dict(settings.LANGUAGES)
    if switched:
        # Changing the language in the middle of writing keeps what is written, and complains about nothing yet.
        translation.activate(language)
        typed = {name: value for name, value in request.POST.items() if name in form.fields}
        form = WebForm(initial=typed, voluntary_label=_voluntary(now))
    notice = notice_on(timezone.localdate(now, settings.TEJIDO.time_zone))
    shown = {"version": notice.version, "at": now.isoformat(), "language": short_language()}
    context = {
        "form": form,
        "notice": notice,
        "sections": notice_sections(notice, short=True),
        "notice_shown": signing.dumps(shown, salt=_SALT),
        "real_lines": real_lines(),
    }
    response = render(
        request, "web_form/write_to_us.html", context, status=422 if form.errors and status == 200 else status
    )
    if switched:
        remember_language(response, language)
    return response


def _voluntary(now: datetime) -> str:
    return notice_on(timezone.localdate(now, settings.TEJIDO.time_zone)).voluntary[short_language()]


def _notice_shown(request: HttpRequest, now: datetime) -> tuple[str, datetime, str]:
    """Version, time and language of the notice that stood above the form as it was sent."""
    try:
        shown = signing.loads(request.POST.get("notice", ""), salt=_SALT)
        return shown["version"], datetime.fromisoformat(shown["at"]), shown["language"]
    except (signing.BadSignature, KeyError, ValueError):
        # A door restarted with a new secret, or a page sent by another program: the words matter more.
        notice = notice_on(timezone.localdate(now, settings.TEJIDO.time_zone))
        return notice.version, now, short_language()
