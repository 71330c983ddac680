# SPDX-License-Identifier: AGPL-3.0-or-later
"""Django's handle on this app."""

from django.apps import AppConfig


class FilesConfig(AppConfig):
    """Files that belong to a case."""

    name = "tejido.web.files"
    label = "files"
