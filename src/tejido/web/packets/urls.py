# SPDX-License-Identifier: AGPL-3.0-or-later
"""Addresses of the providers' door that are about packets."""

from __future__ import annotations

from django.urls import path

from tejido.web.packets import views

urlpatterns = [
    path("", views.list_packets, name="list_packets"),
    path("packets/<uuid:packet_id>/", views.show_packet, name="show_packet"),
    path("packets/<uuid:packet_id>/answer/", views.answer_packet, name="answer_packet"),
    path("colleagues/", views.list_colleagues, name="list_colleagues"),
    path("colleagues/<uuid:member_id>/let-in/", views.let_colleague_in, name="let_colleague_in"),
]
