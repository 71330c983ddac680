# SPDX-License-Identifier: AGPL-3.0-or-later
"""What goes to the public door, once those who may have signed it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction

from tejido.vocabulary import Words
from tejido.web.outreach.models import PublishedEdition, PublishedFile


@transaction.atomic
def publish_edition(
    *, code: str, title: Words, window: tuple[date, date], files: Mapping[str, bytes], replaces: str | None,
    now: datetime,
) -> PublishedEdition:  # fmt: skip
    """Put a signed edition where everyone can read it; `replaces`: the code of the one it corrects, which stays.

    Called by the action that took the last signature, which checked who may and wrote the audit.
    """
    made = PublishedEdition.objects.create(
        code=code, title=title, window_start=window[0], window_end=window[1], published_at=now
    )
    PublishedFile.objects.bulk_create(
        PublishedFile(edition=made, path=path, content=content) for path, content in files.items()
    )
    if replaces is not None:
        PublishedEdition.objects.filter(code=replaces).update(replaced_by=made)
    return made
