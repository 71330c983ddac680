# SPDX-License-Identifier: AGPL-3.0-or-later
"""The audit: an explicit line in every action and every reading, never a signal, never a word of content."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import models, transaction

from tejido.web.security.models import AuditEntry
from tejido.web.security.sealing import SealedRecord

# What a detail may say. Anything else would be a place for content to hide.
ALLOWED_DETAILS = frozenset(
    {"sealed", "count", "filter", "team", "teams", "role", "lane", "reasons", "agreement", "decision", "message",
     "message_type", "partner", "status", "outcome", "edition", "window", "door", "fields", "reason_code", "kind",
     "target", "revision"}
)  # fmt: skip


def record(event: str, *, by: Any, record: models.Model | None = None, **detail: Any) -> AuditEntry:
    """Write one line inside the caller's transaction. `by` is the member, or None for the node itself."""
    entry = _entry(event, by, record, detail)
    entry.save(force_insert=True)
    return entry


def record_each(event: str, *, by: Any, records: Iterable[models.Model]) -> None:
    """A line for each of `records`, written together."""
    AuditEntry.objects.bulk_create([_entry(event, by, each, {}) for each in records])


def _entry(event: str, by: Any, record: models.Model | None, detail: dict[str, Any]) -> AuditEntry:
    unknown = set(detail) - ALLOWED_DETAILS
    if unknown:
        raise ValueError(f"not allowed in the audit: {sorted(unknown)}")
    if isinstance(record, SealedRecord):
        detail.setdefault("sealed", record.sealed_digest())
        detail.setdefault("revision", record.revision)
    key = record.pk if record is not None else None
    return AuditEntry(
        member_id=by.pk if by is not None else None,
        event=event,
        table=record._meta.label_lower if record is not None else "",
        record_id=key if isinstance(key, UUID) else None,
        detail=json.loads(json.dumps(detail, default=str)),
    )


# What an entry's digest holds, in this order; `digest` itself comes last.
COLUMNS = ("position", "pk", "at", "member_id", "event", "table", "record_id", "detail", "digest")
FIRST = b"\x00" * 32  # what the first entry hangs on


def digest_of(entry: Mapping[str, Any], before: bytes) -> bytes:
    """SHA-256 over the entry's columns and the digest before it."""
    columns = [
        entry["position"],
        entry["pk"],
        entry["at"].isoformat(),
        str(entry["member_id"] or ""),
        entry["event"],
        entry["table"],
        str(entry["record_id"] or ""),
        entry["detail"],
    ]
    written = json.dumps(columns, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(b"tejido/audit/1\x00" + before + written.encode()).digest()


@transaction.atomic
def chain(limit: int = 5000) -> int:
    """Chain entries not yet chained, in the order they were committed; returns how many. Run by one job at a time."""
    last = AuditEntry.objects.filter(position__isnull=False).order_by("-position").first()
    position, before = (last.position or 0, bytes(last.digest or b"")) if last else (0, FIRST)
    fresh = list(AuditEntry.objects.filter(position__isnull=True).order_by("pk")[:limit])
    for entry in fresh:
        position += 1
        entry.position = position
        before = entry.digest = digest_of({name: getattr(entry, name) for name in COLUMNS}, before)
    AuditEntry.objects.bulk_update(fresh, ["position", "digest"], batch_size=500)
    return len(fresh)
