# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a page says when it cannot do what was asked. No details: they help whoever looks for holes, not her."""

from __future__ import annotations

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What was sent cannot be read; too long is said as such."""
    if isinstance(exception, RequestDataTooBig):
        return render(request, "413.html", status=413)
    return render(request, "400.html", status=400)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's token is missing: cookies are refused, or the page stood open too long. What was typed is not lost."""
    return render(request, "403_csrf.html", status=403)
