# SPDX-License-Identifier: AGPL-3.0-or-later
"""Addresses of the providers' door."""

from django.urls import include, path

urlpatterns = [
    path("", include("tejido.web.accounts.own_urls")),
    path("", include("tejido.web.packets.urls")),
]

handler400 = "tejido.web.config.errors.bad_request"
handler500 = "tejido.web.config.errors.server_error"
