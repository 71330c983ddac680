# SPDX-License-Identifier: AGPL-3.0-or-later
"""Django's handle on this app."""

from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    """Services kept and searched."""

    name = "tejido.web.directory"
    label = "directory"
