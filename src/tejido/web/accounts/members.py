# SPDX-License-Identifier: AGPL-3.0-or-later
"""Members and teams as a page shows them: who may do what, and who opens which records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max
from django.utils.translation import gettext_lazy as _

from tejido.vocabulary import Words
from tejido.web.accounts.models import AwaitingRegrant, Member, Team, TeamGeneration
from tejido.web.security.permissions import Permission
from tejido.web.security.roles import PROVIDER, ROLES

STATUS_WORDS: dict[str, Any] = {
    Member.Status.ACTIVE: _("can sign in"),
    Member.Status.LEFT: _("has left"),
}
KIND_WORDS: dict[str, Any] = {
    Team.Kind.INTAKE: _("answers the line"),
    Team.Kind.CASES: _("carries cases"),
    Team.Kind.DATA: _("counts"),
    Team.Kind.DUTY: _("is on call: danger and emergencies"),
    Team.Kind.ADMINISTRATION: _("adds members, opens no case"),
    Team.Kind.PROVIDER: _("receives referral packets, opens no case"),
}


@dataclass(frozen=True)
class MemberRow:
    """One member: her roles in words, her teams by name."""

    member: Member
    roles: list[Words]
    teams: list[str]
    awaited: list[str]
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
    granted = Member.objects.filter(grants__generation__team__caseload=None).order_by("grants__generation__team__name")
    for pk, name in granted.values_list("pk", "grants__generation__team__name"):
        teams.setdefault(pk, {}).update({name: None} if name else {})
    awaited: dict[Any, list[str]] = {}
    waited = AwaitingRegrant.objects.filter(team__caseload=None).order_by("team__name")
    for pk, name in waited.values_list("member_id", "team__name"):
        awaited.setdefault(pk, []).append(name)
    members = Member.objects.defer("private_key", "totp").order_by("status", "display_name")
    return [
        MemberRow(
            member,
            [ROLES[role].title for role in member.roles if role in ROLES],
            list(teams.get(member.pk, {})),
            awaited.get(member.pk, []),
            STATUS_WORDS[member.status],
        )
        for member in members
    ]


def who_lets_in(member: Member) -> list[tuple[Team, list[Member]]]:
    """Each team she is in or waits for, with the colleagues there who could let her in again, compartments and all."""
    hers = member.team_ids | set(member.awaiting.values_list("team_id", flat=True))
    found = []
    for team in Team.objects.filter(pk__in=hers, caseload=None).order_by("name"):
        within = hers & set(team.compartment_teams.values_list("pk", flat=True))
        colleagues = [one for one in inside(team) if one.pk != member.pk and _lets_in(one)]
        found.append((team, [one for one in colleagues if within <= one.team_ids]))
    return found


def _lets_in(member: Member) -> bool:
    roles = (ROLES[role] for role in member.roles if role in ROLES)
    return member.is_active and any(Permission.TEAM_EDIT in role.permissions for role in roles)


def inside(team: Team) -> list[Member]:
    """Who holds the team's keys."""
    held = Member.objects.filter(grants__generation__team=team).distinct()
    return list(held.defer("private_key", "totp").order_by("display_name"))


def newcomers(team: Team) -> list[Member]:
    """Who could be let in and has not been: those who wait for it come apart."""
    active = Member.objects.filter(status=Member.Status.ACTIVE).exclude(grants__generation__team=team)
    fresh = active.exclude(awaiting__team=team)
    members = fresh.defer("private_key", "totp").order_by("display_name")
    return [member for member in members if PROVIDER not in member.roles]


def awaiting(team: Team) -> list[Member]:
    """Who was in the team, lost her password and waits to be let in again."""
    waiting = Member.objects.filter(status=Member.Status.ACTIVE, awaiting__team=team)
    return list(waiting.defer("private_key", "totp").order_by("display_name"))


@dataclass(frozen=True)
class TeamNews:
    """Something only somebody in the team can do: a colleague who left is still in, or one waits to be let in again."""

    team: Team
    member: Member


def team_news(user: Member) -> dict[str, list[TeamNews]]:
    """What waits for `user`, who may change her teams: `gone` to be taken out, `awaiting` to be let in again."""
    teams = Team.objects.filter(pk__in=user.team_ids, caseload=None).order_by("name")
    left = Member.Status.LEFT
    return {
        "gone": [TeamNews(team, one) for team in teams for one in inside(team) if one.status == left],
        "awaiting": [TeamNews(team, one) for team in teams for one in awaiting(team)],
    }


def team_rows() -> list[TeamRow]:
    """Every team with its newest keys."""
    newest = Team.objects.annotate(newest=Max("generations__number")).values_list("pk", "newest")
    numbers = dict(newest)
    generations = TeamGeneration.objects.filter(team__caseload=None).select_related("team")
    generations = generations.annotate(held=Count("grants")).order_by("team__name")
    return [
        TeamRow(each.team, KIND_WORDS[each.team.kind], each.held, each)
        for each in generations
        if each.number == numbers[each.team_id]
    ]
