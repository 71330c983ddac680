# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who answers packets: a provider's team, its first member, colleagues, and whose access ended.

The administrator makes accounts and vouches for keys; she knows no password by then, and holds no key of theirs. A
colleague gets the team's keys from someone who has them; when access ends (`accounts.staffing`) the team gets new ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from operator import attrgetter
from typing import Any

from django.db import transaction

from tejido.crypto import BoxKey, CannotOpen, SigningKey, new_key
from tejido.vocabulary import BadInput
from tejido.web.accounts.actions import NewMember, create_team, grant_generation, new_generation, signing_key
from tejido.web.accounts.keys import newest_generation, organisation_key
from tejido.web.accounts.models import AwaitingRegrant, Member, Team, TeamKeyGrant
from tejido.web.accounts.staffing import add_member, vouch
from tejido.web.accounts.vouching import vouched_for, works_here
from tejido.web.packets.models import Provider
from tejido.web.security import audit
from tejido.web.security.access import require
from tejido.web.security.keyring import KeyRing, TeamSecret
from tejido.web.security.permissions import Permission
from tejido.web.security.roles import PROVIDER
from tejido.web.security.signed_here import note_signed


@transaction.atomic
def give_account(
    *, organisation: str, login: str, name: str, language: str, by: Any, ring: KeyRing, now: datetime
) -> tuple[NewMember, str]:
    """An account for someone at a service; she and her first password. Opens nothing yet. Raises `BadInput`."""
    made, password = add_member(login=login, name=name, roles=[PROVIDER], language=language, by=by, now=now)
    provider = Provider.objects.filter(organisation=organisation).first()
    if provider is None:
        provider = found_provider(organisation=organisation, members=[], signing=signing_key(ring), by=by)
    AwaitingRegrant.objects.create(team=provider.team, member=made.member, since=now)
    return made, password


def found_provider(*, organisation: str, members: Sequence[Member], signing: SigningKey, by: Any) -> Provider:
    """Make the team of a service organisation and sign that it is theirs. `by` is None only where a demo is made."""
    team, _secret = create_team(kind=Team.Kind.PROVIDER, name=organisation, members=members, signing=signing, by=by)
    provider = Provider(team=team, organisation=organisation)
    provider.signature = signing.sign(provider.statement())
    note_signed({provider.noted_as: provider.statement()})
    provider.save(force_insert=True)
    return provider


@transaction.atomic
def vouch_for(*, member: Member, key: str, by: Any, ring: KeyRing) -> None:
    """Sign her key, which was compared with her by voice. The first of a service, or the last left, gets its keys here.

    Anyone else is let in by a colleague of hers. Raises `BadInput`.
    """
    require(by, Permission.MEMBER_EDIT)
    member = Member.objects.select_for_update().get(pk=member.pk)
    waiting = member.awaiting.filter(team__kind=Team.Kind.PROVIDER).select_related("team").first()
    _refuse_early(member, waiting)
    vouch(member, key, by=by, ring=ring)
    if waiting is None or readers_of(waiting.team):
        return
    # Nobody is there who could: keys for what is sent from now on. What was sent before, the hotline sends anew.
    number = newest_generation(waiting.team_id).number + 1
    new_generation(waiting.team, number, TeamSecret(BoxKey.generate(), new_key()), [member], signing_key(ring),
                   previous=None)  # fmt: skip
    waiting.delete()
    audit.record("team.joined", by=by, record=member, team=str(waiting.team_id))


@transaction.atomic
def let_colleague_in(*, member: Member, by: Member, ring: KeyRing) -> None:
    """Seal one's own team's keys to a colleague the hotline has vouched for. Raises `BadInput`."""
    require(by, Permission.PACKET_ANSWER)
    member = Member.objects.select_for_update().get(pk=member.pk)
    waiting = member.awaiting.filter(team__in=by.team_ids).select_related("team").first()
    _refuse_early(member, waiting)
    if waiting is None or not member.signature:
        raise BadInput("not_vouched_for", en="The hotline compares her key with her first.",
                       es="Primero la línea compara la llave con ella.")  # fmt: skip
    # Every generation that she who lets in holds: what was sent before a colleague left is opened too.
    for grant in TeamKeyGrant.objects.filter(member=by, generation__team=waiting.team).select_related("generation"):
        with suppress(CannotOpen):  # an older one that somebody spoilt
            grant_generation(grant.generation, ring.secret(waiting.team_id, grant.generation.number), member)
    waiting.delete()
    audit.record("team.joined", by=by, record=member, team=str(waiting.team_id))


def _refuse_early(member: Member, waiting: AwaitingRegrant | None) -> None:
    if waiting is None or not works_here(member):
        raise BadInput("not_a_newcomer", en="She is in the team already, or has no access.",
                       es="Ya está en el equipo, o no tiene acceso.")  # fmt: skip
    if member.password_given_at is not None:
        raise BadInput("password_given", en="She must sign in and choose her own password first.",
                       es="Primero debe entrar y elegir su propia contraseña.")  # fmt: skip


def provider_of(organisation: str) -> Provider | None:
    """The account of a service organisation, if somebody there can open a packet now. Raises `BadSignature`."""
    provider = Provider.objects.filter(organisation=organisation).first()
    if provider is None or not readers_of(provider.team):
        return None
    return provider.checked(organisation_key())


def readers_of(team: Team) -> list[Member]:
    """Who opens what is sent to a provider's team now, with a password nobody else knows."""
    inside = vouched_for(newest_generation(team.pk))
    return sorted((one for one in inside if one.password_given_at is None), key=attrgetter("display_name"))
