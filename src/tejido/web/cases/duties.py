# SPDX-License-Identifier: AGPL-3.0-or-later
"""The duty toward someone under 18, followed up: shown where the case is read, and a task with its day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction

from tejido.agreements import Duty
from tejido.vocabulary import code_list
from tejido.web.accounts.language import short_language
from tejido.web.accounts.models import Member
from tejido.web.cases.models import Case, Person, Task
from tejido.web.cases.parts import add_task
from tejido.web.intake.actions import duties_for, local_day
from tejido.web.intake.models import Contact
from tejido.web.security.keyring import KeyRing
from tejido.web.security.sealing import Opened, open_all


def contacts_of(case: Case, ring: KeyRing) -> list[Opened]:
    """The case's contacts this ring can open, oldest first."""
    contacts = list(Contact.objects.filter(case_link__case=case).select_related("owner").order_by("received_at"))
    ring.load({contact.key_id for contact in contacts})
    return [contact.opened(ring) for contact in contacts if ring.holds(contact.key_id)]


def is_under_18(person: Opened) -> bool:
    """Is she, or is anyone in the group, said to be under 18? (An unknown age is not said to be.)"""
    ages = code_list("age_at_contact")
    young = set(ages.where(protected=True)) - set(ages.where(known=False))
    counts = (person.group_counts or {}).get("age_at_contact", {})
    return person.age_at_contact in young or any(counts.get(code) for code in young)


def duties_of(persons: Iterable[Opened], contacts: Iterable[Opened]) -> tuple[Duty, ...]:
    """What must be done where someone in the case is under 18, under this organisation's law."""
    for contact in contacts:
        if duties := duties_for(contact.under_18):
            return duties
    if any(is_under_18(person) for person in persons):
        return duties_for(code_list("minor_present").where(duty=True)[0])
    return ()


def duty_task(tasks: Iterable[Opened]) -> Opened | None:
    """The task a duty became, done or not."""
    kinds = code_list("task_kind").where(duty=True)
    return next((task for task in tasks if task.kind in kinds), None)


@transaction.atomic
def follow_duties(*, case: Case, by: Member, ring: KeyRing, now: datetime) -> Task | None:
    """Where a duty follows from the case as it stands and is no task yet, make it one: hers, due when the law says."""
    persons = open_all(Person.objects.filter(case=case), ring)
    duties = duties_of(persons, contacts_of(case, ring))
    if not duties or duty_task(open_all(Task.objects.filter(case=case), ring)) is not None:
        return None
    due = now + timedelta(hours=min(duty.within_hours for duty in duties))
    return add_task(
        case=case, kind=code_list("task_kind").where(duty=True)[0], due_on=local_day(due),
        text="\n".join(duty.words[short_language(by.language)] for duty in duties), by=by, ring=ring, now=now,
    )  # fmt: skip
