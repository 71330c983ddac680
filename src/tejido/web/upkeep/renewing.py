# SPDX-License-Identifier: AGPL-3.0-or-later
"""Coded rows share a key per writing session. When one of them is shredded, the others get a new key and that one goes.

Only the data team opens it: the next analyst who comes in does it, a slice at a time.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from tejido.web.accounts.keys import team_of
from tejido.web.accounts.models import Team
from tejido.web.security import audit
from tejido.web.security.access import require
from tejido.web.security.coded import open_batch, write_coded_many
from tejido.web.security.kept_keys import unkept_key
from tejido.web.security.keyring import KeyRing
from tejido.web.security.models import RecordKey
from tejido.web.security.permissions import Permission
from tejido.web.upkeep.models import OldBatch

_SLICE = 2000
_KEYS_AT_ONCE = 200


@transaction.atomic
def renew_coded_keys(*, by: Any, now: datetime) -> None:
    """Every key of coded rows is to be replaced: one was seen, or a year has gone by. `renew_batches` does it."""
    require(by, Permission.TEAM_EDIT)
    require(by, Permission.COUNT)
    keys = RecordKey.objects.filter(scope="coded", created_at__lte=now)
    marked = [OldBatch(key_id=key, since=now) for key in keys.order_by("created_at").values_list("pk", flat=True)]
    OldBatch.objects.bulk_create(marked, batch_size=500, ignore_conflicts=True)
    audit.record("batch.all_to_renew", by=by, count=len(marked))


def renew_batches(*, by: Any, ring: KeyRing, most: int = _SLICE) -> int:
    """Seal up to `most` coded rows anew; returns how many. Any number of times, from any number of sessions."""
    require(by, Permission.COUNT)
    done = 0
    some = list(OldBatch.objects.filter(key__grants__team_id__in=ring.team_ids).order_by("pk")[:_KEYS_AT_ONCE])
    ring.load([old.key_id for old in some])
    for old in some:
        if done < most and ring.holds(old.key_id):
            done += _renewed(old, ring, by, most - done)
    return done


@transaction.atomic
def _renewed(old: OldBatch, ring: KeyRing, by: Any, most: int) -> int:
    if ring.batch.get("id") == str(old.key_id):  # this session's own: from now on it writes under another
        ring.batch.clear()
    data_team, done = team_of(Team.Kind.DATA).pk, 0
    # A session that writes under it just now keeps it until the next round.
    if (key := unkept_key(old.key_id)) is None:
        return 0
    for table, rows in open_batch(ring, old.key_id, most=most).items():
        write_coded_many(ring, table=table, rows=rows, data_team=data_team)
        done += len(rows)
    if done < most:
        key.delete()
        audit.record("batch.renewed", by=by, count=done)
    return done
