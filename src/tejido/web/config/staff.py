# SPDX-License-Identifier: AGPL-3.0-or-later
"""The staff door: advocates, case managers, supervisors, analysts. Every page asks who you are."""

from tejido.web.config.django_settings import ALL_APPS, door_settings

globals().update(door_settings("staff", ALL_APPS))
# The ring is unlocked after Django knows who asks; a view that forgets to ask is refused by SignInRequired.
MIDDLEWARE: list[str] = [
    *globals()["MIDDLEWARE"],
    "tejido.web.accounts.unlocking.SignInRequired",
    "tejido.web.accounts.unlocking.UnlockRing",
    "tejido.web.accounts.own_password.OwnPasswordFirst",
    "tejido.web.config.errors.SaysWhatCannotBeOpened",
]
LOGIN_URL = "/login/"
