# SPDX-License-Identifier: AGPL-3.0-or-later
"""Django's handle on this app."""

from django.apps import AppConfig


class PacketsConfig(AppConfig):
    """Referral packets and who answers them: all that the providers' door can see."""

    name = "tejido.web.packets"
    label = "packets"
