# SPDX-License-Identifier: AGPL-3.0-or-later
"""The list of what is gone: in the database, and in a file outside it, so that a restored backup forgets it again.

The newest number and digest stand in the audit too: a list that was lost or cut short shows.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from tejido.crypto import SigningKey
from tejido.web.security import audit
from tejido.web.upkeep.models import Tombstone
from tejido.web.upkeep.tombstone_lines import (
    DOMAIN,
    FILE,
    NO_TOMBSTONE,
    Line,
    chain_of,
    date_line,
    date_of,
    digest_of,
    read_lines,
)

__all__ = ["FILE", "NO_TOMBSTONE", "Line", "add_tombstone", "adopt_lines", "chain_of", "keep_file", "kept_lines",
           "read_lines"]  # fmt: skip
_DATED_ANEW = timedelta(hours=1)


def add_tombstone(entry: dict[str, Any], *, transport: SigningKey, by: Any) -> Tombstone:
    """Put one more at the end of the list, inside the caller's transaction."""
    if connection.vendor == "postgresql":  # SQLite lets one writer in at a time anyway
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {Tombstone._meta.db_table} IN SHARE ROW EXCLUSIVE MODE")
    last = Tombstone.objects.order_by("-number").first()
    whole = {**entry, "number": last.number + 1 if last else 1, "before": last.digest if last else NO_TOMBSTONE}
    digest = digest_of(whole)
    made = Tombstone.objects.create(
        number=whole["number"], entry=whole, digest=digest, signature=transport.sign(DOMAIN + digest.encode()).hex()
    )
    audit.record("tombstone.added", by=by, count=made.number, target=digest)
    return made


def kept_lines() -> list[Line]:
    """The list as the database has it."""
    return [Line(each.entry, each.digest, each.signature) for each in Tombstone.objects.order_by("number")]


def adopt_lines(lines: Sequence[Line]) -> list[Line]:
    """Take checked lines that the database does not have yet; returns those."""
    known = {each.number: each.digest for each in Tombstone.objects.all()}
    fresh = [line for line in lines if line.number not in known]
    Tombstone.objects.bulk_create(
        [Tombstone(number=each.number, entry=each.entry, digest=each.digest, signature=each.signature)
         for each in fresh]
    )  # fmt: skip
    return fresh


def keep_file(folder: Path) -> int:
    """Append to the file what it does not have yet and date it anew; returns how many lines it had not.

    A file that says otherwise than the database is left as it is; one that has all is dated anew once an hour.
    """
    path, now = folder / FILE, timezone.now()
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        lines, raw = kept_lines(), file.read()
        whole, kept = b"".join(line.encode() for line in lines), chain_of(raw)
        kept = kept[: kept.rfind(b"\n") + 1]  # a line that broke off on a full disk is written again
        missing = len(lines) - kept.count(b"\n")
        dated = date_of(raw, lines, None)
        if not whole.startswith(kept) or (not missing and dated is not None and dated > now - _DATED_ANEW):
            return 0
        # Only the date behind the lines is ever taken away: a full disk costs no line.
        file.truncate(len(kept))
        file.write(whole[len(kept) :] + date_line(lines, now, settings.TEJIDO.transport.signing))
        file.flush()
        os.fsync(file.fileno())
    if missing > 1:  # one is the newest; more means that the file was lost or cut short meanwhile
        audit.record("tombstones.mended", by=None, count=missing)
    return missing


def file_is_old(folder: Path) -> bool:
    """Was the file last written more than an hour ago, or never?"""
    path = folder / FILE
    return not path.is_file() or path.stat().st_mtime < (timezone.now() - _DATED_ANEW).timestamp()
