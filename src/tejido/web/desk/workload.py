# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who carries how much: counts by colleague, for whoever looks after the team. No record is opened for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet

from tejido.web.accounts.models import Member
from tejido.web.cases.models import Case, Task
from tejido.web.intake.models import Contact


@dataclass(frozen=True)
class Load:
    """One colleague's open contacts, open cases, and tasks whose day has passed."""

    who: str
    contacts: int
    cases: int
    overdue: int


def workload(user: Any, today: date) -> list[Load]:
    """Colleagues of the user's teams who carry something, whoever has most overdue first."""
    contacts = _by_owner(Contact.objects.visible_to(user).filter(state=Contact.State.TAKEN))
    cases = _by_owner(Case.objects.visible_to(user).open())
    tasks = Task.objects.filter(case__in=Case.objects.visible_to(user), state=Task.State.TO_DO)
    overdue = _by_owner(tasks.filter(due_on__lt=today))
    names = dict(Member.objects.filter(pk__in={*contacts, *cases, *overdue}).values_list("pk", "display_name"))
    loads = [Load(name, contacts.get(pk, 0), cases.get(pk, 0), overdue.get(pk, 0)) for pk, name in names.items()]
    return sorted(loads, key=lambda load: (-load.overdue, -load.cases, load.who))


def _by_owner(records: QuerySet[Any]) -> dict[UUID, int]:
    owned = records.filter(owner__isnull=False).order_by().values("owner").annotate(found=Count("pk"))
    return dict(owned.values_list("owner", "found"))
