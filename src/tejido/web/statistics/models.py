# SPDX-License-Identifier: AGPL-3.0-or-later
"""Totals the partner sent, and the sheets built here. Sealed to the data team."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from tejido.web.accounts.models import Team
from tejido.web.mailbox.models import Partner
from tejido.web.security.fields import SealedField
from tejido.web.security.sealing import SealedRecord

_RECORD = {"id": "random", "key": "random", "revision": "number of saves", "team": "the data team"}


class PartnerTabulation(SealedRecord):
    """Aggregate tables the partner sent for one window. The newest for a window counts."""

    key_scope = "tabulation"

    OPEN_COLUMNS: ClassVar = {
        **_RECORD,
        "partner": "from whom",
        "window_start": "day",
        "window_end": "day",
        "received_at": "when",
    }

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="tabulations")
    window_start = models.DateField()
    window_end = models.DateField()
    received_at = models.DateTimeField()
    tabulation = SealedField()


class SheetRun(SealedRecord):
    """One sheet built here: the internal figures, sealed. The printed sheet is made from them again, byte for byte."""

    key_scope = "sheet"

    OPEN_COLUMNS: ClassVar = {
        **_RECORD,
        "window_start": "day",
        "window_end": "day",
        "built_at": "when",
        "built_by": "by whom",
        "threshold": "k of disclosure control",
    }

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    window_start = models.DateField()
    window_end = models.DateField()
    built_at = models.DateTimeField()
    built_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    threshold = models.PositiveSmallIntegerField()
    internal_sheet = SealedField()
