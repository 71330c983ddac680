# SPDX-License-Identifier: AGPL-3.0-or-later
"""Keeping a file that arrived, opening it, taking it away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from tejido.web.accounts.caseloads import readers_of
from tejido.web.accounts.models import Member
from tejido.web.cases.models import Case
from tejido.web.files.arriving import Arrival, open_blob
from tejido.web.files.cleaning import LARGEST, NotCleaned, cleaned
from tejido.web.files.kinds import CLEANED, kind_of
from tejido.web.files.models import Attachment
from tejido.web.files.scanning import FOUND
from tejido.web.security import audit
from tejido.web.security.access import require
from tejido.web.security.belonging import empty
from tejido.web.security.keyring import KeyRing
from tejido.web.security.permissions import Permission

# Codes of file_hidden_data.
REMOVED, NONE, NOT_CHECKED, AS_IT_CAME = "removed", "none", "not_checked", "as_it_came"
_BARE = ("text", "empty")


@dataclass
class Prepared:
    """A file that arrived whole, what was found out about it, and the copy without hidden data if one was made."""

    arrival: Arrival
    kind: str
    virus_check: str
    copy: Arrival | None = None

    @property
    def refused(self) -> bool:
        """The antivirus found something."""
        return self.virus_check == FOUND

    def discard(self) -> None:
        """Leave nothing of what no row names."""
        self.arrival.discard()
        if self.copy:
            self.copy.discard()


def prepare(arrival: Arrival) -> Prepared:
    """Look at what arrived, and clean it where it can be; outside any transaction, for it takes its time."""
    prepared = Prepared(arrival, kind_of(arrival.head), arrival.virus_check)
    if prepared.kind in CLEANED and arrival.size <= LARGEST and not prepared.refused:
        copy = Arrival()
        try:
            copy.begin(arrival.name)
            for part in cleaned(arrival.opened(), prepared.kind):
                copy.take(part)
            copy.finish()
        except NotCleaned:
            copy.discard()
        except BaseException:
            copy.discard()
            raise
        else:
            prepared.copy = copy
    return prepared


@transaction.atomic
def add_file(
    *, case: Case, prepared: Prepared, about: str, keep_original: bool, by: Member, ring: KeyRing, now: datetime
) -> Attachment:
    """Keep a file: cleaned if it could be, and as it came if it must serve as evidence. Returns what to show.

    What the antivirus found something in is kept as evidence or not at all; raises `ValueError` then.
    """
    require(by, Permission.CASE_EDIT, record=case)
    if prepared.refused and not keep_original:
        raise ValueError("the antivirus found something")
    given: dict[str, Any] = {"by": by, "ring": ring, "now": now, "about": about, "virus_check": prepared.virus_check}
    copy = prepared.copy
    if copy is None:
        as_it_came = AS_IT_CAME if keep_original else NONE if prepared.kind in _BARE else NOT_CHECKED
        return _keep(
            case, prepared.arrival, kind=prepared.kind, is_original=keep_original, hidden_data=as_it_came, **given
        )
    original = None
    if keep_original:
        original = _keep(case, prepared.arrival, kind=prepared.kind, is_original=True, hidden_data=AS_IT_CAME, **given)
    return _keep(case, copy, kind=prepared.kind, is_original=False, hidden_data=REMOVED, original=original, **given)


def _keep(
    case: Case, arrival: Arrival, *, kind: str, about: str, by: Member, ring: KeyRing, now: datetime,
    original: Attachment | None = None, **codes: Any,
) -> Attachment:  # fmt: skip
    ring.adopt(arrival.key, arrival.raw, readers_of(case.team))
    attachment = Attachment(pk=arrival.id, key=arrival.key, case=case, added_at=now, added_by=by, original=original)
    attachment.seal(
        ring, name=arrival.name, type=kind, size=arrival.size, digest=arrival.digest, about=about or None, **codes
    ).save(force_insert=True)
    audit.record("file.added", by=by, record=attachment, status=codes["virus_check"])
    return attachment


def open_file(*, attachment: Attachment, by: Member, ring: KeyRing) -> Iterator[bytes]:
    """The bytes of a file, bit by bit; an original's opening is a line of its own. Raises `CannotOpen`."""
    require(by, Permission.CASE_READ, record=attachment.case)
    opened = attachment.opened(ring)
    parts = open_blob(attachment.pk, attachment.key_id, ring.raw(attachment.key_id), opened.size)
    audit.record("file.original_opened" if opened.is_original else "file.opened", by=by, record=attachment)
    return parts


@transaction.atomic
def remove_file(*, attachment: Attachment, by: Member) -> None:
    """Take a file away: its row, its key, and once that stands its bytes, which nobody could open any more."""
    require(by, Permission.CASE_EDIT, record=attachment.case)
    audit.record("file.removed", by=by, record=attachment)
    key = attachment.key
    empty(attachment)
    attachment.delete()
    key.delete()
