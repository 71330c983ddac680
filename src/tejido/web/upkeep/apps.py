# SPDX-License-Identifier: AGPL-3.0-or-later
"""Django's handle on this app."""

from django.apps import AppConfig


class UpkeepConfig(AppConfig):
    """Holds, shredding, tombstones."""

    name = "tejido.web.upkeep"
    label = "upkeep"
