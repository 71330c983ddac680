# SPDX-License-Identifier: AGPL-3.0-or-later
"""Django's handle on this app."""

from django.apps import AppConfig


class SecurityConfig(AppConfig):
    """Mechanisms: sealed fields, key use, audit, permissions."""

    name = "tejido.web.security"
    label = "security"
