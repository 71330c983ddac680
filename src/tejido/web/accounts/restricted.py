# SPDX-License-Identifier: AGPL-3.0-or-later
"""Restricted caseloads: who read what there, and who may never be let in."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.db import models

from tejido.web.security.fields import SealedField
from tejido.web.security.sealing import SealedRecord


class RestrictedReadingQuerySet(models.QuerySet["RestrictedReading"]):
    """Named readings; each starts from the user."""

    def for_second_person(self, user: Any) -> RestrictedReadingQuerySet:
        """What someone else read in her restricted caseloads, and nobody has looked at yet."""
        return self.filter(team_id__in=user.team_ids, seen_at=None).exclude(member=user)


class RestrictedReading(models.Model):
    """Somebody opened a record of a restricted caseload: a second person there looks at who and when."""

    OPEN_COLUMNS: ClassVar = {
        "id": "random",
        "team": "which caseload",
        "record_key": "random",
        "member": "who read, as the audit says too",
        "on": "day",
        "seen_at": "when a second person looked",
        "seen_by": "who",
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey("accounts.Team", on_delete=models.CASCADE, related_name="readings")
    record_key = models.UUIDField()
    member = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, related_name="+")
    on = models.DateField()
    seen_at = models.DateTimeField(null=True)
    seen_by = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, null=True, related_name="+")

    objects = RestrictedReadingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["record_key", "member", "on", "team"], name="one_reading_a_day"),
            models.CheckConstraint(
                condition=models.Q(seen_by=None) | ~models.Q(seen_by=models.F("member")),
                name="second_person_sees_the_reading",
            ),
        ]
        indexes = [models.Index(fields=["team", "seen_at", "on"], name="reading_unseen")]


class KeptApart(SealedRecord):
    """A member who may never be in this restricted caseload. Who it is opens for the caseload alone."""

    key_scope = "kept-apart"

    OPEN_COLUMNS: ClassVar = {
        "id": "random",
        "key": "random",
        "revision": "number of saves",
        "team": "which caseload; not of whom",
    }

    team = models.ForeignKey("accounts.Team", on_delete=models.PROTECT, related_name="kept_apart")
    member = SealedField()  # id of the member
