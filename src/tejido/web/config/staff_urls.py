# SPDX-License-Identifier: AGPL-3.0-or-later
"""Addresses of the staff door."""

from django.urls import include, path

urlpatterns = [
    path("", include("tejido.web.desk.urls")),
    path("", include("tejido.web.accounts.urls")),
    path("", include("tejido.web.intake.urls")),
    path("", include("tejido.web.cases.urls")),
    path("", include("tejido.web.files.urls")),
    path("", include("tejido.web.consents.urls")),
    path("", include("tejido.web.referrals.urls")),
    path("", include("tejido.web.directory.urls")),
    path("", include("tejido.web.sharing.urls")),
    path("", include("tejido.web.statistics.urls")),
    path("", include("tejido.web.upkeep.urls")),
]

handler400 = "tejido.web.config.errors.bad_request"
handler500 = "tejido.web.config.errors.server_error"
