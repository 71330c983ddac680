# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who opened what of a restricted caseload: noted where the key is opened, so that no page can forget it.

And who may never be in it: sealed to the caseload, so that a copy of the database does not say whose case is there.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from tejido.vocabulary import BadInput
from tejido.web.accounts.models import KeptApart, Member, RestrictedReading, Team
from tejido.web.security import audit
from tejido.web.security.access import require
from tejido.web.security.keyring import KeyRing
from tejido.web.security.models import KeyGrant
from tejido.web.security.permissions import Permission
from tejido.web.security.sealing import open_all

_APART = "kept-apart"
_NOT_HERS = ("organisation-", _APART)  # what every caseload uses


def note_opening(team_id: UUID, grant: KeyGrant, member_id: UUID) -> None:
    """One line a day for each reader and record, until a second person has looked."""
    if not grant.key.scope.startswith(_NOT_HERS):
        RestrictedReading.objects.get_or_create(
            team_id=team_id, record_key=grant.key_id, member_id=member_id, on=timezone.localdate()
        )


@transaction.atomic
def see_reading(*, reading: RestrictedReading, by: Any, now: datetime) -> None:
    """A second person of the caseload has looked at who read it; never the reader herself."""
    require(by, Permission.CASE_READ, record=reading)
    if reading.member_id == by.pk:
        raise PermissionDenied(Permission.CASE_READ.value)
    if RestrictedReading.objects.filter(pk=reading.pk, seen_at=None).update(seen_at=now, seen_by=by):
        audit.record("reading.seen", by=by, record=reading)


def refuse_unseen(team: Team) -> None:
    """Raise `BadInput` while there is nobody in the restricted caseload who could be the second person."""
    inside = Member.objects.filter(grants__generation__team=team, status=Member.Status.ACTIVE).distinct()
    if team.restricted and inside.count() < 2:
        raise BadInput(
            "case.second_person", where="team",
            en="Two people must be in that caseload first: each sees what the other reads.",
            es="Primero debe haber dos personas en ese equipo: cada una ve lo que lee la otra.",
        )  # fmt: skip


def keep_apart(*, team: Team, members: Iterable[Member], by: Any, ring: KeyRing) -> None:
    """These members may never be let into the restricted caseload. Raises `BadInput` if one is there already."""
    for member in Member.objects.select_for_update().filter(pk__in=[one.pk for one in members]):
        if not team.restricted:
            raise BadInput("case.concerned", en="Only a restricted caseload keeps a colleague out.", where="concerned",
                           es="Sólo un equipo restringido deja fuera a una persona del personal.")  # fmt: skip
        if member.pk == by.pk or team.pk in member.team_ids or member.awaiting.filter(team=team).exists():
            raise BadInput("case.concerned", en="This colleague moves the case or is in that caseload: choose another.",
                           es="Esta persona pasa el caso o está en ese equipo: elija otro.",
                           where="concerned")  # fmt: skip
        KeptApart(key=ring.new_key(_APART, [team.pk]), team=team).seal(ring, member=str(member.pk)).save(
            force_insert=True
        )


def refuse_kept_apart(team: Team, member: Member, ring: KeyRing) -> None:
    """Raise `BadInput` if she may never be in this team. It does not say why."""
    rows = KeptApart.objects.filter(team=team.caseload_id or team.pk)
    if str(member.pk) in {row.member for row in open_all(rows, ring)}:
        raise BadInput("kept_apart", en="This colleague cannot be in this caseload.",
                       es="Esta persona no puede estar en este equipo.", where="member")  # fmt: skip
