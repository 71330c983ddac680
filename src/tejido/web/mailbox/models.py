# SPDX-License-Identifier: AGPL-3.0-or-later
"""Partner organisations and the sealed messages exchanged with them. Nothing here opens anything."""

from __future__ import annotations

import uuid
from datetime import date
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from tejido.agreements import Agreement, Pack, canonical_bytes, policy_pack
from tejido.crypto import BadSignature, SignedKey, UnsignedKey, VerifyKey, VerifyKeys
from tejido.web.accounts.keys import organisation_key
from tejido.web.mailbox.cards import team_key
from tejido.web.security.signed_here import signed_here


class Partner(models.Model):
    """A partner organisation: where its door is and which keys are its own. `signature` is ours, over all of it."""

    OPEN_COLUMNS: ClassVar = {
        "code": "the organisation's short name",
        "name": "in both languages",
        "address": "of its partner door",
        "verify_key": "public",
        "earlier_verify": "public: signing keys it had before, and the last day each was believed for messages",
        "transport_key": "public",
        "earlier_transport": "public: transport keys it had before, and the last day each was believed",
        "handover_key": "public: a SignedKey of its hand-over team",
        "data_key": "public: a SignedKey of its data team",
        "pack": "which policy pack binds it",
        "regimes": "which of the pack's regimes; empty: all",
        "agreements": "public terms, as both signed them: the partner door checks arrivals against them",
        "signature": "our organisation's, over every other column",
        "added_at": "when it became a partner",
    }

    code = models.CharField(primary_key=True, max_length=20)
    name = models.JSONField()
    address = models.CharField(max_length=200)
    verify_key = models.BinaryField()
    earlier_verify = models.JSONField(default=list)  # as below
    transport_key = models.BinaryField()
    earlier_transport = models.JSONField(default=list)  # [{"key": hex, "until": ISO day}], newest first
    handover_key = models.JSONField()  # {"owner", "public", "signature", "about"}: the last three in hex
    data_key = models.JSONField()
    pack = models.CharField(max_length=20)
    regimes = models.JSONField(default=list)
    agreements = models.JSONField(default=list)  # documents of tejido.agreements.Agreement
    signature = models.BinaryField()
    added_at = models.DateTimeField(auto_now_add=True)

    def statement(self) -> bytes:
        """What our organisation signs: every column that decides whom we trust and where we send."""
        columns = {
            "code": self.code,
            "name": self.name,
            "address": self.address,
            "verify_key": bytes(self.verify_key).hex(),
            "earlier_verify": self.earlier_verify,
            "transport_key": bytes(self.transport_key).hex(),
            "earlier_transport": self.earlier_transport,
            "handover_key": self.handover_key,
            "data_key": self.data_key,
            "pack": self.pack,
            "regimes": self.regimes,
            "agreements": self.agreements,
        }
        return b"tejido/partner/1\x00" + canonical_bytes(columns)

    def checked(self) -> Partner:
        """Itself, once our organisation's signature holds; raises `UnsignedKey`: a row anyone wrote is no partner."""
        try:
            organisation_key().verify(self.statement(), bytes(self.signature))
        except BadSignature:
            raise UnsignedKey(self.code) from None
        if not signed_here(self.noted_as, self.statement()):
            raise UnsignedKey(self.code)
        return self

    @property
    def noted_as(self) -> str:
        """Its name where the node keeps what it signed."""
        return f"{settings.TEJIDO.node}/partner/{self.code}"

    def organisation_verify_key(self) -> VerifyKey:
        """The key that signs what its members send, and its teams' keys."""
        return VerifyKey(bytes(self.verify_key))

    def verify_keys(self, day: date) -> VerifyKeys:
        """The keys that could sign a message that arrives on `day`."""
        return _believed(bytes(self.verify_key), self.earlier_verify, day)

    def every_verify_key(self) -> VerifyKeys:
        """Those it ever had: an agreement outlives the key it was signed with."""
        return _believed(bytes(self.verify_key), self.earlier_verify, date.min)

    def transport_keys(self, day: date) -> VerifyKeys:
        """The keys that could sign its receipts and anchors on `day`."""
        return _believed(bytes(self.transport_key), self.earlier_transport, day)

    def earlier_until(self) -> date | None:
        """The last day on which a key it had before is believed."""
        newest = [*self.earlier_transport[:1], *self.earlier_verify[:1]]
        return max((date.fromisoformat(each["until"]) for each in newest), default=None)

    def team_key(self, to: str) -> SignedKey:
        """The key of its team `handover` or `data`."""
        return team_key({"handover": self.handover_key, "data": self.data_key}[to])

    def terms(self) -> dict[str, Agreement]:
        """Its agreements by id."""
        found = (Agreement.from_mapping(document, where=self.code) for document in self.agreements)
        return {agreement.id: agreement for agreement in found}

    def rules(self) -> Pack:
        """The policy pack it says binds it."""
        return policy_pack(self.pack, regimes=self.regimes or None)


