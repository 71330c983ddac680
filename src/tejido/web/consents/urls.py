# SPDX-License-Identifier: AGPL-3.0-or-later
"""Addresses of releases."""

from __future__ import annotations

from django.urls import path

from tejido.web.consents import views

urlpatterns = [path("cases/<uuid:case_id>/releases/new/", views.record_release, name="record_release")]
