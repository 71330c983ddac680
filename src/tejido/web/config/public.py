# SPDX-License-Identifier: AGPL-3.0-or-later
"""The public door: what anyone may read, and the form anyone may write. It cannot reach a case."""

from tejido.web.config.django_settings import door_settings
from tejido.web.config.headers import never_stored

globals().update(door_settings("public", ("security", "accounts", "outreach", "intake")))
# No session on this door: nobody who writes to us is given a thread to be followed by.
MIDDLEWARE: list[str] = [
    name
    for name in globals()["MIDDLEWARE"]
    if "sessions" not in name and "auth.middleware" not in name and "Htmx" not in name
]
# Style sheets are not stored either, so that nothing of ours stays in the cache of a phone others look through.
WHITENOISE_ADD_HEADERS_FUNCTION = never_stored
