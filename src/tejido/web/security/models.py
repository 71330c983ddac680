# SPDX-License-Identifier: AGPL-3.0-or-later
"""Keys of records, search tokens, coded rows, audit: bytes and ids, no foreign key upward."""

from __future__ import annotations

import uuid

from django.db import models

from tejido.web.security.fields import SealedField


class RecordKeyQuerySet(models.QuerySet["RecordKey"]):
    """Record keys, by what they are for."""

    def numbered(self, scope: str) -> RecordKeyQuerySet:
        """The organisation's own of one kind: `scope`, and those that followed it, `scope/2` and so on.

        Neither database looks a mere beginning up in the index; both do so for a range.
        """
        after = chr(ord(scope[0]) + 1)
        return self.filter(
            models.Q(scope=scope) | models.Q(scope__startswith=f"{scope}/"), scope__gte=scope, scope__lt=after
        )


class RecordKey(models.Model):
    """The key of one record, compartment, packet or batch. The key itself is only in its grants, sealed."""

    OPEN_COLUMNS = {"id": "random", "scope": "what the key is for", "created_at": "day of contact is in clear too"}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    scope = models.CharField(max_length=40)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = RecordKeyQuerySet.as_manager()

    class Meta:
        # The search and the signing key are looked up by it, among as many keys as there are records.
        indexes = [models.Index(fields=["scope"], name="record_key_scope")]


class KeyGrant(models.Model):
    """A record key sealed to one generation of one team."""

    OPEN_COLUMNS = {
        "id": "row number",
        "key": "random",
        "team_id": "which team may open",
        "generation": "of the team's key",
        "method": "how it is sealed",
        "sealed": "ciphertext",
    }

    class Method(models.TextChoices):
        WRAPPED = "wrapped"  # under the team's symmetric key, by a member of it: 61 bytes
        # To the team's public key: 1.2 KB. By another team of ours, which vouches for it: wrapped at first opening.
        BOXED = "boxed"
        ARRIVED = "arrived"  # by nobody who is signed in: it opens, and nothing is ever sealed under it

    key = models.ForeignKey(RecordKey, on_delete=models.CASCADE, related_name="grants")
    team_id = models.UUIDField()
    generation = models.PositiveIntegerField()
    method = models.CharField(max_length=8, choices=Method.choices)
    sealed = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "team_id"], name="one_grant_per_team")]


class SearchToken(models.Model):
    """A keyed, truncated token of a sealed value. What equality of tokens leaks is in the threat model."""

    OPEN_COLUMNS = {
        "id": "row number",
        "token": "keyed hash, 32 bits",
        "kind": "what was hashed: phone, name compound, code",
        "generation": "of the search key",
        "table": "where the record stands",
        "record_id": "random",
    }

    token = models.BinaryField(max_length=8)
    kind = models.CharField(max_length=30)
    generation = models.PositiveIntegerField(default=1)
    table = models.CharField(max_length=60)
    record_id = models.UUIDField()

    class Meta:
        indexes = [
            # All a search asks of it: a common name is borne by tens of thousands, whose rows need not be read.
            models.Index(fields=["kind", "token", "table", "generation", "record_id"], name="token_found"),
            models.Index(fields=["record_id"], name="token_by_record"),
        ]


class CodedRow(models.Model):
    """One record as codes, for counting, sealed to the data team: a million open in seconds."""

    OPEN_COLUMNS = {
        "record_id": "random",
        "table": "contacts, cases or referrals",
        "batch": "the writing session's key for the data team",
        "updated_at": "day of contact is in clear too",
    }

    record_id = models.UUIDField(primary_key=True)
    table = models.CharField(max_length=20)
    batch = models.ForeignKey(RecordKey, on_delete=models.PROTECT, related_name="+")
    updated_at = models.DateTimeField(auto_now=True)
    row = SealedField()


class PastBatch(models.Model):
    """A batch key that opened an older version of a record's coded row: when the record is shredded it goes too."""

    OPEN_COLUMNS = {"id": "row number", "record_id": "random", "batch": "the writing session's key for the data team"}

    record_id = models.UUIDField()
    batch = models.ForeignKey(RecordKey, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["record_id", "batch"], name="one_past_batch_of_a_record")]


class AuditEntry(models.Model):
    """Who did what to which record, and when; never what it said. Chained in commit order by a job."""

    OPEN_COLUMNS = {
        "id": "row number",
        "at": "time of the act",
        "member_id": "who acted; empty for the node itself",
        "event": "what was done",
        "table": "where",
        "record_id": "random",
        "detail": "allow-listed codes, counts and digests of ciphertext",
        "position": "place in the chain",
        "digest": "of this entry and the one before",
    }

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    member_id = models.UUIDField(null=True)
    event = models.CharField(max_length=60)
    table = models.CharField(max_length=60, blank=True)
    record_id = models.UUIDField(null=True)
    detail = models.JSONField(default=dict)
    position = models.PositiveBigIntegerField(null=True, unique=True)
    digest = models.BinaryField(null=True)

    class Meta:
        # What an auditor asks by, each in the order a page shows: ten million entries, a page at once (bench/audit.py).
        indexes = [
            models.Index(fields=["member_id", "at"], name="audit_by_member"),
            models.Index(fields=["record_id", "at"], name="audit_by_record"),
            models.Index(fields=["event", "at"], name="audit_by_event"),
            models.Index(fields=["member_id", "event", "at"], name="audit_by_member_event"),
        ]


class SentForm(models.Model):
    """A form that made something, by the mark on its page: pressed twice, it makes one thing. Kept for a day."""

    OPEN_COLUMNS = {"id": "hash over a random mark", "led_to": "an address: ids only", "at": "time of the act"}

    id = models.UUIDField(primary_key=True)
    led_to = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField(auto_now_add=True, db_index=True)
