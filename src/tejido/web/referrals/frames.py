# SPDX-License-Identifier: AGPL-3.0-or-later
"""Referrals of a case, opened, with their services; and, for counting, coded rows as the record table `referrals`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pyarrow as pa
from django.utils import timezone

from tejido.web.cases.frames import record_rows
from tejido.web.cases.models import Case
from tejido.web.consents.frames import local_day
from tejido.web.directory.models import Service
from tejido.web.packets.models import Answer, Packet
from tejido.web.referrals.models import Referral
from tejido.web.security.keyring import KeyRing
from tejido.web.security.sealing import Opened, open_all


@dataclass(frozen=True)
class Referred:
    """One referral and its service, which may have left the directory; where it went by packet, what became of it."""

    referral: Opened
    service: Service | None
    packet: Packet | None
    packet_is_open: bool
    answers: list[Opened]


def referrals_of(case: Case, ring: KeyRing) -> list[Referred]:
    """Every referral of the case, the newest first."""
    found = Referral.objects.filter(case=case).select_related("packet__first_opened_by", "packet__state_changed_by")
    opened = open_all(found.order_by("-made_at"), ring)
    services = {str(service.pk): service for service in Service.objects.filter(pk__in=[one.service for one in opened])}
    answers: dict[Any, list[Opened]] = defaultdict(list)
    for answer in open_all(Answer.objects.filter(packet__referral__case=case).select_related("answered_by"), ring):
        answers[answer.packet_id].append(answer)
    today = local_day(timezone.now())
    return [
        Referred(
            one, services.get(one.service), one.record.packet,
            one.record.packet is not None and one.record.packet.is_open(today), answers[one.record.packet_id],
        )
        for one in opened
    ]  # fmt: skip


def referrals_table(coded: Iterable[tuple[UUID, Mapping[str, Any]]], cases: Collection[str]) -> pa.Table:
    """Opened coded rows as the record table `referrals`; those whose case is not among `cases` are left out.

    Rows are opened one table after the other: a case may have been opened, or shredded, meanwhile.
    """
    return record_rows("referrals", [row for _, row in coded if row["case_id"] in cases])
