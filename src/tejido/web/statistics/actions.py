# SPDX-License-Identifier: AGPL-3.0-or-later
"""Counting, sending totals to the partner, taking in hers, building the joint sheet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from tejido.statistics import Sheet, Tabulation, Window, join, protect
from tejido.vocabulary import BadInput, Language
from tejido.web.accounts.keys import team_of
from tejido.web.accounts.models import Team
from tejido.web.mailbox.models import InboundMessage, OutboundMessage, Partner
from tejido.web.security import audit
from tejido.web.security.access import require
from tejido.web.security.keyring import KeyRing
from tejido.web.security.permissions import Permission
from tejido.web.sharing.actions import open_inbound, send_message
from tejido.web.sharing.models import SharedAgreement
from tejido.web.statistics.frames import own_tabulation
from tejido.web.statistics.models import PartnerTabulation, SheetRun


def local_day(now: datetime) -> date:
    """The organisation's own calendar day."""
    return now.astimezone(settings.TEJIDO.time_zone).date()


@transaction.atomic
def send_tabulation(*, window: Window, by: Any, ring: KeyRing, now: datetime) -> list[OutboundMessage]:
    """Count this organisation's coded rows and send the totals to every partner with an agreement that names them."""
    require(by, Permission.TABULATION_SEND)
    totals = own_tabulation(ring=ring, window=window, as_of=local_day(now))
    audit.record("counted", by=by, window=str(window), count=len(totals.cells))
    return [
        send_message(
            partner=agreement.partner,
            message_type="tabulation",
            body=totals.as_json(),
            to="data",
            agreement=agreement,
            by=by,
            ring=ring,
            now=now,
        )
        for agreement in SharedAgreement.objects.select_related("partner").order_by("id")
    ]


def take_in_tabulations(*, by: Any, ring: KeyRing, now: datetime) -> int:
    """Open totals that arrived and keep them sealed to the data team; how many. Safe to repeat."""
    require(by, Permission.COUNT)
    arrived = InboundMessage.objects.filter(message_type="tabulation", state=InboundMessage.State.ARRIVED)
    for message in arrived.order_by("received_at"):
        _take_in(message, by=by, ring=ring, now=now)
    return len(arrived)


@transaction.atomic
def _take_in(message: InboundMessage, *, by: Any, ring: KeyRing, now: datetime) -> None:
    won = InboundMessage.objects.filter(pk=message.pk, state=InboundMessage.State.ARRIVED).update(
        state=InboundMessage.State.HANDLED, state_changed_at=now
    )
    if not won:
        return
    totals = Tabulation.from_json(dict(open_inbound(message, ring).body))
    if totals.node != message.partner_id:
        # Said in the partner's name by itself alone: totals of a third organisation are not its to send.
        audit.record("tabulation.refused", by=by, reason_code="other_organisation", partner=message.partner_id)
        return
    team = team_of(Team.Kind.DATA)
    kept = PartnerTabulation(
        key=ring.new_key("tabulation", [team.pk]),
        team=team,
        partner=message.partner,
        window_start=totals.window.start,
        window_end=totals.window.end,
        received_at=now,
    )
    kept.seal(ring, tabulation=totals.as_json()).save(force_insert=True)
    audit.record("tabulation.arrived", by=by, record=kept, partner=message.partner_id, window=str(totals.window))


@transaction.atomic
def build_sheet(*, window: Window, by: Any, ring: KeyRing, now: datetime, threshold: int = 11) -> SheetRun:
    """Join our totals with each partner's newest for the window; raises `BadInput` where one is missing."""
    require(by, Permission.SHEET_BUILD)
    totals = [own_tabulation(ring=ring, window=window, as_of=local_day(now))]
    for partner in Partner.objects.order_by("code"):
        totals.append(_newest(partner, window, ring))
    sheet = join(totals)
    protect(sheet, k=threshold)  # a sheet that cannot be protected is refused before anything is kept
    team = team_of(Team.Kind.DATA)
    run = SheetRun(
        key=ring.new_key("sheet", [team.pk]),
        team=team,
        window_start=window.start,
        window_end=window.end,
        built_at=now,
        built_by=by,
        threshold=threshold,
    )
    run.seal(ring, internal_sheet=sheet.as_json()).save(force_insert=True)
    audit.record("sheet.built", by=by, record=run, window=str(window))
    return run


def _newest(partner: Partner, window: Window, ring: KeyRing) -> Tabulation:
    kept = (
        PartnerTabulation.objects.filter(partner=partner, window_start=window.start, window_end=window.end)
        .order_by("-received_at")
        .first()
    )
    if kept is None:
        raise BadInput(
            "sheet.no_totals",
            en=f"no totals have arrived from {partner.name['en']} for this period",
            es=f"no han llegado los totales de {partner.name['es']} para este periodo",
        )
    return Tabulation.from_json(kept.opened(ring).tabulation)


def internal_sheet(*, run: SheetRun, by: Any, ring: KeyRing) -> Sheet:
    """The exact figures of a run, for the data team's eyes."""
    require(by, Permission.COUNT)
    audit.record("sheet.read", by=by, record=run)
    return Sheet.from_json(run.opened(ring).internal_sheet)


def public_sheet(*, run: SheetRun, by: Any, ring: KeyRing) -> Sheet:
    """The figures of a run with small cells hidden: what may be printed."""
    return protect(internal_sheet(run=run, by=by, ring=ring), k=run.threshold)


def operators(partners: Sequence[Partner], language: Language) -> list[str]:
    """Names of the organisations that counted, for the head of the sheet."""
    return [settings.TEJIDO.operator.name[language], *(partner.name[language] for partner in partners)]
