# SPDX-License-Identifier: AGPL-3.0-or-later
"""Django's handle on this app."""

from django.apps import AppConfig


class ConsentsConfig(AppConfig):
    """Releases a survivor gave, and their withdrawal."""

    name = "tejido.web.consents"
    label = "consents"
