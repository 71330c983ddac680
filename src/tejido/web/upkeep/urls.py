# SPDX-License-Identifier: AGPL-3.0-or-later
"""Addresses of this room."""

from __future__ import annotations

from django.urls import path

from tejido.web.upkeep import signing_views, views

urlpatterns = [
    path("teams/coded-keys/", views.renew_coded_keys, name="renew_coded_keys"),
    path("teams/signing-key/", signing_views.change_signing_key, name="change_signing_key"),
    path("shreddings/", views.list_shreddings, name="list_shreddings"),
    path("shreddings/<uuid:shredding_id>/", views.show_shredding, name="show_shredding"),
    path("shreddings/<uuid:shredding_id>/carry-out/", views.carry_out_shredding, name="carry_out_shredding"),
    path("shreddings/<uuid:shredding_id>/withdraw/", views.withdraw_shredding, name="withdraw_shredding"),
    path("shreddings/<uuid:shredding_id>/certificate/", views.print_certificate, name="print_certificate"),
    path("cases/<uuid:case_id>/shred/", views.ask_shredding, name="ask_shredding"),
    path("contacts/<uuid:contact_id>/shred/", views.ask_shredding_of_contact, name="ask_shredding_of_contact"),
    path("cases/<uuid:case_id>/hold/", views.place_hold, name="place_hold"),
    path("contacts/<uuid:contact_id>/hold/", views.place_hold_on_contact, name="place_hold_on_contact"),
    path("holds/<uuid:hold_id>/lift/", views.lift_hold, name="lift_hold"),
]
