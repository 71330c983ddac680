# SPDX-License-Identifier: AGPL-3.0-or-later
"""What must stay, what was asked to go, and what is gone. No foreign key to a record: it must be free to go."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models

from tejido.web.accounts.models import Team
from tejido.web.cases.models import Case
from tejido.web.intake.models import Contact
from tejido.web.security.belonging import belongs_to
from tejido.web.security.fields import SealedField
from tejido.web.security.models import RecordKey
from tejido.web.security.sealing import SealedRecord

# What can be shredded: a case with all that belongs to it, or a single contact.
SHREDDABLE: dict[str, type[Case] | type[Contact]] = {"cases.case": Case, "intake.contact": Contact}


class HoldQuerySet(models.QuerySet["Hold"]):
    """Named readings."""

    def standing_on(self, *record_ids: uuid.UUID) -> HoldQuerySet:
        """Holds on any of these records that nobody has lifted."""
        return self.filter(record_id__in=record_ids, state=Hold.State.STANDING)


class Hold(SealedRecord):
    """The law, a court or a claim asks that a record stays: nobody shreds it meanwhile. Sealed under its own key."""

    key_scope = "hold"

    OPEN_COLUMNS: ClassVar = {
        "id": "random",
        "key": "random",
        "revision": "number of saves",
        "kind": "case or contact",
        "record_id": "random",
        "team": "whose record it is",
        "placed_at": "when",
        "placed_by": "by whom",
        "state": "standing or lifted",
        "state_changed_at": "when",
        "state_changed_by": "by whom",
    }

    class State(models.TextChoices):
        STANDING = "standing"
        LIFTED = "lifted"

    kind = models.CharField(max_length=60)
    record_id = models.UUIDField(db_index=True)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    placed_at = models.DateTimeField()
    placed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.STANDING)
    state_changed_at = models.DateTimeField()
    state_changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = SealedField()  # which court or law, which file number

    objects = HoldQuerySet.as_manager()


class ShreddingQuerySet(models.QuerySet["Shredding"]):
    """Named readings; each starts from the user."""

    def visible_to(self, user) -> ShreddingQuerySet:  # type: ignore[no-untyped-def]
        """Of the user's teams."""
        return self.filter(team_id__in=user.team_ids)

    def asked(self) -> ShreddingQuerySet:
        """Waiting for a second person."""
        return self.filter(state=Shredding.State.ASKED)

    def done(self) -> ShreddingQuerySet:
        """Carried out."""
        return self.filter(state=Shredding.State.DONE)


class Shredding(models.Model):
    """One member asked that a record be shredded, another carried it out. What is left says nothing of its content."""

    OPEN_COLUMNS: ClassVar = {
        "id": "random",
        "kind": "case or contact",
        "record_id": "random",
        "code": "short code to say aloud",
        "team": "whose record it was",
        "basis": "code list shredding_basis",
        "asked_at": "when",
        "asked_by": "by whom",
        "state": "asked, withdrawn or done",
        "state_changed_at": "when",
        "state_changed_by": "by whom",
        "gone": "how many rows of each table",
        "left": "partners and days of hand-overs; how many services and authorities were told something",
        "tombstone": "number in the list of tombstones",
        "scrubbed_at": "when the database's own leftovers were overwritten",
    }

    class State(models.TextChoices):
        ASKED = "asked"
        WITHDRAWN = "withdrawn"
        DONE = "done"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=60)
    record_id = models.UUIDField(db_index=True)
    code = models.CharField(max_length=12)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    basis = models.CharField(max_length=20)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    state_changed_at = models.DateTimeField()
    state_changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    gone = models.JSONField(default=dict)
    left = models.JSONField(default=dict)
    tombstone = models.PositiveBigIntegerField(null=True)
    scrubbed_at = models.DateTimeField(null=True)

    objects = ShreddingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state="done")
                | (~models.Q(asked_by=models.F("state_changed_by")) & models.Q(tombstone__isnull=False)),
                name="another_person_shreds",
            ),
            models.UniqueConstraint(
                fields=["record_id"], condition=models.Q(state="asked"), name="one_open_shredding_of_a_record"
            ),
        ]

    @property
    def is_case(self) -> bool:
        """A case, or a single contact?"""
        return self.kind == "cases.case"


class Tombstone(models.Model):
    """A record that is gone: no content. Signed and chained; the same stands in a file outside the database."""

    OPEN_COLUMNS: ClassVar = {
        "number": "place in the list",
        "entry": "id, table, day, basis, by whom, and the ids of what went with it",
        "digest": "of this entry and the one before",
        "signature": "by the transport key",
    }

    number = models.PositiveBigIntegerField(primary_key=True)
    entry = models.JSONField()
    digest = models.CharField(max_length=64)
    signature = models.CharField(max_length=128)


class OldBatch(models.Model):
    """A key of coded rows that opened a row which is gone: the data team's next session gives the others a new one."""

    OPEN_COLUMNS: ClassVar = {"id": "row number", "key": "random", "since": "when the row went"}

    key = models.OneToOneField(RecordKey, on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField()


def _holds_of(record: Case | Contact) -> list[models.QuerySet[Hold]]:
    return [Hold.objects.filter(record_id=record.pk)]


for _label in SHREDDABLE:
    belongs_to(_label)(_holds_of)
