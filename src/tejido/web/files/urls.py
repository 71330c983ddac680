# SPDX-License-Identifier: AGPL-3.0-or-later
"""Addresses of this room: ids, never a file's name."""

from __future__ import annotations

from django.urls import path

from tejido.web.files import views

urlpatterns = [
    path("cases/<uuid:pk>/files/new/", views.add_file, name="add_file"),
    path("files/<uuid:pk>/", views.show_file, name="show_file"),
    path("files/<uuid:pk>/picture/", views.show_picture, name="show_picture"),
    path("files/<uuid:pk>/download/", views.download_file, name="download_file"),
    path("files/<uuid:pk>/remove/", views.remove_file, name="remove_file"),
]
