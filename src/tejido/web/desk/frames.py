# SPDX-License-Identifier: AGPL-3.0-or-later
"""Lines of the audit as an auditor reads them: who, what, when, on which record. No content stands there to show."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from tejido.web.accounts.models import Member, RestrictedReading
from tejido.web.cases.models import Case
from tejido.web.intake.models import Contact
from tejido.web.intake.paging import Page, newest_first
from tejido.web.security.models import AuditEntry
from tejido.web.security.sealing import SealedRecord

# What a person calls the record a line is about.
_TABLES: dict[str, Any] = {
    "accounts.member": _("member"),
    "accounts.restrictedreading": _("reading in a restricted caseload"),
    "accounts.team": _("team"),
    "accounts.brokenglass": _("case opened in an emergency"),
    "cases.case": _("case"),
    "cases.compartment": _("safety compartment"),
    "cases.note": _("note"),
    "cases.person": _("person"),
    "cases.place": _("place"),
    "cases.task": _("task"),
    "consents.release": _("release"),
    "directory.service": _("service"),
    "files.attachment": _("file"),
    "intake.contact": _("contact"),
    "mailbox.inboundmessage": _("message received"),
    "mailbox.outboundmessage": _("message sent"),
    "mailbox.partner": _("partner organisation"),
    "packets.answer": _("answer of a service"),
    "packets.packet": _("referral packet"),
    "referrals.referral": _("referral"),
    "sharing.alert": _("alert"),
    "sharing.handover": _("hand-over"),
    "sharing.report": _("report to an authority"),
    "statistics.partnertabulation": _("totals"),
    "statistics.sheetrun": _("joint sheet"),
}


@dataclass(frozen=True)
class AuditLine:
    """One line: the member's name (None: the system itself), what it is about, and the start of the record's id."""

    entry: AuditEntry
    who: str | None
    table: Any
    record: str


def audit_page(entries: QuerySet[AuditEntry], after: int | None, *, apart: Set[UUID] = frozenset()) -> Page:
    """One page, the newest first, going on after entry number `after`; which record, but for those in `apart`."""
    last = AuditEntry.objects.filter(pk=after).first() if after is not None else None
    page = newest_first([entries.defer("digest")], by="at", after=last)
    names = dict(Member.objects.values_list("pk", "display_name"))
    lines = [
        AuditLine(each, names.get(each.member_id), _TABLES.get(each.table, each.table), _short(each, apart))
        for each in page.rows
    ]
    return Page(lines, page.after)


def _short(entry: AuditEntry, apart: Set[UUID]) -> str:
    return str(entry.record_id)[:8] if entry.record_id and entry.record_id not in apart else ""


def readings_for(user: Any, most: int) -> list[RestrictedReading]:
    """What others read in her restricted caseloads; `code` says of which record."""
    readings = RestrictedReading.objects.for_second_person(user).select_related("member").order_by("on", "pk")[:most]
    keys, theirs = {reading.record_key for reading in readings}, Case.objects.visible_to(user)
    codes = dict(Contact.objects.visible_to(user).filter(key__in=keys).values_list("key_id", "code"))
    for relation in Case._meta.related_objects:  # what has a key of its own is called by its case
        part, to_case = relation.related_model, relation.field.name
        if issubclass(part, SealedRecord):
            found = part._default_manager.filter(**{"key__in": keys, f"{to_case}__in": theirs})
            codes |= dict(found.values_list("key_id", f"{to_case}__code"))
    codes |= dict(theirs.filter(key__in=keys).values_list("key_id", "code"))
    for reading in readings:
        reading.code = codes.get(reading.record_key, "")  # type: ignore[attr-defined]
    return list(readings)
