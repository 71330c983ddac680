# SPDX-License-Identifier: AGPL-3.0-or-later
"""Django's handle on this app."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """Screens that combine domains; nothing imports it."""

    name = "tejido.web.desk"
    label = "desk"
