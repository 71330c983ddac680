# SPDX-License-Identifier: AGPL-3.0-or-later
"""What of a record stands with others: it is not ours to delete, and the certificate says so."""

from __future__ import annotations

from typing import Any

from django.utils.timezone import localdate

from tejido.web.cases.models import Case
from tejido.web.intake.models import Contact
from tejido.web.mailbox.models import OutboundMessage
from tejido.web.referrals.models import Referral
from tejido.web.security.keyring import KeyRing
from tejido.web.security.sealing import open_all
from tejido.web.sharing.models import Handover, Report


def what_left(record: Case | Contact, ring: KeyRing) -> dict[str, Any]:
    """Which partner got it or sent it, and when; how many services and authorities were told something about her.

    Which services is hers to know and stands nowhere afterwards: only their number does.
    """
    if not isinstance(record, Case):
        return {"handovers": [], "services": 0, "authorities": 0}
    referrals = open_all(Referral.objects.filter(case=record), ring)
    return {
        "handovers": [
            {"partner": each.partner_id, "on": localdate(each.made_at).isoformat(), "direction": each.direction}
            for each in Handover.objects.filter(case=record).order_by("made_at")
        ],
        "services": sum(1 for referral in referrals if referral.shared),
        "authorities": Report.objects.filter(case=record, state=Report.State.TOLD).count(),
    }


def on_its_way(record: Case | Contact) -> bool:
    """A hand-over that the partner does not have yet and that nobody called back."""
    if not isinstance(record, Case):
        return False
    waiting = Handover.objects.filter(case=record, direction=Handover.Direction.OUT, state=Handover.State.OFFERED)
    return waiting.filter(message__state=OutboundMessage.State.QUEUED).exists()
