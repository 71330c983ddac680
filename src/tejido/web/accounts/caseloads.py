# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who of a caseload opens which compartments: one small team for each group, so that the key says it too."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from tejido.web.accounts.keys import team_of
from tejido.web.accounts.models import Team
from tejido.web.security.access import allows
from tejido.web.security.permissions import Permission

# Whoever has the permission and is let into the caseload is let into the team; nobody else.
COMPARTMENT_TEAMS: dict[Team.Kind, Permission] = {
    Team.Kind.SAFETY: Permission.COMPARTMENT_SAFETY,
    Team.Kind.LEGAL: Permission.COMPARTMENT_LEGAL,
    Team.Kind.PERSONAL: Permission.COMPARTMENT_PERSONAL,
}


def compartment_team(caseload_id: UUID, group: Team.Kind) -> UUID | None:
    """The team that opens the compartments of `group` in this caseload."""
    return Team.objects.filter(caseload_id=caseload_id, kind=group).values_list("pk", flat=True).first()


def teams_within(caseload: Team, member: Any) -> list[Team]:
    """The caseload's compartment teams that this member's roles open; none where `caseload` is another team."""
    found = Team.objects.filter(caseload=caseload).order_by("kind")
    return [team for team in found if allows(member, COMPARTMENT_TEAMS[Team.Kind(team.kind)])]


def readers_of(team: Team) -> list[UUID]:
    """Whom a record of this team is sealed to: the team, and duty's break-glass unless the caseload is restricted."""
    return [team.pk] if team.restricted else [team.pk, team_of(Team.Kind.DUTY).pk]


def closed_to(team: Team) -> set[UUID]:
    """Teams that hold no key of what is `team`'s: for a restricted caseload the line, duty and every other caseload."""
    if not team.restricted:
        return set()
    others = Team.objects.filter(kind__in=(Team.Kind.DUTY, Team.Kind.INTAKE, Team.Kind.CASES)).exclude(pk=team.pk)
    return set(others.values_list("pk", flat=True))
