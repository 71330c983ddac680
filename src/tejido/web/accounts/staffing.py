# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who works here and in which team, asked of the person who changes it.

The administrator gives and ends access and opens nothing. A team's keys are sealed to a newcomer by someone in it who
may; when someone is taken out those who stay get new keys.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction

from tejido.crypto import BoxKey, new_key
from tejido.vocabulary import BadInput
from tejido.web.accounts.actions import (
    NewMember,
    create_member,
    create_team,
    give_new_keys,
    join_team,
    leave_team,
    new_generation,
    new_password,
    renew_team,
    sign_key,
    signing_key,
    those_who_stay,
)
from tejido.web.accounts.caseloads import teams_within
from tejido.web.accounts.demo import DEMO_PASSWORD
from tejido.web.accounts.keys import newest_generation
from tejido.web.accounts.members import who_lets_in
from tejido.web.accounts.models import AwaitingRegrant, Member, Team, TeamKeyGrant
from tejido.web.accounts.newest import note_left, refuse_older
from tejido.web.accounts.printed_codes import forget_printed_codes
from tejido.web.accounts.readings import refuse_kept_apart
from tejido.web.accounts.security_keys import forget_security_keys
from tejido.web.accounts.sessions import forget_sessions, may_end
from tejido.web.accounts.signing_keys import share_signing_keys
from tejido.web.accounts.tries import Tries
from tejido.web.accounts.vouching import vouched_for, works_here
from tejido.web.security import audit
from tejido.web.security.access import require
from tejido.web.security.keyring import KeyRing, TeamSecret
from tejido.web.security.permissions import Permission
from tejido.web.security.search_keys import share_search_keys


def add_member(
    *, login: str, name: str, roles: Sequence[str], language: str, by: Any, now: datetime
) -> tuple[NewMember, str]:
    """A new member, in no team yet, and her first password. Raises `BadInput` for a login in use."""
    require(by, Permission.MEMBER_EDIT)
    if Member.objects.filter(login=login).exists():
        raise BadInput("login_in_use", en="This user name is in use.", es="Ese usuario ya existe.", where="login")
    # The demo's sign-in page shows everyone the same invented password.
    password = DEMO_PASSWORD if settings.TEJIDO.demo else new_password()
    given_at = None if settings.TEJIDO.demo else now
    made = create_member(login=login, name=name, roles=roles, language=language, password=password, given_at=given_at,
                         signing=None, by=by)  # fmt: skip
    return made, password


@transaction.atomic
def end_access(*, member: Member, by: Any, ring: KeyRing, now: datetime) -> None:
    """She no longer works here: from now on she cannot sign in. Her teams still have to take her out.

    A provider's team cannot, for it does not sign: it gets new keys here, sealed to those who remain.
    """
    require(by, Permission.MEMBER_EDIT)
    if member.pk == by.pk:
        raise BadInput("yourself", en="Someone else must end your access.", es="Su acceso debe retirarlo otra persona.")
    transaction.on_commit(lambda: note_left(member.key_owner, left=True))  # whatever her row says already
    changed = Member.objects.filter(pk=member.pk).exclude(status=Member.Status.LEFT)
    if changed.update(status=Member.Status.LEFT, status_changed_at=now):
        forget_sessions(member)
        audit.record("member.left", by=by, record=member)
        for team in Team.objects.filter(kind=Team.Kind.PROVIDER, pk__in=member.team_ids):
            AwaitingRegrant.objects.get_or_create(team=team, member=member, defaults={"since": now})
            _go_on_without(member, team, by, ring)


def _go_on_without(member: Member, team: Team, by: Any, ring: KeyRing) -> None:
    newest = newest_generation(team.pk)
    remaining = those_who_stay(newest, without=member, by=by)
    # An administrator holds no secret of theirs: those who remain keep their own grants of what was before.
    fresh = TeamSecret(BoxKey.generate(), new_key())
    new_generation(team, newest.number + 1, fresh, remaining, signing_key(ring), previous=None)
    TeamKeyGrant.objects.filter(member=member, generation__team=team).delete()
    audit.record("team.left", by=by, record=member, team=str(team.pk))


