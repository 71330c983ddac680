# SPDX-License-Identifier: AGPL-3.0-or-later
"""The public form. No session: what a page must remember of itself stands in the page, signed."""

from __future__ import annotations

import json
import logging
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from tejido.crypto import UnsignedKey
from tejido.vocabulary import code_list
from tejido.web.accounts.keys import team_of
from tejido.web.accounts.language import remember_language, short_language
from tejido.web.accounts.models import Team
from tejido.web.intake.channels.web_form import actions
from tejido.web.intake.channels.web_form.arrivals import MARK_BYTES, BadBox, Lock, arrival_of, contact_id, lock_for
from tejido.web.intake.channels.web_form.forms import WebForm
from tejido.web.outreach.public_words import notice_on, real_lines
from tejido.web.outreach.views import notice_sections

_SALT = "tejido.web_form.notice"
_FRESH = timedelta(days=2)  # a box sealed on an older page is asked for once more, under the team's newest key


@dataclass(frozen=True)
class Shown:
    """What the page that was written on carries: the notice shown, and a mark of its own."""

    version: str
    at: datetime
    language: str
    mark: bytes

    def signed(self) -> str:
        """As the page carries it."""
        said = {"version": self.version, "at": self.at.isoformat(), "language": self.language, "mark": self.mark.hex()}
        return signing.dumps(said, salt=_SALT)


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
def write_to_us(request: HttpRequest) -> HttpResponse:
    """The notice, then the form. What is sent is sealed on her device, or else before the answer is made."""
    now = timezone.now()
    shown = _page_sent(request)
    if request.method == "POST" and "box" in request.POST:
        return _take_box(request, shown, now)
    form = WebForm(request.POST or None, initial={"language": short_language()}, voluntary_label=_voluntary(now))
    if request.method == "POST" and "switch" not in request.POST and form.is_valid():
        # A door with a new secret, or a page sent by another program: the words matter more.
        shown = shown or _page_now(now)
        typed = json.dumps(sorted((name, request.POST.get(name, "")) for name in form.fields)).encode()
        try:
            actions.receive(
                notice_version=shown.version, notice_at=shown.at, notice_language=shown.language,
                answers=form.cleaned_data, contact_id=contact_id(shown.mark, typed), now=now,
            )  # fmt: skip
        except actions.AlreadyHere:
            pass  # pressed twice, or sent again after a lost line: it has arrived
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


def _take_box(request: HttpRequest, shown: Shown | None, now: datetime) -> HttpResponse:
    """Keep a sealed box. 409 brings a page with a fresh lock: the browser seals anew and nobody notices."""
    generation, language = request.POST.get("generation", ""), request.POST.get("language", "")
    team = team_of(Team.Kind.INTAKE)
    if shown is None or now - shown.at > _FRESH or not _is_generation(generation, lock_for(team.pk, shown.mark)):
        return _page(request, WebForm(), now, status=409)
    try:
        arrival = arrival_of(shown.mark, int(generation), request.POST["box"])
        actions.receive_sealed(
            notice_version=shown.version, notice_at=shown.at, notice_language=shown.language, arrival=arrival,
            language=language if language in code_list("language") else "", now=now,
            contact_id=contact_id(shown.mark, arrival),
        )  # fmt: skip
    except BadBox:
        return _page(request, WebForm(), now, status=400)
    except actions.AlreadyHere:
        pass
    except DatabaseError:
        logging.getLogger(__name__).exception("a contact could not be kept")
        return _page(request, WebForm(), now, status=503)
    return redirect("thank")


def _is_generation(text: str, lock: Lock) -> bool:
    return text.isdecimal() and len(text) < 6 and 1 <= int(text) <= lock.generation


def _page(request: HttpRequest, form: WebForm, now: datetime, *, status: int = 200) -> HttpResponse:
    language = request.POST.get("switch", "")
    switched = language in dict(settings.LANGUAGES)
    if switched:
        # Changing the language in the middle of writing keeps what is written, and complains about nothing yet.
        translation.activate(language)
        typed = {name: value for name, value in request.POST.items() if name in form.fields}
        form = WebForm(initial=typed, voluntary_label=_voluntary(now))
    notice = notice_on(timezone.localdate(now, settings.TEJIDO.time_zone))
    shown = _page_now(now)
    context = {
        "form": form,
        "notice": notice,
        "sections": notice_sections(notice, short=True),
        "notice_shown": shown.signed(),
        "lock": _lock(shown.mark),
        "real_lines": real_lines(),
    }
    response = render(
        request, "web_form/write_to_us.html", context, status=422 if form.errors and status == 200 else status
    )
    if switched:
        remember_language(response, language)
    return response


def _lock(mark: bytes) -> Lock | None:
    try:
        return lock_for(team_of(Team.Kind.INTAKE).pk, mark)
    except UnsignedKey:  # whoever reads the page can do nothing about it; sending says that it cannot be kept
        return None


def _voluntary(now: datetime) -> str:
    return notice_on(timezone.localdate(now, settings.TEJIDO.time_zone)).voluntary[short_language()]


def _page_now(now: datetime) -> Shown:
    notice = notice_on(timezone.localdate(now, settings.TEJIDO.time_zone))
    return Shown(notice.version, now, short_language(), secrets.token_bytes(MARK_BYTES))


def _page_sent(request: HttpRequest) -> Shown | None:
    """Version, time and language of the notice that stood above the form as it was sent, and the page's mark."""
    try:
        said: dict[str, Any] = signing.loads(request.POST.get("notice", ""), salt=_SALT)
        at, mark = datetime.fromisoformat(said["at"]), bytes.fromhex(said["mark"])
        return Shown(said["version"], at, said["language"], mark)
    except (signing.BadSignature, KeyError, ValueError):
        return None
