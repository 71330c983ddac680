# SPDX-License-Identifier: AGPL-3.0-or-later
"""Partner organisations and the sealed messages exchanged with them. Nothing here opens anything."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models


class Partner(models.Model):
    """A partner organisation: where its door is and which keys are its own. `signature` is ours, over all of it."""

    OPEN_COLUMNS: ClassVar = {
        "code": "the organisation's short name",
        "name": "in both languages",
        "address": "of its partner door",
        "verify_key": "public",
        "transport_key": "public",
        "handover_key": "public: a SignedKey of its hand-over team",
        "data_key": "public: a SignedKey of its data team",
        "signature": "our organisation's, over every other column",
        "added_at": "when it became a partner",
    }

    code = models.CharField(primary_key=True, max_length=20)
    name = models.JSONField()
    address = models.CharField(max_length=200)
    verify_key = models.BinaryField()
    transport_key = models.BinaryField()
    handover_key = models.JSONField()  # {"owner", "public", "signature"}: the last two in hex
    data_key = models.JSONField()
    signature = models.BinaryField()
    added_at = models.DateTimeField(auto_now_add=True)


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
    reason_code = models.CharField(max_length=60, blank=True)
    receipt = models.BinaryField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["partner", "sequence"], name="one_message_per_sequence")]


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
        "state": "arrived or handled",
        "state_changed_at": "when",
        "receipt": "ours, sent again word for word if the message comes again",
    }

    class State(models.TextChoices):
        ARRIVED = "arrived"
        HANDLED = "handled"

    id = models.UUIDField(primary_key=True)
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="inbound")
    message_type = models.CharField(max_length=40)
    sequence = models.PositiveBigIntegerField()
    raw = models.BinaryField()
    digest = models.BinaryField()
    received_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ARRIVED)
    state_changed_at = models.DateTimeField(auto_now_add=True)
    receipt = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["partner", "sequence"], name="one_arrival_per_sequence")]


class RefusedArrival(models.Model):
    """Something that came to the partner door and was refused: kept as a fact, without its bytes."""

    OPEN_COLUMNS: ClassVar = {
        "id": "row number",
        "at": "when",
        "reason_code": "why",
        "digest": "SHA-256 of what came",
        "size": "bytes",
    }

    at = models.DateTimeField(auto_now_add=True)
    reason_code = models.CharField(max_length=60)
    digest = models.BinaryField()
    size = models.PositiveIntegerField()
