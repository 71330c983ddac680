# SPDX-License-Identifier: AGPL-3.0-or-later
"""Referrals of a case, opened, with their services."""

from __future__ import annotations

from dataclasses import dataclass

from tejido.web.cases.models import Case
from tejido.web.directory.models import Service
from tejido.web.referrals.models import Referral
from tejido.web.security.keyring import KeyRing
from tejido.web.security.sealing import Opened, open_all


@dataclass(frozen=True)
class Referred:
    """One referral and its service, which may have left the directory."""

    referral: Opened
    service: Service | None


def referrals_of(case: Case, ring: KeyRing) -> list[Referred]:
    """Every referral of the case, the newest first."""
    opened = open_all(Referral.objects.filter(case=case).order_by("-made_at"), ring)
    services = {str(service.pk): service for service in Service.objects.filter(pk__in=[one.service for one in opened])}
    return [Referred(one, services.get(one.service)) for one in opened]
