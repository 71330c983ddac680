# SPDX-License-Identifier: AGPL-3.0-or-later
"""A key that someone is writing under does not go meanwhile; whoever takes it away looks again once nobody is."""

from __future__ import annotations

from uuid import UUID

from django.db import connection

from tejido.web.security.models import RecordKey


def keep_key(pk: UUID) -> bool:
    """Is it there? Then it stays until the caller's transaction ends; any number may keep it at once."""
    if connection.vendor != "postgresql":  # SQLite has one writer
        return RecordKey.objects.filter(pk=pk).exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM security_recordkey WHERE id = %s FOR KEY SHARE", [pk])
        return cursor.fetchone() is not None


def unkept_key(pk: UUID) -> RecordKey | None:
    """The key, if nobody keeps it: from now on whoever would write under it waits. Inside the caller's transaction."""
    return RecordKey.objects.select_for_update(skip_locked=True).filter(pk=pk).first()
