# SPDX-License-Identifier: AGPL-3.0-or-later
"""After a shredding: what the database itself keeps of deleted rows is overwritten.

SQLite zeroes what is deleted (`secure_delete`); its journal and the slack of its pages are rewritten here, by the
worker. PostgreSQL keeps deleted rows until its tables are rewritten, which only their owner may do:
`tejido node scrub`. Its write-ahead log holds them until its segments are used again, and an archive of it until that
expires.
"""

from __future__ import annotations

from datetime import datetime

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.utils import timezone

from tejido.web.upkeep.models import Shredding
from tejido.web.upkeep.tombstones import keep_file

# What a shredding deletes from besides the tables it names.
_ALWAYS = ("security.recordkey", "security.keygrant", "security.searchtoken", "security.codedrow", "upkeep.hold",
           "mailbox.inboundmessage", "upkeep.oldbatch")  # fmt: skip


def scrub_sqlite(*, now: datetime) -> int:
    """Rewrite the file and empty its journal, if a shredding asks for it; returns how many it settles.

    Raises `OperationalError` while someone writes; the next round tries again.
    """
    if connection.vendor != "sqlite":
        return 0
    waiting = list(_waiting().values_list("pk", flat=True))
    if not waiting:
        return 0
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        busy = cursor.fetchone()[0]
    return 0 if busy else Shredding.objects.filter(pk__in=waiting).update(scrubbed_at=now)


def tidy() -> None:
    """What the worker does every round: whatever a shredding left to be written or overwritten."""
    done = Shredding.objects.done()
    if done.filter(scrubbed_at=None).exists():
        keep_file(settings.TEJIDO.data)
        scrub_sqlite(now=timezone.now())


def scrub_postgresql(*, now: datetime) -> int:
    """The same as the owner of the tables, whom it shuts out for as long as it takes; returns how many it settles."""
    waiting = list(_waiting())
    labels = sorted({label for each in waiting for label in each.gone} | set(_ALWAYS)) if waiting else []
    with connection.cursor() as cursor:
        for label in labels:
            cursor.execute(f'VACUUM (FULL, ANALYZE) "{apps.get_model(label)._meta.db_table}"')
        if waiting:
            cursor.execute("CHECKPOINT")
    return Shredding.objects.filter(pk__in=[each.pk for each in waiting]).update(scrubbed_at=now)


def _waiting():  # type: ignore[no-untyped-def]
    return Shredding.objects.done().filter(scrubbed_at=None)
