# SPDX-License-Identifier: AGPL-3.0-or-later
"""The staff door: advocates, case managers, supervisors, analysts. Every page asks who you are."""

from tejido.web.config.django_settings import ALL_APPS, BEHIND_SIGN_IN, door_settings

globals().update(door_settings("staff", ALL_APPS))
MIDDLEWARE: list[str] = [*globals()["MIDDLEWARE"], *BEHIND_SIGN_IN]
LOGIN_URL = "/login/"
