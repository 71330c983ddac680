# SPDX-License-Identifier: AGPL-3.0-or-later
"""Releases: what a survivor allowed, to whom, for what, until when, and in which words."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from tejido.web.cases.models import CasePart
from tejido.web.security.fields import SealedField


class Release(CasePart):
    """One release. It is never edited: a change of mind is a revocation and, if she wishes, a new one."""

    OPEN_COLUMNS: ClassVar = {
        "id": "random",
        "key": "random",
        "revision": "number of saves",
        "case": "random",
        "recorded_at": "when",
        "recorded_by": "by whom",
        "state": "given or revoked",
        "state_changed_at": "when",
        "state_changed_by": "by whom",
    }

    class State(models.TextChoices):
        GIVEN = "given"
        REVOKED = "revoked"

    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.GIVEN)
    state_changed_at = models.DateTimeField()
    state_changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    terms = SealedField()  # tejido.agreements.Release as a mapping, without revocation, which is the state above
    exact_words = SealedField()  # verbatim, where it was spoken or texted
    interpreter = SealedField()  # name or number of the interpreter, if any
