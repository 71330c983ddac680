# SPDX-License-Identifier: AGPL-3.0-or-later
"""Django's handle on this app."""

from django.apps import AppConfig


class OutreachConfig(AppConfig):
    """The public site."""

    name = "tejido.web.outreach"
    label = "outreach"
