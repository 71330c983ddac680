# SPDX-License-Identifier: AGPL-3.0-or-later
"""The partner door: sealed messages in, signed receipts out. It reaches the mailbox and nothing else."""

from tejido.exchange import MAXIMUM_BYTES
from tejido.web.config.django_settings import door_settings

globals().update(door_settings("partners", ("security", "accounts", "mailbox")))
MIDDLEWARE: list[str] = [
    name
    for name in globals()["MIDDLEWARE"]
    if not any(part in name for part in ("sessions", "auth.middleware", "Htmx", "csrf", "Locale", "whitenoise"))
]
# The largest message there is, and not a byte more.
DATA_UPLOAD_MAX_MEMORY_SIZE = MAXIMUM_BYTES
