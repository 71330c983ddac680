# SPDX-License-Identifier: AGPL-3.0-or-later
"""Addresses of the providers' door."""

from django.urls import include, path

from tejido.web.accounts import own_password, views

urlpatterns = [
    path("login/", views.sign_in, name="sign_in"),
    path("logout/", views.sign_out, name="sign_out"),
    path("password/", own_password.choose_password, name="choose_password"),
    path("language/", views.choose_language, name="choose_language"),
    path("", include("tejido.web.packets.urls")),
]

handler400 = "tejido.web.config.errors.bad_request"
handler500 = "tejido.web.config.errors.server_error"
