# SPDX-License-Identifier: AGPL-3.0-or-later
"""The providers' door: people of a shelter or a lawyer's open the packets sent to them. It reaches packets only."""

from tejido.web.config.django_settings import BEHIND_SIGN_IN, door_settings

globals().update(door_settings("providers", ("security", "accounts", "packets")))
MIDDLEWARE: list[str] = [*globals()["MIDDLEWARE"], *BEHIND_SIGN_IN]
LOGIN_URL = "/login/"
