# SPDX-License-Identifier: AGPL-3.0-or-later
"""Django's handle on this app."""

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    """Contacts and the queue; one folder per channel."""

    name = "tejido.web.intake"
    label = "intake"
