# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a page says when it cannot do what was asked. No details: they help whoever looks for holes, not her."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tejido.crypto import BadSignature, CannotOpen, UnsignedKey
from tejido.web.security import audit
from tejido.web.security.keyring import NoKey


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What was sent cannot be read; too long is said as such."""
    if isinstance(exception, RequestDataTooBig):
        return render(request, "413.html", status=413)
    return render(request, "400.html", status=400)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's token is missing: cookies are refused, or the page stood open too long. What was typed is not lost."""
    return render(request, "403_csrf.html", status=403)


class SaysWhatCannotBeOpened:
    """A record that does not open was changed behind our back, or belongs to others: said, and noted in the audit."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """409 with a sentence; whatever was being saved has been rolled back with its transaction."""
        if not isinstance(exception, (CannotOpen, NoKey, UnsignedKey, BadSignature)):
            return None
        audit.record("record.did_not_open", by=request.user, reason_code=type(exception).__name__)
        return render(request, "did_not_open.html", status=409)
