# SPDX-License-Identifier: AGPL-3.0-or-later
"""Referrals: which service, how she was connected, what came of it."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from tejido.web.cases.models import CasePart
from tejido.web.packets.models import Packet
from tejido.web.security.belonging import belongs_to
from tejido.web.security.fields import SealedField


class Referral(CasePart):
    """One referral. Which service, and for what need, describes her: both are sealed."""

    OPEN_COLUMNS: ClassVar = {
        "id": "random",
        "key": "random",
        "revision": "number of saves",
        "case": "random",
        "packet": "random; the packet says which provider it went to",
        "made_at": "when",
        "made_by": "by whom",
        "state": "open or closed",
        "state_changed_at": "when",
        "state_changed_by": "by whom",
    }

    class State(models.TextChoices):
        OPEN = "open"
        CLOSED = "closed"

    # Where she was referred by packet: from the packet itself nothing leads back to the case.
    packet = models.OneToOneField(Packet, on_delete=models.SET_NULL, null=True, related_name="referral")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    state_changed_at = models.DateTimeField()
    state_changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    service = SealedField()  # id of the directory's service
    need = SealedField()  # code list service_need
    how = SealedField()  # code list referral_how: read_out_by_phone, warm_hand_over, packet, sent
    outcome = SealedField()  # code list referral_outcome
    served_on = SealedField()  # day on which she received what was asked, where the outcome is that she did
    shared = SealedField()  # list of code list shareable_field: what the service was told; empty when she calls herself
    decision = SealedField()  # the Decision that let it leave, as a mapping
    note = SealedField()


@belongs_to("referrals.referral")
def _packet_of(referral: Referral) -> list[models.QuerySet[Packet]]:
    """What a provider was sent goes with the referral, and its answers with it."""
    return [Packet.objects.filter(referral=referral)]
