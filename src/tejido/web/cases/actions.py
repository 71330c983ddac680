# SPDX-License-Identifier: AGPL-3.0-or-later
"""Opening a case and changing it. Parts of a case have their verbs in `parts`, bulk arrival in `importing`."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction

from tejido.vocabulary import BadInput, code_list
from tejido.web.accounts.caseloads import readers_of
from tejido.web.accounts.models import Member, Team
from tejido.web.cases.compartments import open_compartment, save_compartment
from tejido.web.cases.duties import follow_duties
from tejido.web.cases.importing import import_records
from tejido.web.cases.keeping import keep
from tejido.web.cases.models import Case, CaseContact
from tejido.web.cases.moving import give_contact, move_case, renew_case_key
from tejido.web.cases.parts import (
    add_business,
    add_note,
    add_person,
    add_place,
    add_task,
    edit_person,
    edit_place,
    remove_business,
    remove_place,
    settle_task,
)
from tejido.web.intake.actions import local_day
from tejido.web.intake.models import Contact
from tejido.web.intake.spoken import free_code
from tejido.web.security import audit
from tejido.web.security.access import require
from tejido.web.security.keyring import KeyRing
from tejido.web.security.permissions import Permission

__all__ = [
    "add_business",
    "add_note",
    "add_person",
    "add_place",
    "add_task",
    "attach_contact",
    "edit_case",
    "edit_person",
    "edit_place",
    "follow_duties",
    "import_records",
    "move_case",
    "open_case",
    "open_compartment",
    "remove_business",
    "remove_place",
    "renew_case_key",
    "save_compartment",
    "settle_task",
    "team_to_carry",
]  # fmt: skip


def team_to_carry(member: Member) -> Team:
    """The caseload the member works in; raises `PermissionDenied` if she is in none."""
    team = Team.objects.filter(kind=Team.Kind.CASES, restricted=False, pk__in=member.team_ids).order_by("name").first()
    if team is None:
        raise PermissionDenied(Permission.CASE_OPEN.value)
    return team


@transaction.atomic
def open_case(
    *, contact: Contact | None = None, indications: str | None = None, summary: str | None = None, priority: int = 0,
    opened_on: date | None = None, handover_id: UUID | None = None, counted_by: str = "", by: Member, ring: KeyRing,
    now: datetime,
) -> Case:  # fmt: skip
    """Open a case, from a contact or from nothing; whoever opens it owns it. Its day is that of the first contact."""
    require(by, Permission.CASE_OPEN)
    team = contact.team if contact is not None and contact.team.restricted else team_to_carry(by)
    first_day = contact.received_on if contact is not None else local_day(now)
    case = Case(
        key=ring.new_key("case", readers_of(team)),
        code=free_code(Case), team=team, owner=by, priority=priority, status_changed_at=now, status_changed_by=by,
        opened_on=opened_on or first_day, handover_id=handover_id, counted_by=counted_by,
    )  # fmt: skip
    _check(indications=indications)
    case.seal(ring, indications=indications, summary=summary or None).save(force_insert=True)
    audit.record("case.opened", by=by, record=case)
    if contact is not None:
        attach_contact(case=case, contact=contact, by=by, ring=ring, now=now)
    else:
        keep(case, ring)
    return case


@transaction.atomic
def attach_contact(*, case: Case, contact: Contact, by: Member, ring: KeyRing, now: datetime) -> None:
    """The contact belongs to this case from now on: whoever carries the case may open it.

    Raises `BadInput` if it belongs to another. A case opened before this contact was known begins with the earlier.
    """
    require(by, Permission.CASE_EDIT, record=case)
    require(by, Permission.CONTACT_EDIT, record=contact)
    link = CaseContact.objects.filter(contact=contact).first()
    if not contact.is_taken or (link is not None and link.case_id != case.pk):
        raise BadInput(
            "contact.attached",
            en="this contact already belongs to a case, or nobody has taken it",
            es="este contacto ya pertenece a un caso, o nadie lo ha tomado",
        )
    if link is None:
        CaseContact.objects.create(case=case, contact=contact)
    give_contact(contact, case.team, ring)
    if contact.received_on < case.opened_on:
        case.opened_on = contact.received_on
        Case.objects.filter(pk=case.pk).update(opened_on=case.opened_on)
    keep(case, ring)
    audit.record("case.contact_attached", by=by, record=case, target=str(contact.pk))
    follow_duties(case=case, by=by, ring=ring, now=now)


@transaction.atomic
def edit_case(*, case: Case, revision: int, changes: dict[str, Any], by: Member, ring: KeyRing, now: datetime) -> Case:
    """Change status, owner, priority, indications or summary over `revision`; raises `StaleRevision`, `BadInput`."""
    require(by, Permission.CASE_EDIT, record=case)
    unknown = set(changes) - {"status", "owner", "priority", "indications", "summary"}
    if unknown:
        raise ValueError(f"not changed here: {sorted(unknown)}")
    _check(status=changes.get("status"), indications=changes.get("indications"))
    owner = changes.get("owner")
    if owner is not None and case.team_id not in owner.team_ids:
        raise BadInput("case.owner", en="the owner is not in the case's team",
                       es="esa persona no es del equipo del caso", where="owner")  # fmt: skip
    if changes.get("status", case.status) != case.status:
        case.status, case.status_changed_at, case.status_changed_by = changes["status"], now, by
    for name in ("owner", "priority"):
        if name in changes:
            setattr(case, name, changes[name])
    case.seal(ring, **{name: changes[name] or None for name in ("indications", "summary") if name in changes})
    case.save_revision(expected=revision)
    keep(case, ring)
    audit.record("case.edited", by=by, record=case, status=case.status, fields=sorted(changes))
    return case


def _check(*, status: str | None = None, indications: str | None = None) -> None:
    for name, value, codes in (
        ("status", status, "case_status"), ("indications", indications, "strength_of_indications"),
    ):  # fmt: skip
        if value and value not in code_list(codes):
            raise BadInput("code.unknown", en=f"{value!r} is not a code of {codes}",
                           es=f"{value!r} no es un código de {codes}", where=name)  # fmt: skip
