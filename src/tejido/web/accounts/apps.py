# SPDX-License-Identifier: AGPL-3.0-or-later
"""Django's handle on this app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Members, teams, their keys, second factor."""

    name = "tejido.web.accounts"
    label = "accounts"

    def ready(self) -> None:
        """From the first password on, this process waits for its turn among the node's others."""
        from tejido.crypto import take_turns
        from tejido.web.accounts.turns import machine_turn

        take_turns(machine_turn)
