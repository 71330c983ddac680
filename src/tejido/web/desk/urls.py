# SPDX-License-Identifier: AGPL-3.0-or-later
"""Addresses of this room."""

from django.urls import path

from tejido.web.desk import views

urlpatterns = [
    path("", views.show_desk, name="show_desk"),
    path("audit/", views.list_audit, name="list_audit"),
    path("audit/export/", views.export_audit, name="export_audit"),
    path("readings/<uuid:pk>/seen/", views.see_reading, name="see_reading"),
    path("cases/<uuid:pk>/", views.show_case, name="show_case"),
]
