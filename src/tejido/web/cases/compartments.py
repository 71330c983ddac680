# SPDX-License-Identifier: AGPL-3.0-or-later
"""Safety compartments: opened apart from the case, each by those of the caseload who need it. Use through `actions`."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db import transaction

from tejido.vocabulary import BadInput
from tejido.web.accounts.caseloads import COMPARTMENT_TEAMS, readers_of, teams_within
from tejido.web.accounts.models import Member, Team
from tejido.web.cases.models import Case, Compartment
from tejido.web.security import audit
from tejido.web.security.access import require
from tejido.web.security.keyring import KeyRing
from tejido.web.security.sealing import Opened, open_all


def openable(case: Case, *, by: Any) -> list[tuple[str, bool]]:
    """The kinds of compartment she may open, and whether anything is kept there."""
    groups = _groups(case, by)
    held = set(Compartment.objects.filter(case=case, revision__gt=1).values_list("kind", flat=True))
    return [(kind, kind in held) for kind in Compartment.Kind.values if Compartment(kind=kind).group in groups]


@transaction.atomic
def open_compartment(*, case: Case, kind: str, by: Member, ring: KeyRing) -> Opened:
    """Open one safety compartment, apart from the case and audited apart; it is made when first opened."""
    compartment = Compartment.objects.filter(case=case, kind=Compartment.Kind(kind)).first()
    made = compartment or Compartment(case=case, kind=kind)
    require(by, COMPARTMENT_TEAMS[made.group], record=made)
    if compartment is None:
        # Duty opens it too, unless the caseload is restricted.
        made.key = ring.new_key("compartment", [made.team_id, *readers_of(case.team)[1:]])
        made.save(force_insert=True)
    opened = made.opened(ring)
    audit.record("compartment.opened", by=by, record=made, kind=kind)
    return opened


@transaction.atomic
def save_compartment(
    *, compartment: Compartment, content: str, revision: int, by: Member, ring: KeyRing
) -> Compartment:
    """Write a compartment over `revision`; raises `StaleRevision`."""
    require(by, COMPARTMENT_TEAMS[compartment.group], record=compartment)
    compartment.seal(ring, content=content or None).save_revision(expected=revision)
    audit.record("compartment.saved", by=by, record=compartment, kind=compartment.kind)
    return compartment


def read_compartments(case: Case, kinds: Collection[str], *, by: Any, ring: KeyRing) -> dict[str, Opened]:
    """What stands in these compartments, for something that leaves; the caller writes the lines once it does.

    Raises `BadInput` if one that was written in is not hers to open: nothing goes out half, and none goes unseen.
    """
    found = list(Compartment.objects.filter(case=case, kind__in=kinds, revision__gt=1).select_related("case"))
    if not {each.group for each in found} <= (_groups(case, by) if found else set()):
        raise BadInput(
            "compartment.closed",
            en="One of these facts stands in a safety compartment you do not open: ask whoever carries the case.",
            es="Uno de esos datos está en un apartado de seguridad que usted no abre: pida ayuda a quien lleva el "
            "caso.",
        )
    return {opened.record.kind: opened for opened in open_all(found, ring)}  # type: ignore[attr-defined]


def _groups(case: Case, by: Any) -> set[Team.Kind]:
    return {Team.Kind(team.kind) for team in teams_within(case.team, by) if team.pk in by.team_ids}
