# SPDX-License-Identifier: AGPL-3.0-or-later
"""Screens that combine domains."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def show_desk(request: HttpRequest) -> HttpResponse:
    """Where a working day starts."""
    return render(request, "desk/show_desk.html")
