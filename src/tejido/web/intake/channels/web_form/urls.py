# SPDX-License-Identifier: AGPL-3.0-or-later
"""Addresses of the public form."""

from __future__ import annotations

from django.urls import path

from tejido.web.intake.channels.web_form import views

urlpatterns = [
    path("write/", views.write_to_us, name="write_to_us"),
    path("write/thank-you/", views.thank, name="thank"),
]
