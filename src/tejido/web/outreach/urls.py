# SPDX-License-Identifier: AGPL-3.0-or-later
"""Addresses of the public site. Plain words: an address stays in the history of a phone others look through."""

from __future__ import annotations

from django.urls import path

from tejido.web.outreach import edition_views, views

urlpatterns = [
    path("", views.show_home, name="show_home"),
    path("privacy/", views.show_privacy_notice, name="show_privacy_notice"),
    path("privacy/<str:version>/", views.show_privacy_notice, name="show_privacy_notice_version"),
    path("figures/", edition_views.list_figures, name="list_figures"),
    path("figures/<str:code>/<path:path>", edition_views.show_figures, name="show_figures"),
    path("exit/", views.leave_page, name="leave_page"),
]
