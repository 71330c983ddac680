# SPDX-License-Identifier: AGPL-3.0-or-later
"""Django's handle on this app."""

from django.apps import AppConfig


class StatisticsConfig(AppConfig):
    """Counting from coded rows, totals from the partner, fact sheets."""

    name = "tejido.web.statistics"
    label = "statistics"
