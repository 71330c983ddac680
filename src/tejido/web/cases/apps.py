# SPDX-License-Identifier: AGPL-3.0-or-later
"""Django's handle on this app."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """Case files: persons, places, compartments, notes, tasks."""

    name = "tejido.web.cases"
    label = "cases"
