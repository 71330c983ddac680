# SPDX-License-Identifier: AGPL-3.0-or-later
"""Addresses of this room."""

from __future__ import annotations

from django.urls import path

from tejido.web.intake import discard_views, reply_views, views

urlpatterns = [
    path("contacts/", views.list_contacts, name="list_contacts"),
    path("contacts/call/", views.take_call, name="take_call"),
    path("contacts/look-through/", discard_views.look_through_contacts, name="look_through_contacts"),
    path("contacts/discard/", discard_views.discard_contacts, name="discard_contacts"),
    path("contacts/<uuid:pk>/bring-back/", discard_views.bring_back_contact, name="bring_back_contact"),
    path("contacts/<uuid:pk>/", views.edit_contact, name="edit_contact"),
    path("contacts/<uuid:pk>/take/", views.take_contact, name="take_contact"),
    path("contacts/<uuid:pk>/close/", views.close_contact, name="close_contact"),
    path("contacts/<uuid:pk>/reply/", reply_views.write_reply, name="write_reply"),
]