@transaction.atomic
def give_access_back(*, member: Member, by: Any, now: datetime) -> None:
    """Her access was ended by mistake, or she is back: the same password and second factor, and the teams she is in.

    A team that was given new keys meanwhile lets her in again.
    """
    require(by, Permission.MEMBER_EDIT)
    gone = Member.objects.filter(pk=member.pk, status=Member.Status.LEFT)
    if gone.update(status=Member.Status.ACTIVE, status_changed_at=now):
        note_left(member.key_owner, left=False)
        for team in Team.objects.filter(pk__in=member.team_ids):
            if not member.grants.filter(generation=newest_generation(team.pk)).exists():
                AwaitingRegrant.objects.get_or_create(team=team, member=member, defaults={"since": now})
                member.grants.filter(generation__team=team).delete()
        audit.record("member.returned", by=by, record=member)


@transaction.atomic
def replace_password(*, member: Member, by: Any, ring: KeyRing, now: datetime) -> tuple[NewMember, str]:
    """She lost her password or her authenticator: a new key, first password and second factor. Raises `BadInput`.

    Nobody gains: all her teams' keys are taken from her, and in each a colleague lets her in again once she has chosen
    her own password.
    """
    require(by, Permission.MEMBER_EDIT)
    member = Member.objects.select_for_update().get(pk=member.pk)
    if member.pk == by.pk:
        raise BadInput("yourself", en="You have your password. My account changes it.",
                       es="Usted tiene su contraseña. Se cambia en Mi cuenta.")  # fmt: skip
    if not member.is_active:
        raise BadInput("no_access", en="She has no access.", es="No tiene acceso.")
    theirs = list(Team.objects.filter(kind=Team.Kind.PROVIDER, pk__in=member.team_ids))
    alone = [team.name for team, colleagues in who_lets_in(member) if not colleagues and team not in theirs]
    if alone:
        names = ", ".join(alone)
        raise BadInput(
            "nobody_left",
            en=f"Nobody else can let her into {names} again: use the recovery sheets (tejido node recover).",
            es=f"Nadie más puede incorporarla de nuevo a {names}: use las hojas de recuperación (tejido node recover).",
        )
    for team_id in member.team_ids:
        AwaitingRegrant.objects.get_or_create(team_id=team_id, member=member, defaults={"since": now})
    for team in theirs:
        _go_on_without(member, team, by, ring)
    member.grants.all().delete()
    password = DEMO_PASSWORD if settings.TEJIDO.demo else new_password()
    made = give_new_keys(member, password=password, given_at=None if settings.TEJIDO.demo else now, signing=None)
    member.save()
    refuse_older(member.key_owner, member.key_number)
    forget_sessions(member)
    forget_printed_codes(member)
    forget_security_keys(member)
    Tries(member.login).forget()
    audit.record("member.password_replaced", by=by, record=member)
    return made, password


@transaction.atomic
def let_try_again(*, member: Member, by: Member) -> None:
    """Forget the wrong tries that keep her waiting at a browser nobody knows: a stranger may be guessing."""
    if not may_end(by, member):
        raise PermissionDenied(Permission.TEAM_EDIT.value)
    Tries(member.login).forget()
    audit.record("member.tries_forgotten", by=by, record=member)


@transaction.atomic
def let_in(*, member: Member, team: Team, by: Any, ring: KeyRing, key: str = "") -> None:
    """Let a colleague into one of one's own teams: she opens what the team opens. Raises `BadInput`.

    A key that nobody vouched for yet is signed here: `key` is what was compared with her by voice. Where she was in the
    team before, the team gets new keys, so that her lost one opens nothing that comes.
    """
    _ask(team, by)
    member = Member.objects.select_for_update().get(pk=member.pk)
    if not works_here(member) or team.pk in member.team_ids:
        raise BadInput("not_a_newcomer", en="She is in the team already, or has no access.",
                       es="Ya está en el equipo, o no tiene acceso.", where="member")  # fmt: skip
    if member.password_given_at is not None:
        raise BadInput("password_given", en="She must sign in and choose her own password first.",
                       es="Primero debe entrar y elegir su propia contraseña.", where="member")  # fmt: skip
    refuse_kept_apart(team, member, ring)
    vouch(member, key, by=by, ring=ring)
    for each in [team, *teams_within(team, member)]:
        if member not in vouched_for(newest_generation(each.pk)):
            _seal_to(each, member, by, ring)


