# SPDX-License-Identifier: AGPL-3.0-or-later
"""Addresses of counting together."""

from django.urls import path

from tejido.web.statistics import edition_views, views

urlpatterns = [
    path("sheets/", views.list_sheets, name="list_sheets"),
    path("sheets/count/", views.count_records, name="count_records"),
    path("sheets/send/", views.send_tabulation, name="send_tabulation"),
    path("sheets/build/", views.build_sheet, name="build_sheet"),
    path("sheets/<uuid:pk>/", views.show_sheet, name="show_sheet"),
    path("sheets/<uuid:pk>/<str:language>/<str:form>/", views.download_sheet, name="download_sheet"),
    path("sheets/<uuid:pk>/edition/", edition_views.make_edition, name="make_edition"),
    path("editions/", edition_views.list_editions, name="list_editions"),
    path("editions/under-way/", edition_views.show_attempt, name="show_attempt"),
    path("editions/<uuid:pk>/", edition_views.show_edition, name="show_edition"),
    path("editions/<uuid:pk>/sign/", edition_views.sign_edition, name="sign_edition"),
    path("editions/<uuid:pk>/seed/", edition_views.keep_seed, name="keep_seed"),
    path("editions/<uuid:pk>/seeds/", edition_views.show_seeds, name="show_seeds"),
    path("editions/<uuid:pk>/files/<path:path>", edition_views.show_edition_file, name="show_edition_file"),
    path("definitions/<str:indicator>/", edition_views.show_definition, name="show_definition"),
]
