# SPDX-License-Identifier: AGPL-3.0-or-later
"""Addresses of counting together."""

from django.urls import path

from tejido.web.statistics import views

urlpatterns = [
    path("sheets/", views.list_sheets, name="list_sheets"),
    path("sheets/send/", views.send_tabulation, name="send_tabulation"),
    path("sheets/build/", views.build_sheet, name="build_sheet"),
    path("sheets/<uuid:pk>/", views.show_sheet, name="show_sheet"),
    path("sheets/<uuid:pk>/<str:language>/<str:form>/", views.download_sheet, name="download_sheet"),
]
