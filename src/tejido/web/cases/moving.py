# SPDX-License-Identifier: AGPL-3.0-or-later
"""A case gets a new key, and may go to another team with it: copies of the old key open nothing new."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import models, transaction

from tejido.vocabulary import BadInput
from tejido.web.accounts.caseloads import compartment_team
from tejido.web.accounts.keys import team_of
from tejido.web.accounts.models import Member, Team
from tejido.web.cases.keeping import keep
from tejido.web.cases.models import Case, Compartment
from tejido.web.intake.models import Contact
from tejido.web.security import audit
from tejido.web.security.access import require
from tejido.web.security.belonging import belongings
from tejido.web.security.keyring import KeyRing, NoKey
from tejido.web.security.models import RecordKey
from tejido.web.security.permissions import Permission
from tejido.web.security.sealing import SealedRecord


@transaction.atomic
def renew_case_key(*, case: Case, by: Member, ring: KeyRing, now: datetime) -> Case:
    """A new key for the case and every part sealed under its old one; the old one is gone."""
    require(by, Permission.CASE_EDIT, record=case)
    case = Case.objects.select_for_update().get(pk=case.pk)
    _seal_anew(case, belongings(case), case.team_id, by, ring)
    audit.record("case.key_renewed", by=by, record=case)
    return case


@transaction.atomic
def move_case(*, case: Case, team: Team, by: Member, ring: KeyRing, now: datetime) -> Case:
    """Give the case to another team that carries cases: it opens there, and here no longer. Raises `BadInput`.

    The case and its parts get a new key. What has a key of its own (contacts, compartments, hand-overs) keeps it: the
    new team is let in, the old one is taken out. Whoever gives it away must open all its compartments.
    """
    require(by, Permission.CASE_EDIT, record=case)
    require(by, Permission.TEAM_EDIT)
    case = Case.objects.select_for_update().get(pk=case.pk)
    if team.kind != Team.Kind.CASES or team.pk == case.team_id:
        raise BadInput("case.team", en="Choose another team that carries cases.",
                       es="Elija otro equipo que lleve casos.", where="team")  # fmt: skip
    before, rows = case.team_id, belongings(case)
    case.team = team
    if case.owner is not None and team.pk not in case.owner.team_ids:
        case.owner = None
    _seal_anew(case, rows, team.pk, by, ring)
    _let_the_team_in(case, rows, before, ring)
    audit.record("case.moved", by=by, record=case, team=str(team.pk))
    return case


def _seal_anew(case: Case, rows: Iterable[models.Model], team_id: UUID, by: Member, ring: KeyRing) -> None:
    old = case.key_id
    fresh = ring.new_key("case", [team_id, team_of(Team.Kind.DUTY).pk])
    for row in rows:
        if isinstance(row, SealedRecord) and row.key_id == old:
            record: Any = case if row.pk == case.pk else row
            values = {name: value for name, value in record.opened(ring).values.items() if value is not None}
            record.key = fresh
            record.seal(ring, **values).save_revision(expected=record.revision)
            if record is not case:
                audit.record("record.sealed_anew", by=by, record=record)
    keep(case, ring)
    # Whatever still stands under it, written meanwhile, would be lost: the database then refuses, and nothing is done.
    RecordKey.objects.get(pk=old).delete()


def _let_the_team_in(case: Case, rows: Iterable[models.Model], before: UUID, ring: KeyRing) -> None:
    for row in rows:
        if isinstance(row, SealedRecord) and row.key_id != case.key_id and not isinstance(row, Case):
            theirs, ours = _teams_of(row, case.team_id, before)
            if theirs in set(row.key.grants.values_list("team_id", flat=True)):
                _hand_on(row, theirs, ours, ring)
        if not isinstance(row, Case | Contact) and _has_team_column(row):
            type(row)._base_manager.filter(pk=row.pk, team_id=before).update(team_id=case.team_id)


def _teams_of(row: SealedRecord, team_id: UUID, before: UUID) -> tuple[UUID | None, UUID | None]:
    """Which team opened it and which will: of a compartment, the small teams of both caseloads."""
    if isinstance(row, Compartment):
        return compartment_team(before, row.group), compartment_team(team_id, row.group)
    return before, team_id


def _hand_on(row: SealedRecord, theirs: UUID | None, ours: UUID | None, ring: KeyRing) -> None:
    if theirs is None or ours is None:
        raise ValueError("a caseload without its compartment teams")
    try:
        ring.share(row.key, ours)
    except NoKey:
        raise BadInput("case.compartments", en="Someone who opens all its compartments must give it away.",
                       es="Debe pasarlo alguien que abra todos sus apartados.", where="team") from None  # fmt: skip
    if not (isinstance(row, Contact) and row.team_id == theirs):  # the line's own contact stays the line's
        ring.withdraw(row.key_id, theirs)


def _has_team_column(row: models.Model) -> bool:
    return any(field.attname == "team_id" for field in row._meta.concrete_fields)
