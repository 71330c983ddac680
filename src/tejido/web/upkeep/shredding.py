# SPDX-License-Identifier: AGPL-3.0-or-later
"""Taking a record away for good. Needs no key: without its key what is left of it, anywhere, is noise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import models, transaction

from tejido.web.security import audit
from tejido.web.security.belonging import belongings, empty, keys_of
from tejido.web.security.models import CodedRow, PastBatch, RecordKey, SearchToken
from tejido.web.security.sealing import SealedRecord
from tejido.web.security.searching import hold_tokens
from tejido.web.upkeep.models import SHREDDABLE, OldBatch
from tejido.web.upkeep.tombstones import Line


@dataclass(frozen=True)
class Gone:
    """What went: how many rows of each table, and which records by name and id."""

    counts: dict[str, int]
    rows: list[str]


@transaction.atomic
def shred(record: models.Model, *, by: Any, now: datetime) -> Gone:
    """Delete the record, all that belongs to it, their keys, search tokens and coded rows.

    A row nobody named that still stands under one of the keys stops it all (`ProtectedError`) rather than outlive it.
    """
    rows = belongings(record)
    ids = [row.pk for row in rows if isinstance(row.pk, UUID)]
    for row in rows:
        if isinstance(row, SealedRecord):
            audit.record("record.removed", by=by, record=row)
        empty(row)
    _forget_codes(ids, now)
    tokens = SearchToken.objects.filter(record_id__in=ids)
    hold_tokens(tokens)  # none is being made anew meanwhile
    tokens.delete()
    gone = Gone(
        dict(Counter(row._meta.label_lower for row in rows)),
        [f"{row._meta.label_lower} {row.pk}" for row in rows if isinstance(row.pk, UUID)],
    )
    keys = keys_of(rows)
    _delete(rows)
    RecordKey.objects.filter(pk__in=keys).delete()
    return gone


def _delete(rows: Iterable[models.Model]) -> None:
    """Whatever others of them still stand on comes last."""
    left = list(reversed(list(rows)))
    while left:
        held = []
        for row in left:
            try:
                with transaction.atomic():
                    row.delete()
            except models.ProtectedError:
                held.append(row)
        if len(held) == len(left):
            held[0].delete()  # nothing gave way: say what stands in the way
        left = held


def shred_again(line: Line, *, now: datetime) -> bool:
    """What a tombstone says is gone goes, where an older backup brought it back; had it come back?"""
    back = came_back(line)
    for table, record_id in back:
        row = _rows_of(table).filter(pk=record_id).first()
        if row is not None:  # it may have gone with one before
            shred(row, by=None, now=now)
    return bool(back)


def came_back(line: Line) -> list[tuple[str, str]]:
    """Records of a tombstone that are here all the same: (table, id), the case or contact itself first."""
    named = [name.split(" ", 1) for name in line.entry["rows"]]
    return [(table, record_id) for table, record_id in named if _rows_of(table).filter(pk=record_id).exists()]


def _forget_codes(ids: Iterable[UUID], now: datetime) -> None:
    """The coded rows go, and the keys that opened them or older versions; those that open others too get a new one
    first (`renewing`)."""
    coded, past = (model.objects.filter(record_id__in=list(ids)) for model in (CodedRow, PastBatch))
    batches = {batch for rows in (coded, past) for batch in rows.values_list("batch_id", flat=True)}
    coded.delete()
    used = set(CodedRow.objects.filter(batch_id__in=batches).values_list("batch_id", flat=True))
    RecordKey.objects.filter(pk__in=batches - used).delete()
    past.delete()
    OldBatch.objects.bulk_create([OldBatch(key_id=batch, since=now) for batch in used], ignore_conflicts=True)


def _rows_of(label: str) -> models.QuerySet[Any]:
    try:
        return apps.get_model(label)._base_manager.all()
    except LookupError:  # a table this version does not have
        return OldBatch.objects.none()


def record_of(kind: str, record_id: UUID) -> Any:
    """The case or contact, locked against a hold placed meanwhile; None where it is gone."""
    return SHREDDABLE[kind].objects.select_for_update().filter(pk=record_id).first()
