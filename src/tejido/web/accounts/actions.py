# SPDX-License-Identifier: AGPL-3.0-or-later
"""Making members and teams, and letting a member into a team."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from tejido.crypto import (
    BoxKey,
    Context,
    PasswordCost,
    SigningKey,
    UnsignedKey,
    new_key,
    new_totp_secret,
    seal_box,
    seal_field,
    seal_with_password,
)
from tejido.vocabulary import BadInput
from tejido.web.accounts.caseloads import COMPARTMENT_TEAMS
from tejido.web.accounts.keys import grant_info, newest_generation, organisation_key, previous_context, recovery_info
from tejido.web.accounts.models import AwaitingRegrant, Member, RecoveryKey, Team, TeamGeneration, TeamKeyGrant
from tejido.web.accounts.newest import highest, newest_key, our_key, unseen
from tejido.web.accounts.second_factors import seal_factor
from tejido.web.accounts.signing_keys import SIGNING_SCOPE as SIGNING_SCOPE
from tejido.web.accounts.signing_keys import signing_key as signing_key
from tejido.web.accounts.vouching import not_vouched_for, team_word, vouched_for
from tejido.web.security import audit
from tejido.web.security.access import allows, require
from tejido.web.security.keyring import KeyRing, TeamSecret
from tejido.web.security.models import RecordKey
from tejido.web.security.permissions import Permission
from tejido.web.security.roles import PROVIDER
from tejido.web.security.signed_here import note_signed


@dataclass(frozen=True, repr=False)
class NewMember:
    """A member just made, and the secret for her authenticator: shown to her once."""

    member: Member
    private: BoxKey
    totp_secret: bytes


def member_context(member: Member) -> Context:
    """What a member's private key and second factor are bound to."""
    return Context(settings.TEJIDO.node, "accounts.member", str(member.pk), "private_key", member.login)


def password_cost() -> PasswordCost:
    """The node's Argon2id cost."""
    return PasswordCost(memory_mib=settings.TEJIDO.password_memory_mib)


@transaction.atomic
def create_member(
    *, login: str, name: str, roles: Sequence[str], language: str, password: str, given_at: datetime | None,
    signing: SigningKey | None, by: Any,
) -> NewMember:  # fmt: skip
    """Make a member with her own keys. `by` is None only while the node is being made.

    Her key is signed only then: later a colleague does it who has compared it with her by voice.
    """
    if by is not None:
        require(by, Permission.MEMBER_EDIT)
    if PROVIDER in roles and set(roles) != {PROVIDER}:
        raise BadInput("provider_alone", en="Whoever works for a service provider has no other role here.",
                       es="Quien trabaja para un servicio no tiene otra función aquí.", where="roles")  # fmt: skip
    member = Member(login=login, display_name=name, roles=list(roles), language=language)
    new = give_new_keys(member, password=password, given_at=given_at, signing=signing)
    member.save(force_insert=True)
    for role in roles:
        audit.record("member.created", by=by, record=member, role=role)
    return new


def give_new_keys(member: Member, *, password: str, given_at: datetime | None, signing: SigningKey | None) -> NewMember:
    """A key pair sealed under `password`, and a second factor. Does not save.

    `given_at`: when someone else gave her the password; None only for the invented people of a demo or a test.
    """
    private, secret = BoxKey.generate(), new_totp_secret()
    if member.public_key:
        member.key_number = unseen(member.key_owner, member.key_number + 1)
    member.public_key, member.signature = private.public.raw, b""
    if signing is not None:
        sign_key(member, signing)
    member.private_key = seal_with_password(
        private.raw, password, pepper=settings.TEJIDO.pepper, context=member_context(member), cost=password_cost()
    )
    member.password_given_at = given_at
    member.totp, member.totp_last_step = seal_factor(secret, member_context(member)), 0
    return NewMember(member, private, secret)


def sign_key(member: Member, signing: SigningKey) -> None:
    """The organisation's word that this key is hers. Does not save."""
    owned = member.signed_key()
    member.signature = signing.sign(owned.statement)
    note_signed({owned.owner: owned.statement})


@transaction.atomic
def create_team(
    *, kind: Team.Kind, name: str, members: Sequence[Member], signing: SigningKey, by: Any,
    restricted: bool = False,
) -> tuple[Team, TeamSecret]:  # fmt: skip
    """Make a team with its first key generation, sealed to its first members; a caseload with its compartment teams."""
    if by is not None:
        require(by, Permission.TEAM_EDIT if kind == Team.Kind.CASES else Permission.MEMBER_EDIT)
    team = Team.objects.create(kind=kind, name=name, restricted=restricted)
    secret = _first_generation(team, members, signing, by)
    if kind == Team.Kind.CASES:
        for group, permission in COMPARTMENT_TEAMS.items():
            inner = Team.objects.create(kind=group, name=f"{name[:60]} · {group.value}", caseload=team,
                                        restricted=restricted)  # fmt: skip
            _first_generation(inner, [member for member in members if allows(member, permission)], signing, by)
    return team, secret


def _first_generation(team: Team, members: Sequence[Member], signing: SigningKey, by: Any) -> TeamSecret:
    secret = TeamSecret(BoxKey.generate(), new_key())
    new_generation(team, 1, secret, members, signing, previous=None)
    audit.record("team.created", by=by, record=team, kind=team.kind)
    return secret


