# SPDX-License-Identifier: AGPL-3.0-or-later
"""The public form. No session: what a page must remember of itself stands in the page, signed."""

from __future__ import annotations

import json
import logging
from datetime import datetime

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from tejido.crypto import BadCode, derive_return, grouped, new_return_code, typed_code
from tejido.vocabulary import code_list
from tejido.web.accounts.language import remember_language, short_language
from tejido.web.intake.channels.web_form import actions
from tejido.web.intake.channels.web_form.arrivals import BadBox, arrival_of, contact_id
from tejido.web.intake.channels.web_form.flood import may_keep
from tejido.web.intake.channels.web_form.forms import WebForm
from tejido.web.intake.channels.web_form.pages import (
    code_words,
    finder_sent,
    page_now,
    page_sent,
    sealing_words,
    today_notice,
)
from tejido.web.outreach.public_words import real_lines
from tejido.web.outreach.views import notice_sections


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
def write_to_us(request: HttpRequest) -> HttpResponse:
    """The notice, then the form. What is sent is sealed on her device, or else before the answer is made."""
    now = timezone.now()
    if request.method == "POST" and "box" in request.POST:
        status = take_box(request, now)
        return _page(request, WebForm(), now, status=status) if status else _thank(request, "")
    form = WebForm(request.POST or None, initial={"language": short_language()}, voluntary_label=_voluntary(now))
    if request.method == "POST" and "switch" not in request.POST and form.is_valid():
        code = _code_sent(request)
        if take_typed(request, form, code, now):
            return _thank(request, code)
        form.add_error(None, _("It did not arrive: our side cannot keep it right now. What you wrote is still "
                               "here: wait a minute and press Send again. If it is urgent, call."))  # fmt: skip
        return _page(request, form, now, status=503)
    return _page(request, form, now)


def take_typed(request: HttpRequest, form: WebForm, code: str, now: datetime, *, returning: bool = False) -> bool:
    """Seal and keep what was typed; False where it cannot be kept, and goes back to her whole."""
    sent = page_sent(request)
    if not may_keep(sent.mark if sent else None, with_code=returning):
        return False
    # A door with a new secret, or a page sent by another program: the words matter more.
    shown = sent or page_now(now)
    typed = json.dumps(sorted((name, request.POST.get(name, "")) for name in form.fields)).encode()
    try:
        actions.receive(
            **shown.notice(), answers=form.cleaned_data, contact_id=contact_id(shown.mark, typed), now=now,
            code=derive_return(code, settings.TEJIDO.node),
        )  # fmt: skip
    except actions.AlreadyHere:
        pass  # pressed twice, or sent again after a lost line: it has arrived
    except DatabaseError:  # a full disk, a database held too long
        logging.getLogger(__name__).exception("a contact could not be kept")
        return False
    return True


def take_box(request: HttpRequest, now: datetime, *, returning: bool = False) -> int:
    """Keep a sealed box: 0, or the status that says why not.

    409 brings a page with a fresh lock: the browser seals anew and nobody notices.
    """
    shown, generation = page_sent(request), request.POST.get("generation", "")
    language = request.POST.get("language", "")
    if shown is None or not shown.takes(generation, now):
        return 409
    if not may_keep(shown.mark, with_code=returning):
        return 503
    try:
        arrival = arrival_of(shown.mark, int(generation), request.POST["box"])
        actions.receive_sealed(
            **shown.notice(), arrival=arrival, language=language if language in code_list("language") else "",
            contact_id=contact_id(shown.mark, arrival), finder=finder_sent(request), now=now,
        )  # fmt: skip
    except BadBox:
        return 400
    except actions.AlreadyHere:
        pass
    except DatabaseError:
        logging.getLogger(__name__).exception("a contact could not be kept")
        return 503
    return 0


def _thank(request: HttpRequest, code: str) -> HttpResponse:
    """It arrived; what happens next. `code` is empty where her own device made it, and shows it."""
    return render(request, "web_form/thank.html", {"real_lines": real_lines(), "code": grouped(code), **code_words()})


def _code_sent(request: HttpRequest) -> str:
    """The code the page came with, so that a page sent twice leads to one code; a fresh one if it has none."""
    try:
        return typed_code(request.POST.get("code", ""))
    except BadCode:
        return new_return_code()


def _page(request: HttpRequest, form: WebForm, now: datetime, *, status: int = 200) -> HttpResponse:
    language = request.POST.get("switch", "")
    switched = language in dict(settings.LANGUAGES)
    if switched:
        # Changing the language in the middle of writing keeps what is written, and complains about nothing yet.
        translation.activate(language)
        typed = {name: value for name, value in request.POST.items() if name in form.fields}
        form = WebForm(initial=typed, voluntary_label=_voluntary(now))
    notice, shown = today_notice(now), page_now(now)
    context = {
        "form": form,
        "notice": notice,
        "sections": notice_sections(notice, short=True),
        "real_lines": real_lines(),
        "code": new_return_code(),
        **sealing_words(shown),
    }
    response = render(
        request, "web_form/write_to_us.html", context, status=422 if form.errors and status == 200 else status
    )
    if switched:
        remember_language(response, language)
    return response


def _voluntary(now: datetime) -> str:
    return today_notice(now).voluntary[short_language()]
