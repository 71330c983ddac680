# SPDX-License-Identifier: AGPL-3.0-or-later
"""The parts of a case: persons, places, businesses, notes, tasks. Use them through `actions`."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from tejido.vocabulary import code_list
from tejido.web.accounts.models import Member
from tejido.web.cases.checking import check_person, check_place
from tejido.web.cases.keeping import keep
from tejido.web.cases.models import Case, Note, Person, Place, Task
from tejido.web.security import audit
from tejido.web.security.access import require
from tejido.web.security.keyring import KeyRing
from tejido.web.security.permissions import Permission


@transaction.atomic
def add_person(
    *, case: Case, values: Mapping[str, Any], by: Member, ring: KeyRing, handover_id: UUID | None = None,
    counted_by: str = "",
) -> Person:  # fmt: skip
    """Add a person or an unnamed group; `values` are sealed fields of `Person`. Raises `BadInput`."""
    require(by, Permission.CASE_EDIT, record=case)
    check_person(values)
    person = Person(case=case, key=case.key, handover_id=handover_id, counted_by=counted_by)
    person.seal(ring, **values).save(force_insert=True)
    keep(case, ring)
    audit.record("person.added", by=by, record=person)
    return person


@transaction.atomic
def edit_person(*, person: Person, values: Mapping[str, Any], revision: int, by: Member, ring: KeyRing) -> Person:
    """Change what is known of a person over `revision`; raises `StaleRevision`, `BadInput`."""
    require(by, Permission.CASE_EDIT, record=person.case)
    check_person({**person.opened(ring).values, **values})
    person.seal(ring, **values).save_revision(expected=revision)
    keep(person.case, ring)
    audit.record("person.edited", by=by, record=person, fields=sorted(values))
    return person


@transaction.atomic
def add_place(*, case: Case, values: Mapping[str, Any], by: Member, ring: KeyRing) -> Place:
    """Add where something happened; `values` are sealed fields of `Place`. Raises `BadInput`."""
    require(by, Permission.CASE_EDIT, record=case)
    check_place(values)
    place = Place(case=case, key=case.key)
    place.seal(ring, **values).save(force_insert=True)
    keep(case, ring)
    audit.record("place.added", by=by, record=place)
    return place


@transaction.atomic
def edit_place(*, place: Place, values: Mapping[str, Any], revision: int, by: Member, ring: KeyRing) -> Place:
    """Change a place over `revision`; raises `StaleRevision`, `BadInput`."""
    require(by, Permission.CASE_EDIT, record=place.case)
    check_place({**place.opened(ring).values, **values})
    place.seal(ring, **values).save_revision(expected=revision)
    keep(place.case, ring)
    audit.record("place.edited", by=by, record=place)
    return place


@transaction.atomic
def remove_place(*, place: Place, by: Member, ring: KeyRing) -> None:
    """Take out a place written down by mistake."""
    require(by, Permission.CASE_EDIT, record=place.case)
    case = place.case
    audit.record("place.removed", by=by, record=place)
    place.delete()
    keep(case, ring)


@transaction.atomic
def add_business(
    *, case: Case, name: str, industry: str | None = None, state: str | None = None, phone: str = "", revision: int,
    by: Member, ring: KeyRing,
) -> Case:  # fmt: skip
    """Add a business that plays a part in the case, over `revision`; raises `StaleRevision`."""
    require(by, Permission.CASE_EDIT, record=case)
    held = case.opened(ring).businesses or []
    business = {"id": str(uuid.uuid4()), "name": name, "industry": industry, "state": state, "phone": phone or None}
    case.seal(ring, businesses=[*held, business]).save_revision(expected=revision)
    keep(case, ring)
    audit.record("case.business_added", by=by, record=case)
    return case


@transaction.atomic
def remove_business(*, case: Case, business_id: str, revision: int, by: Member, ring: KeyRing) -> Case:
    """Take out a business written down by mistake, and the ties that name it."""
    require(by, Permission.CASE_EDIT, record=case)
    opened = case.opened(ring)
    businesses = [business for business in opened.businesses or [] if business["id"] != business_id]
    ties = [tie for tie in opened.ties or [] if business_id not in (tie["from"], tie["to"])]
    case.seal(ring, businesses=businesses or None, ties=ties or None).save_revision(expected=revision)
    keep(case, ring)
    audit.record("case.business_removed", by=by, record=case)
    return case


@transaction.atomic
def add_note(*, case: Case, kind: str, text: str, by: Member, ring: KeyRing, now: datetime) -> Note:
    """Write down what was said, verbatim, or what the writer makes of it: apart from each other."""
    require(by, Permission.CASE_EDIT, record=case)
    _known(kind, "note_kind")
    note = Note(case=case, key=case.key, written_at=now, written_by=by)
    note.seal(ring, kind=kind, text=text).save(force_insert=True)
    audit.record("note.added", by=by, record=note)
    return note


@transaction.atomic
def add_task(
    *, case: Case, kind: str, text: str, due_on: date, by: Member, ring: KeyRing, now: datetime,
    owner: Member | None = None,
) -> Task:  # fmt: skip
    """Something to do by a day; `text` says what, and how it is safe. Hers unless given to a colleague."""
    require(by, Permission.TASK_EDIT)
    require(by, Permission.CASE_EDIT, record=case)
    _known(kind, "task_kind")
    task = Task(case=case, key=case.key, due_on=due_on, owner=owner or by, state_changed_at=now, state_changed_by=by)
    task.seal(ring, kind=kind, text=text or None).save(force_insert=True)
    audit.record("task.added", by=by, record=task)
    return task


@transaction.atomic
def settle_task(*, task: Task, state: str, by: Member, ring: KeyRing, now: datetime) -> Task:
    """A task is done, dropped, or to do again."""
    require(by, Permission.TASK_EDIT)
    require(by, Permission.CASE_EDIT, record=task.case)
    task.state, task.state_changed_at, task.state_changed_by = Task.State(state), now, by
    task.save_revision(expected=task.revision)
    audit.record("task.settled", by=by, record=task, status=state)
    return task


def _known(code: str, name: str) -> None:
    if code not in code_list(name):
        raise ValueError(f"{code!r} is not a code of {name}")
