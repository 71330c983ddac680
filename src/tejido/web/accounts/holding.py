# SPDX-License-Identifier: AGPL-3.0-or-later
"""A form that could not be taken is handed back whole: going back in the browser would bring an empty one."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

_NEVER = ("csrfmiddlewaretoken", "password")


def hand_back(request: HttpRequest, template: str, *, status: int) -> HttpResponse:
    """A page that says why (`template`, made from held.html) and holds what was typed, to be sent once more."""
    typed = [] if "password" in request.POST else [
        (name, value) for name, values in request.POST.lists() if name not in _NEVER for value in values
    ]  # fmt: skip
    return render(request, template, {"typed": typed}, status=status)
