# SPDX-License-Identifier: Apache-2.0
"""The one question, asked of everyone that could be: unknown roles, no roles, all roles, any team."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as some

from tejido.web.accounts.caseloads import COMPARTMENT_TEAMS
from tejido.web.security.access import allows
from tejido.web.security.permissions import TEAM, Permission
from tejido.web.security.roles import ROLES


@dataclass
class Someone:
    """As much of a member as the question looks at."""

    roles: list[str] = field(default_factory=list)
    team_ids: frozenset[int] = frozenset()
    is_active: bool = True
    is_authenticated: bool = True


known = some.lists(some.sampled_from(sorted(ROLES)), max_size=4)
unknown = some.lists(some.text(max_size=12).filter(lambda name: name not in ROLES), max_size=3)
roles = some.builds(lambda some_known, some_unknown: some_known + some_unknown, known, unknown)
teams = some.frozensets(some.integers(0, 5), max_size=4)
permissions = some.sampled_from(list(Permission))
records = some.none() | some.builds(lambda team: SimpleNamespace(team_id=team), some.none() | some.integers(0, 5))
people = some.builds(Someone, roles, teams, some.booleans(), some.booleans())


@given(people, permissions, records)
def test_the_answer_is_the_table_and_the_team_and_nothing_else(person, permission, record):
    in_table = any(permission in ROLES[role].permissions for role in person.roles if role in ROLES)
    in_team = record is None or permission not in TEAM or record.team_id in person.team_ids
    expected = person.is_authenticated and person.is_active and in_table and in_team
    assert allows(person, permission, record=record) is expected


@given(unknown, teams, permissions, records)
def test_a_role_outside_the_table_gives_nothing(names, held, permission, record):
    assert not allows(Someone(names, held), permission, record=record)


@given(people, roles, teams, permissions, records)
def test_more_roles_or_teams_never_take_anything_away(person, more, further, permission, record):
    if allows(person, permission, record=record):
        richer = Someone(person.roles + more, person.team_ids | further)
        assert allows(richer, permission, record=record)


@given(roles, teams, some.sampled_from(sorted(TEAM)), some.integers(0, 5))
def test_what_belongs_to_a_team_is_never_allowed_without_it(names, held, permission, team):
    assert not allows(Someone(names, held - {team}), permission, record=SimpleNamespace(team_id=team))
    assert not allows(Someone(names, held), permission, record=SimpleNamespace(team_id=None))


@given(people, permissions, records)
def test_whoever_left_or_never_signed_in_is_allowed_nothing(person, permission, record):
    for gone in (Someone(person.roles, person.team_ids, is_active=False),
                 Someone(person.roles, person.team_ids, is_authenticated=False)):  # fmt: skip
        assert not allows(gone, permission, record=record)
    assert not allows(None, permission, record=record)


def test_every_permission_is_somebodys_and_every_compartment_asks_for_one_of_its_own():
    assert {permission for role in ROLES.values() for permission in role.permissions} == set(Permission)
    assert len(set(COMPARTMENT_TEAMS.values())) == len(COMPARTMENT_TEAMS) == 3
    assert set(COMPARTMENT_TEAMS.values()) <= TEAM


def test_roles_that_have_no_page_yet_may_do_nothing():
    empty = {code for code, role in ROLES.items() if not role.permissions}
    assert empty == {"interpreter", "survivor_leader", "strategist", "communications"}
    assert all("Later" in ROLES[code].purpose["en"] and "Después" in ROLES[code].purpose["es"] for code in empty)


def test_the_auditor_may_only_read_and_the_liaison_opens_no_compartment_but_status():
    assert ROLES["auditor"].permissions == {Permission.AUDIT_READ}
    held = ROLES["liaison"].permissions & set(COMPARTMENT_TEAMS.values())
    assert held == {Permission.COMPARTMENT_LEGAL}
