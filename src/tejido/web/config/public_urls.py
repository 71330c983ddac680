# SPDX-License-Identifier: AGPL-3.0-or-later
"""Addresses of the public door."""

from django.urls import include, path

from tejido.web.accounts.views import choose_language

urlpatterns = [
    path("language/", choose_language, name="choose_language"),
    path("", include("tejido.web.outreach.urls")),
    path("", include("tejido.web.intake.channels.web_form.urls")),
]

handler400 = "tejido.web.config.errors.bad_request"
handler500 = "tejido.web.config.errors.server_error"
