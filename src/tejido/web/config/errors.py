# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a page says when it cannot do what was asked. No details: they help whoever looks for holes, not her."""

from __future__ import annotations

import sys
from collections.abc import Callable

from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views import defaults

from tejido.crypto import BadSignature, CannotOpen, UnsignedKey
from tejido.web.accounts.holding import hand_back
from tejido.web.security import audit
from tejido.web.security.keyring import NoKey, NotOurs
from tejido.web.security.sealing import StaleRevision


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What was sent cannot be read; too long is said as such."""
    if isinstance(exception, RequestDataTooBig):
        return render(request, "413.html", status=413)
    return render(request, "400.html", status=400)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's token is missing: cookies are refused, or the page stood open too long. What was typed is not lost."""
    # Only to our own page: another site could otherwise have words of its choosing sent with one press.
    ours = request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"
    return hand_back(request, "403_csrf.html", status=403) if ours else render(request, "403_csrf.html", status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """Something broke. A database that cannot write (full, locked) is said as such, and hands back what was typed."""
    if isinstance(sys.exception(), DatabaseError):
        return hand_back(request, "not_saved.html", status=503)
    return defaults.server_error(request)


class SaysWhatCannotBeOpened:
    """A record that does not open was changed behind our back, or belongs to others: said, and noted in the audit."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 405:  # an address that only a button opens, typed or come back to: no blank page
            response.content = render(request, "404.html").content
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """409 with a sentence; whatever was being saved has been rolled back with its transaction."""
        if isinstance(exception, StaleRevision):  # pages with a form show the difference; this was a button
            return render(request, "stale.html", status=409)
        if not isinstance(exception, (CannotOpen, NoKey, UnsignedKey, BadSignature)):
            return None
        audit.record("record.did_not_open", by=request.user, reason_code=type(exception).__name__)
        not_ours = isinstance(exception, NotOurs)
        return render(request, "did_not_open.html", {"not_ours": not_ours}, status=409)
