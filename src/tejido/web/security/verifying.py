# SPDX-License-Identifier: AGPL-3.0-or-later
"""Does the audit hold, and do the records stand as it says? Opens nothing: digests of ciphertext are compared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from django.apps import apps
from django.db import connection

from tejido.crypto import BadSignature, SigningKey, VerifyKey
from tejido.web.security.audit import broken_links
from tejido.web.security.models import AuditEntry
from tejido.web.security.sealing import SealedRecord

ANCHOR = "audit.anchor"
_DOMAIN = b"tejido/anchor/1\x00"

# (what is wrong, where): codes that whoever asks puts into words.
Finding = tuple[str, str]
Line = tuple[int, str, str]  # revision, digest, event of the last line about a record


def findings(anchor: bytes | None, transport: VerifyKey) -> list[Finding]:
    """Everything that does not fit. `anchor` is what `write_anchor` once wrote, best a copy kept elsewhere."""
    found = [("link", str(position)) for position in broken_links()]
    found += [("gap", str(number)) for number in _missing_numbers()]
    if anchor is not None and not _reaches(anchor, transport):
        found.append(("anchor", ANCHOR))
    return found + list(_changed_records())


def write_anchor(folder: Path, transport: SigningKey) -> None:
    """Keep the chain's newest place and digest, signed, outside the database: a chain cut short shows against it."""
    last = AuditEntry.objects.filter(position__isnull=False).order_by("-position").first()
    if last is None:
        return
    statement = f"{last.position} {bytes(last.digest or b'').hex()}".encode()
    fresh = folder / f"{ANCHOR}.new"
    fresh.write_bytes(statement + b" " + transport.sign(_DOMAIN + statement).hex().encode() + b"\n")
    fresh.replace(folder / ANCHOR)


def _reaches(anchor: bytes, transport: VerifyKey) -> bool:
    """Does the chain still go through the anchor?"""
    try:
        statement, _, signature = anchor.strip().rpartition(b" ")
        transport.verify(_DOMAIN + statement, bytes.fromhex(signature.decode()))
        position, digest = statement.decode().split(" ")
    except (BadSignature, ValueError):
        return False
    return AuditEntry.objects.filter(position=int(position), digest=bytes.fromhex(digest)).exists()


def _missing_numbers() -> Iterator[int]:
    """Row numbers that were given out and are no more, in SQLite, which leaves none out and takes back what failed."""
    if connection.vendor != "sqlite":
        return
    expected = 1
    for number in AuditEntry.objects.order_by("pk").values_list("pk", flat=True).iterator():
        if number != expected:
            yield expected
        expected = number + 1


def _changed_records() -> Iterator[Finding]:
    """Records that are not as the last line about them says: put back, exchanged, altered or taken away."""
    told: dict[str, dict[UUID, Line]] = defaultdict(dict)
    for entry in AuditEntry.objects.exclude(record_id=None).order_by("pk").iterator():
        if entry.record_id is None or "sealed" not in entry.detail:
            continue
        now = (entry.detail["revision"], entry.detail["sealed"], entry.event)
        before = told[entry.table].get(entry.record_id)
        if before is not None and (now[0] < before[0] or (now[0] == before[0] and now[1] != before[1])):
            yield "told", f"{entry.table} {entry.record_id}"
        told[entry.table][entry.record_id] = now
    for model in apps.get_models():
        if issubclass(model, SealedRecord):
            yield from _against(model, told[model._meta.label_lower])


def _against(model: type[SealedRecord], told: dict[UUID, Line]) -> Iterator[Finding]:
    for record in model._default_manager.iterator():
        line = told.pop(record.pk, None)
        if line is not None and line[:2] != (record.revision, record.sealed_digest()):
            yield "record", f"{model._meta.label_lower} {record.pk}"
    for record_id, (_revision, _sealed, event) in told.items():
        if not event.endswith("removed"):
            yield "gone", f"{model._meta.label_lower} {record_id}"
