# SPDX-License-Identifier: AGPL-3.0-or-later
"""Counting, sending totals to the partner, taking in hers, building the joint sheet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from tejido.exchange import BadMessage, Opened, tables_of
from tejido.statistics import Sheet, Tabulation, Window, join, protect
from tejido.vocabulary import BadInput, Language
from tejido.web.accounts.keys import team_of
from tejido.web.accounts.models import Team
from tejido.web.mailbox.models import InboundMessage, OutboundMessage, Partner
from tejido.web.security import audit
from tejido.web.security.access import require
from tejido.web.security.keyring import KeyRing
from tejido.web.security.permissions import Permission
from tejido.web.sharing.actions import send_message, use_message
from tejido.web.sharing.models import SharedAgreement
from tejido.web.statistics.frames import own_tabulation
from tejido.web.statistics.models import PartnerTabulation, SentTabulation, SheetRun

_TOTALS = "tabulation"


def local_day(now: datetime) -> date:
    """The organisation's own calendar day."""
    return now.astimezone(settings.TEJIDO.time_zone).date()


def send_tabulation(*, window: Window, by: Any, ring: KeyRing, now: datetime) -> list[OutboundMessage]:
    """Count this organisation's coded rows and send the totals under every agreement that knows totals.

    Raises `BadInput` where no agreement does, `NotAllowed` (noted in the audit) where one names other tables.
    """
    require(by, Permission.TABULATION_SEND)
    agreed = SharedAgreement.objects.select_related("partner").order_by("id")
    agreements = [one for one in agreed if _TOTALS in one.document["message_types"]]
    if not agreements:
        raise BadInput(
            "tabulation.no_agreement",
            en="no agreement in force lets totals leave",
            es="ningún convenio vigente permite enviar totales",
        )
    totals = own_tabulation(ring=ring, window=window, as_of=local_day(now))
    audit.record("counted", by=by, window=str(window), count=len(totals.cells))
    body, sent = totals.as_json(), []
    for agreement in agreements:
        message = send_message(partner=agreement.partner, message_type=_TOTALS, body=body, to="data",
                               agreement=agreement, by=by, ring=ring, now=now)  # fmt: skip
        SentTabulation.objects.create(
            message=message, window_start=window.start, window_end=window.end, tables=sorted(tables_of(body))
        )
        sent.append(message)
    return sent


def tables_sent(window: Window) -> dict[str, set[str]]:
    """Which of our tables of this period each partner has; not those that it refused."""
    refused = OutboundMessage.State.REFUSED
    sent = SentTabulation.objects.filter(window_start=window.start, window_end=window.end)
    found: dict[str, set[str]] = {}
    for one in sent.exclude(message__state=refused).select_related("message"):
        found.setdefault(one.message.partner_id, set()).update(one.tables)
    return found


def take_in_tabulations(*, by: Any, ring: KeyRing, now: datetime) -> int:
    """Open totals that arrived and keep them sealed to the data team; how many were dealt with. Safe to repeat.

    What cannot be opened, or goes beyond the agreement, is noted and kept aside; nothing else changes.
    """
    require(by, Permission.COUNT)
    arrived = InboundMessage.objects.filter(message_type=_TOTALS, state=InboundMessage.State.ARRIVED)
    waiting = arrived.select_related("partner").order_by("partner_id", "sequence")
    return sum(use_message(message=message, use=_keep, by=by, ring=ring, now=now) for message in waiting)


def unreadable_tabulations() -> list[InboundMessage]:
    """The newest totals that arrived and could not be used: from whom, when, why."""
    broken = InboundMessage.objects.filter(message_type=_TOTALS, state=InboundMessage.State.UNREADABLE)
    return list(broken.select_related("partner").defer("raw", "receipt").order_by("-received_at")[:5])


def newer_totals(run: SheetRun) -> list[PartnerTabulation]:
    """Totals for the same period that arrived after the sheet was built: late, or corrected."""
    same = PartnerTabulation.objects.filter(window_start=run.window_start, window_end=run.window_end)
    return list(same.filter(received_at__gt=run.built_at).select_related("partner").order_by("received_at"))


def _keep(message: InboundMessage, opened: Opened, team: UUID, by: Any, ring: KeyRing, now: datetime) -> None:
    body = dict(opened.body)
    try:
        totals = Tabulation.from_json(body)
    except BadInput as problem:
        raise BadMessage("bad_body", problem.code) from None
    # Said in the partner's name by itself alone: totals of a third organisation are not its to send.
    if totals.node != message.partner_id:
        raise BadMessage("bad_body", "totals of another organisation")
    shared = SharedAgreement.objects.filter(pk=opened.header.agreement, partner=message.partner).first()
    if shared is None:
        raise BadMessage("agreement_unknown")
    # The recipient checks what the sender should have: a table nobody agreed on is not taken.
    if tables_of(body) - shared.checked().tables:
        raise BadMessage("bad_body", "tables beyond the agreement")
    kept = PartnerTabulation(
        key=ring.new_key("tabulation", [team]),
        team_id=team,
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
    run.seal(ring, internal_sheet=sheet.as_json(), tabulations=[one.as_json() for one in totals]).save(
        force_insert=True
    )
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
