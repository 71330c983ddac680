# SPDX-License-Identifier: AGPL-3.0-or-later
"""Addresses of signing in and out."""

from django.urls import path

from tejido.web.accounts import views

urlpatterns = [
    path("login/", views.sign_in, name="sign_in"),
    path("logout/", views.sign_out, name="sign_out"),
    path("members/", views.list_members, name="list_members"),
    path("language/", views.choose_language, name="choose_language"),
]