def new_generation(
    team: Team, number: int, secret: TeamSecret, members: Sequence[Member], signing: SigningKey,
    previous: TeamSecret | None,
) -> TeamGeneration:  # fmt: skip
    """One more generation of a team's keys, signed, sealed to `members`; it opens the one before if that is given."""
    number = unseen(team.owner, number)
    team.generations.filter(number__gte=number).delete()  # none of ours: somebody put it there
    generation = TeamGeneration(team=team, number=number, public_key=secret.box.public.raw,
                                vouching_key=secret.vouching.verify_key.raw)  # fmt: skip
    owned = generation.signed_key()
    generation.signature = signing.sign(owned.statement)
    note_signed({owned.owner: owned.statement})
    if previous is not None:
        generation.previous = seal_field(secret.symmetric, previous.encode(), previous_context(generation))
        team.generations.update(recovery=None)
    seal_to_paper(generation, secret)
    generation.save()
    # Known to be newest from now on, also where only members wrap with it, who never ask for its public half.
    newest_key(generation.signed_key(), organisation_key())
    for member in members:
        grant_generation(generation, secret, member)
    return generation


def seal_to_paper(generation: TeamGeneration, secret: TeamSecret) -> None:
    """Set what only the recovery shares open; nothing where no recovery key was made (an invented node). Not saved.

    Raises `UnsignedKey` where there is none although there was.
    """
    newest = newest_recovery_key()
    if newest is None and (owner := RecoveryKey.key_owner()) in highest():
        raise UnsignedKey(owner)
    if newest is not None:
        public = newest_key(newest.signed_key(), organisation_key())
        generation.recovery = seal_box(public, secret.encode(), recovery_info(generation, newest.number))


def newest_recovery_key() -> RecoveryKey | None:
    """The newest that is ours, whatever else somebody put there."""
    for each in RecoveryKey.objects.order_by("-number"):
        with suppress(UnsignedKey):
            our_key(each.signed_key(), organisation_key())
            return each
    return None


def grant_generation(generation: TeamGeneration, secret: TeamSecret, member: Member) -> None:
    """Seal one generation's secret to a member; raises `UnsignedKey`, and refuses a provider among our own teams."""
    if (PROVIDER in member.roles) != (generation.team.kind == Team.Kind.PROVIDER):
        raise PermissionDenied("a provider's people are in the provider's team and in no other")
    public = newest_key(member.signed_key(), organisation_key())
    TeamKeyGrant.objects.create(
        generation=generation, member=member, box=seal_box(public, secret.encode(), grant_info(generation, member.pk)),
        signature=team_word(generation, secret, member),
    )  # fmt: skip


@transaction.atomic
def join_team(*, member: Member, team: Team, secret: TeamSecret, by: Any) -> None:
    """Seal the team's current generation to a newcomer. `secret` comes from the ring of a member of the team.

    Raises `BadInput` where the team's keys changed since that ring was made.
    """
    grant_generation(_newest(team, secret), secret, member)
    audit.record("team.joined", by=by, record=member, team=str(team.pk))


@transaction.atomic
def leave_team(*, member: Member, team: Team, secret: TeamSecret, signing: SigningKey, by: Any) -> TeamSecret:
    """Take a member out: a new generation, sealed to those who remain, which opens the older ones."""
    fresh = renew_team(team=team, secret=secret, signing=signing, by=by, without=member)
    TeamKeyGrant.objects.filter(member=member, generation__team=team).delete()
    audit.record("team.left", by=by, record=member, team=str(team.pk))
    return fresh


@transaction.atomic
def renew_team(
    *, team: Team, secret: TeamSecret, signing: SigningKey, by: Any, without: Member | None = None,
    also: Member | None = None,
) -> TeamSecret:  # fmt: skip
    """A new generation, sealed to those who hold the present one, which opens the older ones. Raises `BadInput`."""
    current = _newest(team, secret)
    if by is not None:  # whoever changes the keys holds them, whatever somebody made of the row that says so
        current.grants.filter(member=by).update(signature=team_word(current, secret, by))
    remaining = those_who_stay(current, without=without, by=by)
    fresh = TeamSecret(BoxKey.generate(), new_key())
    new_generation(team, current.number + 1, fresh, [*remaining, *([also] if also else [])], signing, previous=secret)
    return fresh


def those_who_stay(current: TeamGeneration, *, without: Member | None, by: Any) -> list[Member]:
    """Who is given the team's next keys: those it vouches for who work here.

    A row it does not vouch for goes. It may be hers all the same, spoilt: then a colleague lets her in again.
    """
    for stranger in not_vouched_for(current):
        TeamKeyGrant.objects.filter(member=stranger, generation__team=current.team).delete()
        AwaitingRegrant.objects.get_or_create(team=current.team, member=stranger, defaults={"since": timezone.now()})
        audit.record("team.left", by=by, record=stranger, team=str(current.team_id), reason_code="not_vouched_for")
    return [member for member in vouched_for(current) if without is None or member.pk != without.pk]


def _newest(team: Team, secret: TeamSecret) -> TeamGeneration:
    """The team's newest generation, which must be that of `secret`; nobody else changes the team meanwhile."""
    Team.objects.select_for_update().get(pk=team.pk)
    newest = newest_generation(team.pk)
    if bytes(newest.public_key) != secret.box.public.raw:
        raise BadInput("team.changed", en="The team's keys have just changed. Press once more.",
                       es="Las llaves del equipo acaban de cambiar. Presione otra vez.")  # fmt: skip
    return newest


def create_secret(*, scope: str, raw: bytes, ring: KeyRing, teams: Sequence[Team]) -> RecordKey:
    """Keep a secret of the whole organisation (search key, signing key), sealed to the teams that use it."""
    record_key = RecordKey(scope=scope)
    ring.adopt(record_key, raw, [team.pk for team in teams])
    return record_key


def new_password() -> str:
    """A password for a member who has not chosen one yet: 100 random bits, in groups."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    drawn = "".join(letters[byte % len(letters)] for byte in os.urandom(20))
    return "-".join(drawn[start : start + 5] for start in range(0, 20, 5))
