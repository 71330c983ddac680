# SPDX-License-Identifier: AGPL-3.0-or-later
"""Coming back with a code: reading the answer, writing again, ending it. The code is in no address and no cookie.

Where JavaScript runs the code stays on her device: the server is told what it is found by and hands out sealed answers.
"""

from __future__ import annotations

from base64 import b64encode
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from tejido.crypto import BadCode, CannotOpen, derive_return, open_box, typed_code
from tejido.crypto.boxes import BoxKey
from tejido.web.intake.channels.web_form.forms import WebForm
from tejido.web.intake.channels.web_form.pages import code_words, finder_sent, page_now, sealing_words
from tejido.web.intake.channels.web_form.views import take_box, take_typed
from tejido.web.intake.conversations import end, find, mark_read, reply_info
from tejido.web.intake.models import Conversation, Reply
from tejido.web.outreach.public_words import real_lines
from tejido.web.security import audit
from tejido.web.security.fields import decode
from tejido.web.security.pacing import Pace

_SLIP = gettext_lazy("A digit is missing or wrong. There are seven groups of four digits: compare them one by one.")
_UNKNOWN = gettext_lazy(
    "There is nothing under this code. A digit may be wrong, or it has ended: by your hand, or because the days "
    "ran out."
)
_TOO_MANY = gettext_lazy("Too many codes that lead nowhere are being tried right now. Wait a minute, then try again.")
# Only codes that lead nowhere are counted: a flood of guesses never keeps anyone from her own answer.
_wrong = Pace(at_once=60, a_second=1)
_noted = Pace(at_once=1, a_second=1 / 60)


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
def read_answer(request: HttpRequest) -> HttpResponse:
    """Where a code is typed, and what stands under it."""
    if request.method != "POST" or "switch" in request.POST:
        return _ask(request)
    digits, finder, key = "", finder_sent(request), None
    if finder is None:
        try:
            digits = typed_code(request.POST.get("code", ""))
        except BadCode:
            return _ask(request, _SLIP, status=422)
        code = derive_return(digits, settings.TEJIDO.node)
        finder, key = code.finder, code.key
    conversation = find(finder)
    if conversation is None:
        return _nothing(request)
    now, then = timezone.now(), request.POST.get("then", "")
    shown = {"code": digits, "finder": b64encode(finder).decode()}
    if then == "end":
        end(conversation, ended_by=Conversation.EndedBy.HER)
        return _ask(request, ended=True)
    if then == "write":
        return _write(request, conversation, key, shown, now)
    return _page(request, conversation, key, shown, now)


def _write(
    request: HttpRequest, conversation: Conversation, key: BoxKey | None, shown: dict[str, Any], now: datetime
) -> HttpResponse:
    if "box" in request.POST:
        status = take_box(request, now, returning=True)
        return _page(request, conversation, key, shown, now, arrived=not status, status=status or 200)
    form = WebForm({"own_words": request.POST.get("own_words", "")})
    if not form.is_valid() or key is None:
        return _page(request, conversation, key, shown, now, form=form, status=422)
    if take_typed(request, form, shown["code"], now, returning=True):
        return _page(request, conversation, key, shown, now, arrived=True)
    form.add_error(None, _("It did not arrive: our side cannot keep it right now. What you wrote is still "
                           "here: wait a minute and press Send again. If it is urgent, call."))  # fmt: skip
    return _page(request, conversation, key, shown, now, form=form, status=503)


def _page(
    request: HttpRequest, conversation: Conversation, key: BoxKey | None, shown: dict[str, Any], now: datetime,
    *, form: WebForm | None = None, arrived: bool = False, status: int = 200,
) -> HttpResponse:  # fmt: skip
    replies = Reply.objects.filter(conversation=conversation).exclude(box=None).order_by("written_at")
    rows = [_row(reply, key) for reply in replies.only("id", "conversation_id", "box", "written_at", "read_on")]
    mark_read(conversation)
    context = {
        "replies": rows, "form": form or WebForm(), "arrived": arrived, "real_lines": real_lines(),
        **shown, **sealing_words(page_now(now)),
    }  # fmt: skip
    return render(request, "web_form/read_answer.html", context, status=status)


def _row(reply: Reply, key: BoxKey | None) -> dict[str, Any]:
    """An answer: opened here where her code came along; else as a box for her own device to open."""
    box, info = bytes(reply.box or b""), reply_info(reply.conversation_id, reply.pk)
    if key is None:
        return {"box": b64encode(box).decode(), "info": b64encode(info).decode()}
    try:
        said = decode(open_box(key, box, info))
        return {"words": said["words"], "on": datetime.fromisoformat(said["on"]).date()}
    except (CannotOpen, ValueError, KeyError, TypeError):
        return {"unreadable": True}


def _nothing(request: HttpRequest) -> HttpResponse:
    """The same for a code that never was, one that ended and one that ran out."""
    if _wrong.allows():
        return _ask(request, _UNKNOWN, status=422)
    if _noted.allows():
        audit.record("conversation.guessed", by=None, count=1)
    return _ask(request, _TOO_MANY, status=429)


def _ask(request: HttpRequest, problem: Any = "", *, ended: bool = False, status: int = 200) -> HttpResponse:
    context = {"problem": problem, "ended": ended, "real_lines": real_lines(), **code_words()}
    return render(request, "web_form/come_back.html", context, status=status)
