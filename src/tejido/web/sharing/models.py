# SPDX-License-Identifier: AGPL-3.0-or-later
"""What two organisations agreed, what was handed over, what came back.

Who counts: the organisation that sent. It knows the whole story, the other only what she allowed; and nothing changes
hands, so there is no moment in which both count her or neither does. Until the partner's acceptance has been read here
nothing is marked and she is counted here alone; from then on case and persons carry the same id at both organisations
and `counted_by` names the sender at both.
"""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models

from tejido.agreements import Agreement
from tejido.web.accounts.keys import organisation_key
from tejido.web.accounts.models import Team
from tejido.web.cases.models import Case, CasePart
from tejido.web.mailbox.models import InboundMessage, OutboundMessage, Partner
from tejido.web.security.belonging import emptied_with
from tejido.web.security.fields import SealedField
from tejido.web.security.sealing import SealedRecord


class SharedAgreement(models.Model):
    """An agreement as both organisations signed it."""

    OPEN_COLUMNS: ClassVar = {
        "id": "the agreement's own id",
        "partner": "with whom",
        "document": "tejido.agreements.Agreement as a mapping; public terms",
        "digest": "of its canonical bytes",
        "our_signature": "over its statement",
        "partner_signature": "over its statement",
        "added_at": "when",
    }

    id = models.CharField(primary_key=True, max_length=60)
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="shared_agreements")
    document = models.JSONField()
    digest = models.CharField(max_length=64)
    our_signature = models.BinaryField()
    partner_signature = models.BinaryField()
    added_at = models.DateTimeField(auto_now_add=True)

    def checked(self) -> Agreement:
        """The agreement, once both signatures over what stands here hold; raises `BadSignature`, `UnsignedKey`."""
        agreement = Agreement.from_mapping(self.document, where=self.pk)
        organisation_key().verify(agreement.statement(), bytes(self.our_signature))
        theirs = self.partner.checked().every_verify_key()
        theirs.verify(agreement.statement(), bytes(self.partner_signature))
        return agreement


class HandoverQuerySet(models.QuerySet["Handover"]):
    """Named readings; each starts from the user."""

    def visible_to(self, user) -> HandoverQuerySet:  # type: ignore[no-untyped-def]
        """Hand-overs of the user's teams, and those her teams were alerted to: the second person must see what left."""
        alerted = Alert.objects.filter(team_id__in=user.team_ids).values("handover_id")
        return self.filter(models.Q(team_id__in=user.team_ids) | models.Q(pk__in=alerted))

    def open(self) -> HandoverQuerySet:
        """Sent or arrived, and neither declined nor withdrawn."""
        return self.filter(state__in=[Handover.State.OFFERED, Handover.State.ACCEPTED])

    def offered(self) -> HandoverQuerySet:
        """Arrived and not yet answered."""
        return self.filter(direction=Handover.Direction.IN, state=Handover.State.OFFERED)


class Handover(SealedRecord):
    """A case on its way to, or come from, the partner. Its id is the same at both."""

    key_scope = "handover"

    OPEN_COLUMNS: ClassVar = {
        "id": "random; the same at both organisations",
        "key": "random",
        "revision": "number of saves",
        "team": "who carries it",
        "partner": "with whom",
        "direction": "out or in",
        "case": "random; empty until accepted",
        "state": "offered, accepted, declined, withdrawn",
        "state_changed_at": "when",
        "state_changed_by": "by whom",
        "agreement": "under which agreement",
        "lane": "release or danger",
        "made_at": "when",
        "message": "the message that carries it, or called it back",
    }

    class Direction(models.TextChoices):
        OUT = "out"
        IN = "in"

    class State(models.TextChoices):
        OFFERED = "offered"
        ACCEPTED = "accepted"
        DECLINED = "declined"
        WITHDRAWN = "withdrawn"

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="handovers")
    direction = models.CharField(max_length=3, choices=Direction.choices)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="handovers")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OFFERED)
    state_changed_at = models.DateTimeField()
    state_changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    agreement = models.ForeignKey(SharedAgreement, on_delete=models.PROTECT, related_name="+")
    lane = models.CharField(max_length=20)
    made_at = models.DateTimeField()
    message = models.ForeignKey(OutboundMessage, on_delete=models.PROTECT, null=True, related_name="+")

    body = SealedField()  # the message's body as it left or arrived
    persons = SealedField()  # {"survivor": id, "coworkers": id, "trafficker": id}: whose facts they are, here
    decision = SealedField()  # the Decision that let it leave, as a mapping
    outcomes = SealedField()  # list of outcome messages: [{"at", "need", "outcome", …}]
    decline_reason = SealedField()

    objects = HandoverQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=models.Q(lane="release", state__in=["offered", "accepted"]),
                name="one_open_handover_of_a_case",
            )
        ]