def _seal_to(team: Team, member: Member, by: Any, ring: KeyRing) -> None:
    secret = ring.current_secret(team.pk)
    TeamKeyGrant.objects.filter(generation=newest_generation(team.pk), member=member).delete()  # not the team's word
    if member.awaiting.filter(team=team).delete()[0]:
        renew_team(team=team, secret=secret, signing=signing_key(ring), by=by, also=member)
        audit.record("team.joined", by=by, record=member, team=str(team.pk), reason_code="regrant")
    else:
        join_team(member=member, team=team, secret=secret, by=by)


def vouch(member: Member, key: str, *, by: Any, ring: KeyRing) -> None:
    """Sign a key that nobody vouched for yet; `key` is what was compared with her by voice. Raises `BadInput`."""
    if member.signature:
        return
    if key != member.key_read_aloud:
        raise BadInput("key_changed", en="Her key is new: compare it with her by voice, then let her in.",
                       es="Su llave es nueva: compárela con ella de viva voz y después incorpórela.",
                       where="member")  # fmt: skip
    sign_key(member, signing_key(ring))
    member.save(update_fields=["signature"])
    audit.record("member.key_vouched", by=by, record=member)


@transaction.atomic
def take_out(*, member: Member, team: Team, by: Any, ring: KeyRing) -> None:
    """Take a colleague out of one of one's own teams; those who stay get new keys. Raises `BadInput`."""
    _ask(team, by)
    if member.pk == by.pk:
        raise BadInput("yourself", en="A colleague must take you out.", es="Debe retirarle alguien más del equipo.")
    if team.pk not in member.team_ids:
        raise BadInput("not_in_team", en="She is not in this team.", es="No está en este equipo.")
    within = Team.objects.filter(caseload=team, pk__in=member.team_ids).order_by("kind")
    for each in [*within, team]:
        leave_team(member=member, team=each, secret=ring.current_secret(each.pk), signing=signing_key(ring), by=by)


@transaction.atomic
def renew_keys(*, team: Team, by: Any, ring: KeyRing) -> None:
    """New keys for one's team without anyone leaving: a laptop was lost, or a year has gone by. Raises `BadInput`.

    What there is moves to them as it is next opened; until then the new keys open the old ones.
    """
    _ask(team, by)
    within = Team.objects.filter(caseload=team, pk__in=by.team_ids).order_by("kind")
    for each in [*within, team]:
        renew_team(team=each, secret=ring.current_secret(each.pk), signing=signing_key(ring), by=by)
        audit.record("team.keys_renewed", by=by, record=each)


@transaction.atomic
def add_caseload(*, name: str, restricted: bool = False, by: Any, ring: KeyRing) -> Team:
    """A new caseload with `by` as its first member, who lets the others in. Raises `BadInput` for a name in use."""
    require(by, Permission.TEAM_EDIT)
    require(by, Permission.CASE_OPEN)
    if Team.objects.filter(name=name).exists():
        raise BadInput("team.name", en="A team has this name.", es="Ya hay un equipo con ese nombre.", where="name")
    signing = signing_key(ring)
    team, _secret = create_team(
        kind=Team.Kind.CASES, name=name, members=[by], signing=signing, by=by, restricted=restricted
    )
    share_search_keys(ring, team.pk)
    share_signing_keys(ring, team.pk)
    return team


def _ask(team: Team, by: Any) -> None:
    require(by, Permission.TEAM_EDIT)
    if team.pk not in by.team_ids:
        raise PermissionDenied(Permission.TEAM_EDIT.value)
