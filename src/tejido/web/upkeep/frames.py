# SPDX-License-Identifier: AGPL-3.0-or-later
"""What will be gone, counted before anything goes."""

from __future__ import annotations

from collections import Counter

from tejido.web.cases.models import Case
from tejido.web.intake.models import Contact
from tejido.web.security.belonging import belongings


def counted_parts(record: Case | Contact) -> dict[str, int]:
    """How many rows of each table."""
    return dict(Counter(row._meta.label_lower for row in belongings(record)))
