# SPDX-License-Identifier: AGPL-3.0-or-later
"""A contact as codes, for counting: the record table's columns, without anything that identifies anyone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tejido.tables.records import CONTACTS
from tejido.web.intake.models import Contact

# Which case a contact belongs to is known above this room; `cases` adds it when rows are read.
COLUMNS = tuple(name for name in CONTACTS.names if name != "case_id")


def coded_contact(contact: Contact, answers: Mapping[str, Any]) -> dict[str, Any] | None:
    """The coded row of a contact whose opened answers are given; None while its language is not known."""
    if not answers.get("language"):
        return None
    return {
        "contact_id": str(contact.pk),
        "received_on": contact.received_on.isoformat(),
        "channel": contact.channel,
        **{name: answers.get(name) or None for name in ("language", "speaker", "topic", "outcome")},
        "countries": list(answers.get("countries") or []),
    }
