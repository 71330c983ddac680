# SPDX-License-Identifier: AGPL-3.0-or-later
"""A button pressed twice, or a page sent again after a lost line, makes one thing and not two."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from tejido.web.security.models import SentForm

MARK = "sent"  # the hidden field `{% sent_once %}` writes
_KEPT = timedelta(days=1)


def once(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view that makes something. The second time the same page is sent unchanged, it leads where the first led."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        mark = _mark(request)
        if mark is None:
            return view(request, *args, **kwargs)
        # In the view's own transaction: the second press waits until the first is kept, or finds it undone.
        with transaction.atomic():
            sent, first = SentForm.objects.get_or_create(pk=mark)
            if not first:
                return redirect(sent.led_to)
            response = view(request, *args, **kwargs)
            if response.status_code == 302:
                SentForm.objects.filter(pk=mark).update(led_to=response.headers["Location"])
                SentForm.objects.filter(at__lt=timezone.now() - _KEPT).delete()
            else:
                sent.delete()  # something to correct: to be sent again
            return response

    return guarded


def _mark(request: HttpRequest) -> UUID | None:
    """The page's mark bound to what was typed: gone back to and filled in anew, it is another form.

    The mark itself is stored nowhere, so that nobody can try out what the form may have said.
    """
    if request.method != "POST" or MARK not in request.POST:
        return None
    typed = sorted((name, values) for name, values in request.POST.lists() if name != "csrfmiddlewaretoken")
    return UUID(bytes=hashlib.sha256(json.dumps(typed).encode()).digest()[:16])
