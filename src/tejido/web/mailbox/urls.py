# SPDX-License-Identifier: AGPL-3.0-or-later
"""Addresses of the partner door."""

from __future__ import annotations

from django.urls import path

from tejido.web.mailbox import views

urlpatterns = [
    path("messages/", views.receive_message, name="receive_message"),
    path("anchors/", views.receive_anchor, name="receive_anchor"),
    path("health/", views.show_health, name="show_health"),
]
