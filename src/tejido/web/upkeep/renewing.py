# SPDX-License-Identifier: AGPL-3.0-or-later
"""Coded rows share a key per writing session. When one of them is shredded, the others get a new key and that one goes.

Only the data team opens it: the next analyst who comes in does it, a slice at a time.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import ProtectedError

from tejido.web.accounts.keys import team_of
from tejido.web.accounts.models import Team
from tejido.web.security import audit
from tejido.web.security.access import require
from tejido.web.security.coded import open_batch, write_coded_many
from tejido.web.security.keyring import KeyRing
from tejido.web.security.permissions import Permission
from tejido.web.upkeep.models import OldBatch

_SLICE = 2000


def renew_batches(*, by: Any, ring: KeyRing, most: int = _SLICE) -> int:
    """Seal up to `most` coded rows anew; returns how many. Any number of times, from any number of sessions."""
    require(by, Permission.COUNT)
    done = 0
    for old in OldBatch.objects.order_by("pk"):
        ring.load([old.key_id])
        if done < most and ring.holds(old.key_id):
            done += _renewed(old, ring, by, most - done)
    return done


@transaction.atomic
def _renewed(old: OldBatch, ring: KeyRing, by: Any, most: int) -> int:
    if ring.batch.get("id") == str(old.key_id):  # this session's own: from now on it writes under another
        ring.batch.clear()
    data_team, done = team_of(Team.Kind.DATA).pk, 0
    for table, rows in open_batch(ring, old.key_id, most=most).items():
        write_coded_many(ring, table=table, rows=rows, data_team=data_team)
        done += len(rows)
    if done < most:
        try:
            with transaction.atomic():
                old.key.delete()
            audit.record("batch.renewed", by=by, count=done)
        except ProtectedError:  # a session wrote under it just now: the next round
            pass
    return done
