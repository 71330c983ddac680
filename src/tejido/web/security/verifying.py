# SPDX-License-Identifier: AGPL-3.0-or-later
"""Does the audit hold, and do the records stand as it says? Opens nothing: digests of ciphertext are compared.

Everything is read in slices: ten million entries take no more memory than ten thousand, and a node at work is not held.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import batched, groupby, pairwise
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import DatabaseError, connection
from django.db.models import Count, Max, Min, Q

from tejido.crypto import Verifier
from tejido.web.security import guards
from tejido.web.security.anchor import anchored, reaches
from tejido.web.security.anchor_file import ANCHOR
from tejido.web.security.audit import COLUMNS, FIRST, digest_of
from tejido.web.security.models import AuditEntry
from tejido.web.security.sealing import SealedRecord

_SLICE = 5000
_RECORDS_AT_ONCE = 200  # a record may hold pages of sealed text

# (what is wrong, where): codes that whoever asks puts into words.
Finding = tuple[str, str]
Line = tuple[int, str, str]  # revision, digest, event of the last line about a record
_PLACE = ("record_id", "table")


def findings(anchor: bytes | None, transport: Verifier, *, copy: bytes | None = None) -> Iterator[Finding]:
    """Everything that does not fit. `anchor` is the one in the node's folder, `copy` one kept elsewhere."""
    for position in broken_links():
        yield "link", str(position)
    for number in _missing_numbers():
        yield "gap", str(number)
    for guard in guards.wrong():
        yield "guard", guard
    if anchor is None and anchored():
        yield "unanchored", ANCHOR
    if not all(each is None or reaches(each, transport) for each in (anchor, copy)):
        yield "anchor", ANCHOR
    try:
        yield from _changed_records()
    except (DatabaseError, TypeError, ValueError):  # a line that is no line: its place was told above
        yield "unread", AuditEntry._meta.db_table


def unchained() -> tuple[int, datetime | None]:
    """How many entries no digest holds yet, and since when: what stands there could still be altered unseen."""
    tail = AuditEntry.objects.filter(position__isnull=True).aggregate(count=Count("pk"), since=Min("at"))
    return tail["count"], tail["since"]


def broken_links() -> Iterator[int]:
    """Positions that are missing, or whose digest does not follow from the entry and the one before."""
    before, expected = FIRST, 1
    for entry in _chained():
        position, digest = entry["position"], _bytes(entry["digest"])
        # Where a place is missing, what follows hangs on nothing: the gap is told, not the entry after it.
        if position != expected or not digest or _digest(entry, before) != digest:
            yield expected
        if isinstance(position, int):
            before, expected = digest, position + 1


def _bytes(value: object) -> bytes:
    return bytes(value) if isinstance(value, bytes | memoryview) else b""


def _digest(entry: Mapping[str, Any], before: bytes) -> bytes:
    try:
        return digest_of(entry, before)
    except (AttributeError, KeyError, TypeError):  # what stands there is no time, or no JSON
        return b""


def _chained() -> Iterator[Mapping[str, Any]]:
    """Chained entries in order; of one that cannot even be read, its place alone."""
    last = 0
    entries = AuditEntry.objects.order_by("position").values(*COLUMNS)
    while True:
        some = entries.filter(position__gt=last)
        try:
            rows: list[Mapping[str, Any]] = list(some[:_SLICE])
        except (TypeError, ValueError):
            # SQLite keeps what it is given, in any column: one entry is read at a time until the bad one is behind us.
            rows = [_one(some)]
        yield from rows
        if not rows or not isinstance(rows[-1]["position"], int):
            return
        last = rows[-1]["position"]


def _one(entries: Any) -> Mapping[str, Any]:
    try:
        return entries[0]  # type: ignore[no-any-return]
    except (TypeError, ValueError):
        return {"position": entries.values_list("position", flat=True)[0], "digest": None}


