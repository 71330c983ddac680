# SPDX-License-Identifier: AGPL-3.0-or-later
"""A case gets a new key, and may go to another team with it: copies of the old key open nothing new.

A restricted caseload is for cases that colleagues must not come upon: someone's own, a relative's, one in the news. It
does not say whose or why. Nothing there has search tokens, duty does not open it, and each reading alerts.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import models, transaction

from tejido.vocabulary import BadInput
from tejido.web.accounts.caseloads import closed_to, compartment_team, readers_of
from tejido.web.accounts.keys import team_of
from tejido.web.accounts.models import Member, Team
from tejido.web.accounts.readings import keep_apart, refuse_unseen
from tejido.web.cases.keeping import keep
from tejido.web.cases.models import Case, Compartment, Task
from tejido.web.intake.actions import keep_findable
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
    case = Case.objects.select_for_update(of=("self",)).select_related("team").get(pk=case.pk)
    _seal_anew(case, belongings(case), by, ring)
    audit.record("case.key_renewed", by=by, record=case)
    return case


@transaction.atomic
def move_case(
    *, case: Case, team: Team, concerned: Iterable[Member] = (), by: Member, ring: KeyRing, now: datetime
) -> Case:
    """Give the case to another team that carries cases: it opens there, and here no longer. Raises `BadInput`.

    The case and its parts get a new key. What has a key of its own (contacts, compartments, hand-overs) keeps it: the
    new team is let in, the old one is taken out. Whoever gives it away must open all its compartments. Who is
    `concerned` by it can never be let into the restricted caseload it goes to.
    """
    require(by, Permission.CASE_EDIT, record=case)
    require(by, Permission.TEAM_EDIT)
    case = Case.objects.select_for_update(of=("self",)).select_related("team", "owner").get(pk=case.pk)
    if team.kind != Team.Kind.CASES or team.pk == case.team_id:
        raise BadInput("case.team", en="Choose another team that carries cases.",
                       es="Elija otro equipo que lleve casos.", where="team")  # fmt: skip
    refuse_unseen(team)
    keep_apart(team=team, members=concerned, by=by, ring=ring)
    before, rows = case.team, belongings(case)
    case.team = team
    inside = list(Member.objects.filter(grants__generation__team=team).values_list("pk", flat=True).distinct())
    if case.owner_id not in inside:
        case.owner = None
    _seal_anew(case, rows, by, ring)
    Task.objects.filter(case=case).exclude(owner__in=inside).update(owner=None)
    for row in rows:
        if not isinstance(row, Case):
            _let_the_team_in(row, before, team, ring)
    _follow_by_id(rows, before, team)
    audit.record("case.moved", by=by, record=case, team=str(team.pk))
    return case


def _seal_anew(case: Case, rows: Iterable[models.Model], by: Member, ring: KeyRing) -> None:
    old = case.key_id
    fresh = ring.new_key("case", readers_of(case.team))
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


def _let_the_team_in(row: models.Model, before: Team, team: Team, ring: KeyRing) -> None:
    if isinstance(row, Contact):
        give_contact(row, team, ring, before=before)
        return
    if isinstance(row, SealedRecord):
        theirs, ours = _teams_of(row, before.pk, team.pk)
        if theirs in set(row.key.grants.values_list("team_id", flat=True)):
            _hand_on(row.key, theirs, ours, team, ring)
            if before.restricted and not team.restricted:
                ring.share(row.key, team_of(Team.Kind.DUTY).pk)
    if _has_team_column(row):
        # Of a restricted case duty is not told either.
        whose = closed_to(team) | {before.pk}
        type(row)._base_manager.filter(pk=row.pk, team_id__in=whose).update(team_id=team.pk)


def _follow_by_id(rows: Iterable[models.Model], before: Team, team: Team) -> None:
    """What other rooms keep of these records by their id alone: that someone asked to have one destroyed."""
    ids, whose = [row.pk for row in rows if isinstance(row.pk, UUID)], closed_to(team) | {before.pk}
    for model in apps.get_models():
        if {"record_id", "team"} <= {field.name for field in model._meta.concrete_fields}:
            model._base_manager.filter(record_id__in=ids, team_id__in=whose).update(team_id=team.pk)


def _teams_of(row: SealedRecord, before: UUID, team: UUID) -> tuple[UUID | None, UUID | None]:
    """Which team opened it and which will: of a compartment, the small teams of both caseloads."""
    if isinstance(row, Compartment):
        return compartment_team(before, row.group), compartment_team(team, row.group)
    return before, team


def _hand_on(key: RecordKey, theirs: UUID | None, ours: UUID | None, team: Team, ring: KeyRing) -> None:
    if theirs is None or ours is None:
        raise ValueError("a caseload without its compartment teams")
    try:
        ring.share(key, ours)
    except NoKey:
        raise BadInput("case.compartments", en="Someone who opens all its compartments must give it away.",
                       es="Debe pasarlo alguien que abra todos sus apartados.", where="team") from None  # fmt: skip
    for gone in (closed_to(team) | {theirs}) - {ours}:
        ring.withdraw(key.pk, gone)


def give_contact(contact: Contact, team: Team, ring: KeyRing, *, before: Team | None = None) -> None:
    """Whoever carries the case opens its contact. The line keeps it too, unless the caseload is restricted.

    Asks nobody: attaching it to the case, or moving the case, did.
    """
    line = contact.team
    if not team.restricted and line.kind != Team.Kind.CASES:
        ring.share(contact.key, team.pk)
        if before is not None:
            ring.withdraw(contact.key_id, before.pk)
        return
    _hand_on(contact.key, line.pk, team.pk, team, ring)
    if before is not None and before.pk != team.pk:
        ring.withdraw(contact.key_id, before.pk)
    if not team.restricted:
        ring.share(contact.key, team_of(Team.Kind.DUTY).pk)
    contact.team = team
    Contact.objects.filter(pk=contact.pk).update(team=team)
    keep_findable(contact, contact.opened(ring).values, ring)


def _has_team_column(row: models.Model) -> bool:
    return any(field.attname == "team_id" for field in row._meta.concrete_fields)