class ReportQuerySet(models.QuerySet["Report"]):
    """Named readings; each starts from the user."""

    def visible_to(self, user) -> ReportQuerySet:  # type: ignore[no-untyped-def]
        """Reports on cases of the user's teams, and those her teams were alerted to."""
        alerted = Alert.objects.filter(team_id__in=user.team_ids).values("report_id")
        return self.filter(models.Q(case__team_id__in=user.team_ids) | models.Q(pk__in=alerted))

    def due(self) -> ReportQuerySet:
        """Still to be made; the most urgent first."""
        return self.filter(state=Report.State.DUE).order_by("due_at", "pk")


class Report(CasePart):
    """What an authority is told outside the system on a ground the law names: read out by phone, say.

    Which ground is sealed: "a report about someone under 18" would be a fact about her.
    """

    OPEN_COLUMNS: ClassVar = {
        "id": "random",
        "key": "random",
        "revision": "number of saves",
        "case": "random",
        "made_at": "when it was prepared",
        "made_by": "by whom",
        "due_at": "until when the authority must be told",
        "state": "code list report_state",
        "state_changed_at": "when",
        "state_changed_by": "by whom",
    }

    class State(models.TextChoices):
        DUE = "due"
        TOLD = "told"
        NOT_REQUIRED = "not_required"

    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    due_at = models.DateTimeField()
    state = models.CharField(max_length=15, choices=State.choices, default=State.DUE)
    state_changed_at = models.DateTimeField()
    state_changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    basis = SealedField()  # code of the policy pack's bases
    recipient = SealedField()  # code list recipient_kind
    facts = SealedField()  # what may be told, and nothing more: value by code of shareable_field
    decision = SealedField()  # the Decision that lets it leave, as a mapping
    told = SealedField()  # {"at", "how", "to"}: when, how (code list report_how), who took it and under which number
    reason = SealedField()  # why it is not required

    objects = ReportQuerySet.as_manager()


class AlertQuerySet(models.QuerySet["Alert"]):
    """Named readings; each starts from the user."""

    def visible_to(self, user) -> AlertQuerySet:  # type: ignore[no-untyped-def]
        """Alerts to the user's teams."""
        return self.filter(team_id__in=user.team_ids)

    def unseen(self) -> AlertQuerySet:
        """No second person has looked yet; the oldest first."""
        return self.filter(seen_at__isnull=True).order_by("raised_at")


class Alert(models.Model):
    """Something a second person must see: what left in danger, or is told to an authority. It names no people."""

    OPEN_COLUMNS: ClassVar = {
        "id": "random",
        "kind": "danger, or report to an authority",
        "team": "who is alerted",
        "case": "random",
        "handover": "random",
        "report": "random",
        "raised_at": "when",
        "raised_by": "by whom",
        "seen_at": "when the second person saw it",
        "seen_by": "who",
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=20)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="alerts")
    handover = models.ForeignKey(Handover, on_delete=models.CASCADE, null=True, related_name="alerts")
    report = models.ForeignKey(Report, on_delete=models.CASCADE, null=True, related_name="alerts")
    raised_at = models.DateTimeField()
    raised_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    seen_at = models.DateTimeField(null=True)
    seen_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    objects = AlertQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(seen_by__isnull=True) | ~models.Q(seen_by=models.F("raised_by")),
                name="second_person_sees_the_alert",
            )
        ]


@emptied_with("sharing.handover")
def _messages_about(handover: Handover) -> None:
    """What came is sealed to a team of ours and would still open; its number stays. What left, only they can open."""
    InboundMessage.objects.filter(about=handover.pk).update(raw=b"")
