# SPDX-License-Identifier: AGPL-3.0-or-later
"""Addresses of members and teams, beside one's own."""

from django.urls import include, path

from tejido.web.accounts import account_views, staff_views, views

urlpatterns = [
    path("", include("tejido.web.accounts.own_urls")),
    path("account/new-keys/", account_views.renew_own_keys, name="renew_own_keys"),
    path("members/<uuid:member_id>/sign-out/", account_views.sign_out_member, name="sign_out_member"),
    path("members/<uuid:member_id>/try-again/", account_views.let_try_again, name="let_try_again"),
    path("members/", views.list_members, name="list_members"),
    path("members/new/", staff_views.add_member, name="add_member"),
    path("members/<uuid:member_id>/end/", staff_views.end_access, name="end_access"),
    path("members/<uuid:member_id>/lost-password/", staff_views.replace_password, name="replace_password"),
    path("members/<uuid:member_id>/back/", staff_views.give_access_back, name="give_access_back"),
    path("teams/", staff_views.list_teams, name="list_teams"),
    path("teams/new/", staff_views.add_caseload, name="add_caseload"),
    path("teams/<uuid:team_id>/let-in/", staff_views.let_in, name="let_in"),
    path("teams/<uuid:team_id>/take-out/<uuid:member_id>/", staff_views.take_out, name="take_out"),
    path("teams/<uuid:team_id>/new-keys/", staff_views.renew_keys, name="renew_keys"),
]
