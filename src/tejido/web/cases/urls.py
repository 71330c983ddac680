# SPDX-License-Identifier: AGPL-3.0-or-later
"""Addresses of this room: codes and ids, never a word about anyone."""

from __future__ import annotations

from django.urls import path

from tejido.web.cases import glass_views, part_views, search_key_views, views

urlpatterns = [
    path("cases/", views.list_cases, name="list_cases"),
    path("cases/new/", views.open_case, name="open_case"),
    path("cases/find/", views.find_case, name="find_case"),
    path("contacts/<uuid:contact_id>/case/", views.open_case, name="open_case_from"),
    path("contacts/<uuid:contact_id>/attach/", views.attach_contact, name="attach_contact"),
    path("cases/<uuid:pk>/edit/", views.edit_case, name="edit_case"),
    path("cases/<uuid:pk>/move/", views.move_case, name="move_case"),
    path("cases/<uuid:pk>/persons/new/", part_views.add_person, name="add_person"),
    path("cases/<uuid:pk>/groups/new/", part_views.add_group, name="add_group"),
    path("persons/<uuid:pk>/", part_views.edit_person, name="edit_person"),
    path("cases/<uuid:pk>/places/new/", part_views.add_place, name="add_place"),
    path("places/<uuid:pk>/", part_views.edit_place, name="edit_place"),
    path("places/<uuid:pk>/remove/", part_views.remove_place, name="remove_place"),
    path("cases/<uuid:pk>/businesses/new/", part_views.add_business, name="add_business"),
    path("cases/<uuid:pk>/businesses/<uuid:business_id>/remove/", part_views.remove_business, name="remove_business"),
    path("cases/<uuid:pk>/notes/new/", part_views.add_note, name="add_note"),
    path("cases/<uuid:pk>/tasks/new/", part_views.add_task, name="add_task"),
    path("cases/<uuid:pk>/duties/", part_views.follow_duties, name="follow_duties"),
    path("tasks/<uuid:pk>/settle/", part_views.settle_task, name="settle_task"),
    path("cases/<uuid:pk>/compartments/<slug:kind>/", part_views.open_compartment, name="open_compartment"),
    path("cases/<uuid:pk>/compartments/<slug:kind>/save/", part_views.save_compartment, name="save_compartment"),
    path("teams/search-key/", search_key_views.change_search_key, name="change_search_key"),
    path("glass/", glass_views.break_glass, name="break_glass"),
    path("glass/list/", glass_views.list_broken_glass, name="list_broken_glass"),
    path("glass/<uuid:pk>/review/", glass_views.review_glass, name="review_glass"),
]
