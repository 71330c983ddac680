# SPDX-License-Identifier: AGPL-3.0-or-later
"""After a shredding: what the database itself keeps of deleted rows is overwritten.

SQLite zeroes what is deleted (`secure_delete`); its journal and the slack of its pages are rewritten here, by the
worker. PostgreSQL keeps deleted rows until its tables are rewritten, which only their owner may do:
`tejido node scrub`. Its write-ahead log holds them until its segments are used again, and an archive of it until that
expires.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import ManyToOneRel, Q
from django.utils import timezone

from tejido.web.accounts.signing_keys import SIGNING_SCOPE
from tejido.web.security.models import KeyGrant, RecordKey
from tejido.web.security.search_keys import SEARCH_SCOPE
from tejido.web.upkeep.models import Shredding
from tejido.web.upkeep.tombstones import file_is_old, keep_file

# Keys that belong to no record: the organisation's own, and those of coded rows that were since written anew.
_WITHOUT_RECORD = Q(scope="coded") | Q(scope__startswith=SIGNING_SCOPE) | Q(scope__startswith=SEARCH_SCOPE)


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
    if file_is_old(settings.TEJIDO.data):  # whoever copies it away shall have one that says it is of today
        keep_file(settings.TEJIDO.data)
    done = Shredding.objects.done()
    if done.filter(scrubbed_at=None).exists():
        keep_file(settings.TEJIDO.data)
        scrub_sqlite(now=timezone.now())


def scrub_everything() -> int:
    """Rewrite every table as their owner, whoever waits meanwhile; returns how many shreddings it settles."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    else:
        with connection.cursor() as cursor:
            cursor.execute("VACUUM (FULL, ANALYZE)")
            cursor.execute("CHECKPOINT")
    return _waiting().update(scrubbed_at=timezone.now())


def unused_keys() -> list[tuple[UUID, str]]:
    """Keys that no record stands under, by scope. Keys of the organisation itself and of past batches are not meant."""
    held: set[UUID] = set()
    for relation in RecordKey._meta.get_fields(include_hidden=True):
        if isinstance(relation, ManyToOneRel) and relation.related_model is not KeyGrant:
            held |= set(relation.related_model._base_manager.values_list(relation.field.attname, flat=True).distinct())
    meant = RecordKey.objects.exclude(_WITHOUT_RECORD)
    keys = meant.values_list("pk", "scope")
    return [(pk, scope) for pk, scope in keys.order_by("created_at") if pk not in held]


def _waiting():  # type: ignore[no-untyped-def]
    return Shredding.objects.done().filter(scrubbed_at=None)
