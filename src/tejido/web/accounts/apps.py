# SPDX-License-Identifier: AGPL-3.0-or-later
"""Django's handle on this app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Members, teams, their keys, second factor."""

    name = "tejido.web.accounts"
    label = "accounts"
