# SPDX-License-Identifier: AGPL-3.0-or-later
"""Addresses of the public form, and of coming back to it."""

from __future__ import annotations

from django.urls import path

from tejido.web.intake.channels.web_form import return_views, views

urlpatterns = [
    path("write/", views.write_to_us, name="write_to_us"),
    path("write/again/", return_views.read_answer, name="read_answer"),
]
