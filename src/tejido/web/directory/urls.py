# SPDX-License-Identifier: AGPL-3.0-or-later
"""Addresses of the directory."""

from __future__ import annotations

from django.urls import path

from tejido.web.directory import views

urlpatterns = [
    path("services/", views.list_services, name="list_services"),
    path("services/new/", views.add_service, name="add_service"),
    path("services/<uuid:service_id>/", views.show_service, name="show_service"),
    path("services/<uuid:service_id>/edit/", views.edit_service, name="edit_service"),
    path("services/<uuid:service_id>/address/", views.open_service_address, name="open_service_address"),
]