def _missing_numbers() -> Iterator[int]:
    """Row numbers that were given out and are no more, in SQLite, which leaves none out and takes back what failed."""
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [AuditEntry._meta.db_table])
        given = (cursor.fetchone() or (0,))[0]
    rows = AuditEntry.objects.aggregate(count=Count("pk"), last=Max("pk"))
    if rows["count"] != (rows["last"] or 0):
        expected = 1
        for number in AuditEntry.objects.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=_SLICE):
            if number != expected:
                yield expected
            expected = number + 1
    if given > (rows["last"] or 0):
        yield (rows["last"] or 0) + 1


def _changed_records() -> Iterator[Finding]:
    """Records that are not as the last line about them says: put back, exchanged, altered or taken away."""
    sealed = {model._meta.label_lower: model for model in apps.get_models() if issubclass(model, SealedRecord)}
    for some in batched(_last_lines(), _RECORDS_AT_ONCE):
        told: dict[str, dict[UUID, Line]] = {}
        for table, record_id, line, wrong in some:
            if wrong:
                yield "told", f"{table} {record_id}"
            told.setdefault(table, {})[record_id] = line
        for table, lines in told.items():
            if table in sealed:
                yield from _against(sealed[table], lines)


def _last_lines() -> Iterator[tuple[str, UUID, Line, bool]]:
    """Each record's last line, and whether an earlier one already knew better."""
    for (record_id, table), entries in groupby(_told(), key=operator.itemgetter(*_PLACE)):
        lines = [_line(each["detail"], each["event"]) for each in entries]
        yield table, record_id, lines[-1], any(_went_back(*pair) for pair in pairwise(lines))


def _went_back(before: Line, now: Line) -> bool:
    return now[0] < before[0] or (now[0] == before[0] and now[1] != before[1])


def _told() -> Iterator[dict[str, Any]]:
    """Lines that say how a record stood, record by record, each record's in the order they were written."""
    lines = AuditEntry.objects.filter(detail__has_key="sealed").order_by(*_PLACE, "pk")
    lines = lines.exclude(record_id=None)
    rest = lines
    while rows := list(rest.values(*_PLACE, "pk", "event", "detail")[:_SLICE]):
        yield from rows
        record_id, table, number = (rows[-1][name] for name in (*_PLACE, "pk"))
        further = Q(record_id__gt=record_id) | Q(table__gt=table) | Q(table=table, pk__gt=number)
        rest = lines.filter(further, record_id__gte=record_id)


def _against(model: type[SealedRecord], told: dict[UUID, Line]) -> Iterator[Finding]:
    name = model._meta.label_lower
    there = model._default_manager.in_bulk(list(told))
    for record_id, line in told.items():
        record = there.get(record_id)
        if _fits(record, line):
            continue
        # Somebody may have saved it while we looked: what stands now is held against what is told now.
        if not _fits(model._default_manager.filter(pk=record_id).first(), _told_now(name, record_id) or line):
            yield ("record" if record is not None else "gone"), f"{name} {record_id}"


def _fits(record: SealedRecord | None, line: Line) -> bool:
    if record is None:
        return line[2].endswith(("removed", "shredded"))
    return line[:2] == (record.revision, record.sealed_digest())


def _told_now(table: str, record_id: UUID) -> Line | None:
    lines = AuditEntry.objects.filter(table=table, record_id=record_id, detail__has_key="sealed")
    last = lines.order_by("-pk").first()
    return _line(last.detail, last.event) if last is not None else None


def _line(detail: Mapping[str, Any], event: str) -> Line:
    return detail.get("revision", 0), detail["sealed"], event


def counted(found: Iterable[Finding], *, most: int = 20) -> dict[str, tuple[int, list[str]]]:
    """How many findings of each kind, and where the first ones are."""
    kinds: dict[str, tuple[int, list[str]]] = {}
    for kind, where in found:
        count, places = kinds.get(kind, (0, []))
        kinds[kind] = count + 1, places if len(places) >= most else [*places, where]
    return kinds
