# SPDX-License-Identifier: AGPL-3.0-or-later
"""Addresses of signing in and out, of members and teams."""

from django.urls import path

from tejido.web.accounts import own_password, staff_views, views

urlpatterns = [
    path("login/", views.sign_in, name="sign_in"),
    path("logout/", views.sign_out, name="sign_out"),
    path("password/", own_password.choose_password, name="choose_password"),
    path("members/", views.list_members, name="list_members"),
    path("members/new/", staff_views.add_member, name="add_member"),
    path("members/<uuid:member_id>/end/", staff_views.end_access, name="end_access"),
    path("members/<uuid:member_id>/lost-password/", staff_views.replace_password, name="replace_password"),
    path("members/<uuid:member_id>/back/", staff_views.give_access_back, name="give_access_back"),
    path("teams/", staff_views.list_teams, name="list_teams"),
    path("teams/<uuid:team_id>/let-in/", staff_views.let_in, name="let_in"),
    path("teams/<uuid:team_id>/take-out/<uuid:member_id>/", staff_views.take_out, name="take_out"),
    path("teams/<uuid:team_id>/new-keys/", staff_views.renew_keys, name="renew_keys"),
    path("language/", views.choose_language, name="choose_language"),
]
