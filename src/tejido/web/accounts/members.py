# SPDX-License-Identifier: AGPL-3.0-or-later
"""Members and teams as a page shows them: who may do what, and who opens which records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max
from django.utils.translation import gettext_lazy as _

from tejido.vocabulary import Words
from tejido.web.accounts.models import Member, Team, TeamGeneration
from tejido.web.security.roles import ROLES

STATUS_WORDS: dict[str, Any] = {
    Member.Status.ACTIVE: _("can sign in"),
    Member.Status.AWAITING_REGRANT: _("waits to be let in again"),
    Member.Status.LEFT: _("has left"),
}
KIND_WORDS: dict[str, Any] = {
    Team.Kind.INTAKE: _("answers the line"),
    Team.Kind.CASES: _("carries cases"),
    Team.Kind.DATA: _("counts"),
    Team.Kind.DUTY: _("is on call: danger and emergencies"),
    Team.Kind.ADMINISTRATION: _("adds members, opens no case"),
}


@dataclass(frozen=True)
class MemberRow:
    """One member: her roles in words, her teams by name."""

    member: Member
    roles: list[Words]
    teams: list[str]
    status: Any


@dataclass(frozen=True)
class TeamRow:
    """One team: what it is for, how many open its records, since when its present keys hold."""

    team: Team
    purpose: Any
    members: int
    generation: TeamGeneration


def member_rows() -> list[MemberRow]:
    """Every member, those who can sign in first."""
    teams: dict[Any, dict[str, None]] = {}
    granted = Member.objects.order_by("grants__generation__team__name")
    for pk, name in granted.values_list("pk", "grants__generation__team__name"):
        teams.setdefault(pk, {}).update({name: None} if name else {})
    members = Member.objects.defer("private_key", "totp").order_by("status", "display_name")
    return [
        MemberRow(
            member,
            [ROLES[role].title for role in member.roles if role in ROLES],
            list(teams.get(member.pk, {})),
            STATUS_WORDS[member.status],
        )
        for member in members
    ]


def team_rows() -> list[TeamRow]:
    """Every team with its newest keys."""
    newest = Team.objects.annotate(newest=Max("generations__number")).values_list("pk", "newest")
    numbers = dict(newest)
    generations = TeamGeneration.objects.select_related("team").annotate(held=Count("grants")).order_by("team__name")
    return [
        TeamRow(each.team, KIND_WORDS[each.team.kind], each.held, each)
        for each in generations
        if each.number == numbers[each.team_id]
    ]
