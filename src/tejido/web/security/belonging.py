# SPDX-License-Identifier: AGPL-3.0-or-later
"""What belongs to a record and goes with it when the record is shredded.

Whatever has a foreign key to a row that goes, goes too. What has none is named by its room, beside its tables:

    @belongs_to("cases.case")
    def _attachments(case): return [Attachment.objects.filter(record_id=case.pk)]

    @emptied_with("files.attachment")
    def _forget_bytes(attachment): ...
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from uuid import UUID

from django.db import models

from tejido.web.security.sealing import SealedRecord

Rows = Callable[[Any], Iterable[models.QuerySet[Any]]]
Emptying = Callable[[Any], None]
_rows: dict[str, list[Rows]] = defaultdict(list)
_emptying: dict[str, list[Emptying]] = defaultdict(list)


def belongs_to(label: str) -> Callable[[Rows], Rows]:
    """The function's querysets hold rows that go with a record of `label`, such as `cases.case`."""

    def register(found: Rows) -> Rows:
        _rows[label].append(found)
        return found

    return register


def emptied_with(label: str) -> Callable[[Emptying], Emptying]:
    """The function takes away what is no row of its own: bytes of a message that stays as a number, files on disk.

    It runs inside the shredding's transaction, before the row goes; what cannot be undone it leaves to `on_commit`,
    and it must not mind being run again.
    """

    def register(empty: Emptying) -> Emptying:
        _emptying[label].append(empty)
        return empty

    return register


def belongings(record: models.Model) -> list[models.Model]:
    """The record and every row that goes with it, each once and after what it belongs to."""
    found: dict[tuple[str, Any], models.Model] = {}
    waiting: list[models.Model] = [record]
    while waiting:
        fresh = [row for row in waiting if (row._meta.label_lower, row.pk) not in found]
        found.update({(row._meta.label_lower, row.pk): row for row in fresh})
        waiting = list(_one_step(fresh))
    return list(found.values())


def empty(row: models.Model) -> None:
    """Take away what its room keeps of the row elsewhere."""
    for emptying in _emptying[row._meta.label_lower]:
        emptying(row)


def keys_of(rows: Iterable[models.Model]) -> set[UUID]:
    """The record keys of those rows."""
    return {row.key_id for row in rows if isinstance(row, SealedRecord)}


def _one_step(rows: list[models.Model]) -> Iterator[models.Model]:
    by_model: dict[type[models.Model], list[models.Model]] = defaultdict(list)
    for row in rows:
        by_model[type(row)].append(row)
        for queryset in (one for named in _rows[row._meta.label_lower] for one in named(row)):
            yield from queryset
    for model, its in by_model.items():
        for relation in model._meta.get_fields(include_hidden=True):
            if isinstance(relation, models.ManyToOneRel):  # one-to-one relations too
                there = {f"{relation.field.name}__in": [row.pk for row in its]}
                yield from relation.related_model._base_manager.filter(**there)
