# SPDX-License-Identifier: AGPL-3.0-or-later
"""Providers with accounts, the packets sent to them, their answers. No row here points to a case."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.conf import settings
from django.db import models

from tejido.crypto import BadSignature, Verifier
from tejido.web.accounts.models import Team
from tejido.web.security.fields import SealedField
from tejido.web.security.sealing import SealedRecord
from tejido.web.security.signed_here import signed_here


class Provider(models.Model):
    """A service organisation whose people sign in here: its one team, and our word that the team is theirs."""

    OPEN_COLUMNS: ClassVar = {
        "team": "random",
        "organisation": "public name, as in the directory",
        "signature": "of the organisation",
    }

    team = models.OneToOneField(Team, on_delete=models.PROTECT, primary_key=True, related_name="+")
    organisation = models.CharField(max_length=120, unique=True)
    signature = models.BinaryField()

    def statement(self) -> bytes:
        """What is signed: else whoever writes the database sends one provider's packets to another."""
        return b"\x00".join([b"tejido/provider/1", settings.TEJIDO.node.encode(), self.team_id.bytes,
                             self.organisation.encode()])  # fmt: skip

    def checked(self, organisation: Verifier) -> Provider:
        """Itself; raises `BadSignature` if no pinned key signed that this team is this organisation's."""
        organisation.verify(self.statement(), bytes(self.signature))
        if not signed_here(self.noted_as, self.statement()):
            raise BadSignature
        return self

    @property
    def noted_as(self) -> str:
        """Its name where the node keeps what it signed."""
        return f"{settings.TEJIDO.node}/provider/{self.team_id}"


class PacketQuerySet(models.QuerySet["Packet"]):
    """Named readings."""

    def visible_to(self, user) -> PacketQuerySet:  # type: ignore[no-untyped-def]
        """Packets sent to the user's own team."""
        return self.filter(team_id__in=user.team_ids)

    def due_to_expire(self, today: date) -> PacketQuerySet:
        """Those whose last day is over and that still stand open."""
        return self.filter(state__in=Packet.OPEN, expires_on__lt=today)


class Packet(SealedRecord):
    """What one provider is told of one person: frozen as it was sent, under a key of its own.

    Sealed to the case's team, to duty, and to the provider's team as long as it is open. A new version is a new packet.
    """

    key_scope = "packet"

    OPEN_COLUMNS: ClassVar = {
        "id": "random",
        "key": "random",
        "revision": "number of saves",
        "code": "short code to say aloud",
        "team": "which provider it was sent to",
        "sent_at": "when",
        "sent_by": "by whom",
        "expires_on": "last day the provider may read it",
        "first_opened_at": "when the provider first read it",
        "first_opened_by": "who read it first",
        "state": "sent, accepted, declined, closed, withdrawn, expired",
        "state_changed_at": "when",
        "state_changed_by": "by whom; empty for the node itself",
        "key_taken_back_at": "since when the provider has no key to it",
    }

    class State(models.TextChoices):
        SENT = "sent"
        ACCEPTED = "accepted"
        DECLINED = "declined"
        CLOSED = "closed"  # the provider said what came of it
        WITHDRAWN = "withdrawn"
        EXPIRED = "expired"

    OPEN: ClassVar = (State.SENT, State.ACCEPTED)  # the provider may read it

    code = models.CharField(max_length=12, unique=True)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    expires_on = models.DateField()
    first_opened_at = models.DateTimeField(null=True)
    first_opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.SENT)
    state_changed_at = models.DateTimeField()
    state_changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    key_taken_back_at = models.DateTimeField(null=True)

    facts = SealedField()  # code list shareable_field -> value, as in messages to partners

    objects = PacketQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(first_opened_at__isnull=True, first_opened_by__isnull=True)
                | models.Q(first_opened_at__isnull=False, first_opened_by__isnull=False),
                name="opened_when_and_by_whom",
            ),
            models.CheckConstraint(
                condition=models.Q(key_taken_back_at__isnull=True) | ~models.Q(state__in=("sent", "accepted")),
                name="an_open_packet_keeps_its_key",
            ),
        ]
        indexes = [
            models.Index(fields=["team", "-sent_at"], name="packet_list"),
            models.Index(fields=["state", "expires_on"], name="packet_due"),
        ]

    def is_open(self, today: date) -> bool:
        """May the provider read it on that day?"""
        return self.state in self.OPEN and today <= self.expires_on


class Answer(SealedRecord):
    """What a provider said of a packet, a code and a note for whoever carries the case, under the packet's key."""

    key_scope = "packet"

    OPEN_COLUMNS: ClassVar = {
        "id": "random",
        "key": "random",
        "revision": "number of saves",
        "packet": "random",
        "answered_at": "when",
        "answered_by": "by whom",
    }

    packet = models.ForeignKey(Packet, on_delete=models.CASCADE, related_name="answers")
    answered_at = models.DateTimeField()
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    outcome = SealedField()  # code list referral_outcome
    note = SealedField()

    class Meta:
        ordering = ["answered_at"]
