# SPDX-License-Identifier: AGPL-3.0-or-later
"""Addresses of the partner door."""

from django.urls import include, path

urlpatterns = [path("", include("tejido.web.mailbox.urls"))]
