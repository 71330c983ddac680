# SPDX-License-Identifier: AGPL-3.0-or-later
"""Coded rows: every save also writes the record as codes for the data team, so that counting opens no case."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from tejido.crypto import Context, open_field, seal_field
from tejido.web.security.fields import decode, encode
from tejido.web.security.kept_keys import keep_key
from tejido.web.security.keyring import KeyRing
from tejido.web.security.models import CodedRow, PastBatch

_SCOPE = "coded"


def _batch(ring: KeyRing, data_team: UUID) -> tuple[UUID, bytes]:
    """This session's batch key, made at its first save and sealed to the data team."""
    # The session may remember a batch whose transaction was rolled back, or whose key has been changed since.
    if "id" not in ring.batch or not keep_key(UUID(ring.batch["id"])):
        record_key = ring.new_key(_SCOPE, [data_team])
        ring.batch["id"], ring.batch["key"] = str(record_key.id), ring.raw(record_key.id).hex()
    return UUID(ring.batch["id"]), bytes.fromhex(ring.batch["key"])


def _context(ring: KeyRing, record_id: UUID, table: str, batch: UUID) -> Context:
    return Context(ring.node, f"coded.{table}", str(record_id), "row", str(batch))


def write_coded(ring: KeyRing, *, table: str, record_id: UUID, row: dict[str, Any], data_team: UUID) -> None:
    """Write or replace the coded row of one record."""
    write_coded_many(ring, table=table, rows={record_id: row}, data_team=data_team)


def write_coded_many(ring: KeyRing, *, table: str, rows: dict[UUID, dict[str, Any]], data_team: UUID) -> None:
    """Write or replace the coded rows of many records."""
    batch, raw = _batch(ring, data_team)
    older = CodedRow.objects.filter(record_id__in=rows, table=table).exclude(batch_id=batch)
    PastBatch.objects.bulk_create(
        [PastBatch(record_id=record, batch_id=past) for record, past in older.values_list("record_id", "batch_id")],
        batch_size=500, ignore_conflicts=True,
    )  # fmt: skip
    CodedRow.objects.bulk_create(
        [
            CodedRow(
                record_id=record_id,
                table=table,
                batch_id=batch,
                row=seal_field(raw, encode(row), _context(ring, record_id, table, batch)),
            )
            for record_id, row in rows.items()
        ],
        update_conflicts=True,
        unique_fields=["record_id"],
        update_fields=["batch", "row", "table", "updated_at"],
        batch_size=500,
    )


def open_coded(ring: KeyRing, table: str) -> Iterator[tuple[UUID, dict[str, Any]]]:
    """Every coded row of `table` this ring can open, as (record id, codes). For the data team's session only."""
    batches = CodedRow.objects.filter(table=table).values_list("batch_id", flat=True).distinct()
    ring.load(list(batches))
    for coded in CodedRow.objects.filter(table=table).order_by("record_id").iterator(2000):
        raw = ring.raw(coded.batch_id, _SCOPE)
        context = _context(ring, coded.record_id, table, coded.batch_id)
        yield coded.record_id, decode(open_field(raw, coded.row, context))


def open_batch(ring: KeyRing, batch: UUID, *, most: int) -> dict[str, dict[UUID, dict[str, Any]]]:
    """Up to `most` coded rows that share one key, by table and record id, to be sealed anew under another."""
    raw, found = ring.raw(batch, _SCOPE), dict[str, dict[UUID, dict[str, Any]]]()
    for coded in CodedRow.objects.filter(batch_id=batch).order_by("record_id")[:most]:
        context = _context(ring, coded.record_id, coded.table, batch)
        row = decode(open_field(raw, coded.row, context))
        found.setdefault(coded.table, {})[coded.record_id] = row
    return found