def _believed(present: bytes, earlier: list[dict[str, str]], day: date) -> VerifyKeys:
    before = (bytes.fromhex(each["key"]) for each in earlier if day <= date.fromisoformat(each["until"]))
    return VerifyKeys(tuple(VerifyKey(raw) for raw in (present, *before)))


class OutboundMessage(models.Model):
    """A sealed and signed message on its way. Delivery is a keyless job that may run any number of times."""

    OPEN_COLUMNS: ClassVar = {
        "id": "random",
        "partner": "to whom",
        "message_type": "from the message's own clear header",
        "sequence": "from the header",
        "raw": "sealed and signed",
        "created_at": "from the header",
        "state": "queued, delivered or refused",
        "state_changed_at": "when",
        "attempts": "how often it was tried",
        "next_attempt_at": "not before, after the partner could not be reached",
        "reason_code": "why it was refused",
        "receipt": "signed by the partner's transport key",
    }

    class State(models.TextChoices):
        QUEUED = "queued"
        DELIVERED = "delivered"
        REFUSED = "refused"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="outbound")
    message_type = models.CharField(max_length=40)
    sequence = models.PositiveBigIntegerField()
    raw = models.BinaryField()
    created_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    state_changed_at = models.DateTimeField(auto_now_add=True)
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    reason_code = models.CharField(max_length=60, blank=True)
    receipt = models.BinaryField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["partner", "sequence"], name="one_message_per_sequence")]
        indexes = [models.Index(fields=["state", "next_attempt_at"], name="messages_due")]


class InboundMessage(models.Model):
    """A message that was accepted at the partner door and waits for a member who can open it."""

    OPEN_COLUMNS: ClassVar = {
        "id": "random",
        "partner": "from whom",
        "message_type": "from the header",
        "sequence": "from the header",
        "raw": "sealed and signed",
        "digest": "SHA-256 of raw",
        "received_at": "when",
        "state": "arrived, handled or unreadable",
        "state_changed_at": "when",
        "reason_code": "why it could not be read or used",
        "receipt": "ours, sent again word for word if the message comes again",
        "about": "random: the hand-over it speaks of, once opened; emptied of its bytes when that is shredded",
    }

    class State(models.TextChoices):
        ARRIVED = "arrived"
        HANDLED = "handled"
        UNREADABLE = "unreadable"  # taken at the door, but what is inside is not what it must be

    id = models.UUIDField(primary_key=True)
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="inbound")
    message_type = models.CharField(max_length=40)
    sequence = models.PositiveBigIntegerField()
    raw = models.BinaryField()
    digest = models.BinaryField()
    received_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.ARRIVED)
    state_changed_at = models.DateTimeField(auto_now_add=True)
    reason_code = models.CharField(max_length=60, blank=True)
    receipt = models.BinaryField()
    about = models.UUIDField(null=True, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["partner", "sequence"], name="one_arrival_per_sequence")]
        indexes = [models.Index(fields=["partner", "received_at"], name="arrivals_by_partner")]


class RefusedArrival(models.Model):
    """Something that came to the partner door and was refused: kept as a fact, without its bytes.

    In a flood one row stands for many: `count` of them, `digest` and `size` of the last.
    """

    OPEN_COLUMNS: ClassVar = {
        "id": "row number",
        "at": "when",
        "reason_code": "why",
        "digest": "SHA-256 of what came",
        "size": "bytes",
        "count": "how many it stands for",
    }

    at = models.DateTimeField(db_index=True)
    reason_code = models.CharField(max_length=60)
    digest = models.BinaryField()
    size = models.PositiveIntegerField()
    count = models.PositiveIntegerField(default=1)


class SentAnchor(models.Model):
    """Where our audit's chain stood one day, as it was told to a partner, and what the partner signed to that."""

    OPEN_COLUMNS: ClassVar = {
        "id": "row number",
        "partner": "to whom",
        "day": "of the anchor",
        "position": "place in our chain; never told",
        "digest": "of the entry at that place",
        "raw": "as it was sent: digest and day, signed",
        "countersignature": "signed by the partner's transport key",
        "attempts": "how often it was tried",
        "next_attempt_at": "not before",
        "reason_code": "why it is not countersigned yet",
    }

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="anchors_sent")
    day = models.DateField()
    position = models.PositiveBigIntegerField()
    digest = models.BinaryField()
    raw = models.BinaryField()
    countersignature = models.BinaryField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    reason_code = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["partner", "day"], name="one_anchor_a_day")]


class KeptAnchor(models.Model):
    """Where a partner's audit stood one day, by its own signed word; kept so that a court can ask us too."""

    OPEN_COLUMNS: ClassVar = {
        "id": "row number",
        "partner": "whose",
        "day": "of the anchor",
        "digest": "of an entry of its audit",
        "raw": "as it came, signed by the partner",
        "countersignature": "ours",
        "received_at": "when",
    }

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="anchors_kept")
    day = models.DateField()
    digest = models.BinaryField()
    raw = models.BinaryField()
    countersignature = models.BinaryField()
    received_at = models.DateTimeField()
