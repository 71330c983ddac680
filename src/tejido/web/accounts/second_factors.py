# SPDX-License-Identifier: AGPL-3.0-or-later
"""Second factors are sealed under the node's environment key, which may be a new one from one moment to the next."""

from __future__ import annotations

from django.conf import settings

from tejido.crypto import CannotOpen, Context, open_field, seal_field


def seal_factor(plain: bytes, context: Context) -> bytes:
    """Seal under the newest key."""
    return seal_field(settings.TEJIDO.environment_keys[0], plain, context)


def open_factor(blob: bytes | memoryview, context: Context) -> bytes:
    """Open with the newest key, or with the one before while a rotation is under way; raises `CannotOpen`."""
    for key in settings.TEJIDO.environment_keys:  # asked after the row was read: it knows at least the key of the row
        try:
            return open_field(key, blob, context)
        except CannotOpen:
            continue
    raise CannotOpen
