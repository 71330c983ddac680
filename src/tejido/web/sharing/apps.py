# SPDX-License-Identifier: AGPL-3.0-or-later
"""Django's handle on this app."""

from django.apps import AppConfig


class SharingConfig(AppConfig):
    """Agreements, hand-overs between organisations, alerts: what left, what arrived."""

    name = "tejido.web.sharing"
    label = "sharing"
