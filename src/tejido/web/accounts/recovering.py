# SPDX-License-Identifier: AGPL-3.0-or-later
"""When nobody can sign in any more: the shares on paper open every team's keys, and members are let in again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from tejido.crypto import BoxKey, CannotOpen, PaperKey, SignedKey, SigningKey, UnsignedKey, open_box
from tejido.vocabulary import BadInput
from tejido.web.accounts.actions import (
    give_new_keys,
    grant_generation,
    new_password,
    newest_recovery_key,
    seal_to_paper,
    signing_key,
)
from tejido.web.accounts.keys import (
    SignedTeams,
    checked_secret,
    newest_generation,
    older_secret,
    organisation_key,
    recovery_info,
)
from tejido.web.accounts.models import AwaitingRegrant, Member, RecoveryKey, Team, TeamGeneration, TeamKeyGrant
from tejido.web.accounts.newest import newest_key, our_key, unseen
from tejido.web.accounts.printed_codes import forget_printed_codes
from tejido.web.accounts.security_keys import forget_security_keys
from tejido.web.accounts.sessions import forget_sessions
from tejido.web.accounts.tries import Tries
from tejido.web.accounts.vouching import vouched_for, works_here
from tejido.web.security import audit
from tejido.web.security.keyring import KeyRing, NoKey, TeamSecret
from tejido.web.security.shares import key_of
from tejido.web.security.signed_here import note_signed


def keep_recovery_key(paper: PaperKey, signing: SigningKey) -> RecoveryKey:
    """Keep the public half of a fresh recovery key; teams made or changed from now on are sealed to it."""
    newest = newest_recovery_key()
    RecoveryKey.objects.filter(number__gt=newest.number if newest else 0).delete()  # none of ours
    number = unseen(RecoveryKey.key_owner(), newest.number + 1 if newest else 1)
    signed = SignedKey.sign(signing, f"{RecoveryKey.key_owner()}/{number}", paper.key.public)
    note_signed({signed.owner: signed.statement})
    return RecoveryKey.objects.create(
        number=number, public_key=paper.key.public.raw, signature=signed.signature, threshold=paper.threshold,
        shares=len(paper.shares),
    )  # fmt: skip


@transaction.atomic
def recover_members(
    *, logins: Sequence[str], shares: Sequence[str], paper: PaperKey, waiting: bool = False
) -> dict[str, tuple[str, bytes]]:
    """Give members new keys to the teams that vouch for them; login -> (new password, second-factor secret).

    The teams a member waits for stand in a row anyone who writes the database could have put there: she is given their
    keys only if `waiting`, which whoever holds the shares decides; otherwise a colleague lets her in again.
    Shares that have been typed are no longer only on paper: `paper` takes the place of the key they brought back.
    Raises `BadInput`: no such member, or shares that do not belong together or here.
    """
    members = [_member(login) for login in dict.fromkeys(logins)]
    secrets = _opened_by(key_of(shares))
    try:
        signing = signing_key(_ring(secrets))
    except NoKey:
        raise BadInput("recover.signing", en="no team that signs stands on paper any more: restore a backup",
                       es="ya no está en papel ningún equipo que firme: restaure un respaldo",
                       where="recover") from None  # fmt: skip
    keep_recovery_key(paper, signing)
    for generation, secret in secrets.items():
        seal_to_paper(generation, secret)
        generation.save(update_fields=["recovery"])
    return {member.login: _let_in_again(member, secrets, signing, waiting) for member in members}


def still_waiting(logins: Iterable[str]) -> dict[str, list[str]]:
    """The teams each of them waits for, by name."""
    found: dict[str, list[str]] = {}
    waiting = AwaitingRegrant.objects.filter(member__login__in=logins).order_by("team__name")
    for login, team in waiting.values_list("member__login", "team__name"):
        found.setdefault(login, []).append(team)
    return found


def _member(login: str) -> Member:
    member = Member.objects.select_for_update().filter(login=login).exclude(status=Member.Status.LEFT).first()
    if member is None or not works_here(member):
        raise BadInput("recover.login", en="nobody has this login", es="nadie tiene este usuario", where=login)
    return member


def _let_in_again(
    member: Member, secrets: dict[TeamGeneration, TeamSecret], signing: SigningKey, waiting: bool
) -> tuple[str, bytes]:  # fmt: skip
    # What a colleague vouched for is hers: a name, login or key that somebody exchanged in the database is not.
    known = _vouched_key(member)
    hers = [generation for generation in secrets if known and member in vouched_for(generation)]
    waits = set(member.awaiting.values_list("team_id", flat=True))
    now, password = timezone.now(), new_password()
    new = give_new_keys(member, password=password, given_at=now, signing=signing)
    member.status, member.status_changed_at = Member.Status.ACTIVE, now
    member.save()
    Tries(member.login).forget()
    forget_sessions(member)
    forget_printed_codes(member)
    forget_security_keys(member)
    # What does not stand on paper, or nobody vouches for, a colleague in the team gives her.
    for team in Team.objects.filter(pk__in=member.team_ids).exclude(generations__in=hers):
        AwaitingRegrant.objects.get_or_create(team=team, member=member, defaults={"since": now})
    TeamKeyGrant.objects.filter(member=member).delete()
    for generation, secret in secrets.items():
        if generation in hers or (waiting and generation.team_id in waits):
            with suppress(PermissionDenied):  # a provider's, among our own teams
                grant_generation(generation, secret, member)
                member.awaiting.filter(team=generation.team_id).delete()
    audit.record("recovery.used", by=None, record=member)
    return password, new.totp_secret


def _vouched_key(member: Member) -> bool:
    try:
        our_key(member.signed_key(), organisation_key())
    except UnsignedKey:
        return False
    return True


def _opened_by(key: BoxKey) -> dict[TeamGeneration, TeamSecret]:
    """Each team's newest secret that is on paper; raises `BadInput` where the key is not this organisation's newest."""
    newest = newest_recovery_key()
    if newest is None or newest_key(newest.signed_key(), organisation_key()) != key.public:
        raise BadInput(
            "recover.other_key",
            en="these shares belong to another organisation, or newer ones were printed since",
            es="estas partes son de otra organización, o después se imprimieron otras",
            where="recover",
        )
    found = {}
    for team in Team.objects.all():
        try:
            generation = newest_generation(team.pk)
            box = open_box(key, generation.recovery or b"", recovery_info(generation, newest.number))
            found[generation] = checked_secret(generation, TeamSecret.decode(box))
        except (CannotOpen, UnsignedKey):  # somebody took it away, or put another there: the other teams are found
            continue
    return found


def _ring(secrets: dict[TeamGeneration, TeamSecret]) -> KeyRing:
    held = {(generation.team_id, generation.number): secret for generation, secret in secrets.items()}
    newest = dict(held.keys())

    def secret_of(team_id: UUID, number: int) -> TeamSecret:
        if (team_id, number) in held:
            return held[team_id, number]
        return older_secret(team_id, number, newest, secret_of)

    return KeyRing(node=settings.TEJIDO.node, directory=SignedTeams(), teams=newest, secret_of=secret_of)
