# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where teams' public keys are looked up and members' rings are made."""

from __future__ import annotations

from collections.abc import MutableMapping
from uuid import UUID

from django.conf import settings

from tejido.crypto import BoxKey, Context, PublicKey, UnsignedKey, VerifyKey, open_box, open_field
from tejido.web.accounts.models import Member, Team, TeamGeneration, TeamKeyGrant
from tejido.web.security.keyring import KeyRing, NoKey, TeamSecret


def organisation_key() -> VerifyKey:
    """The organisation's signing key as pinned in the settings, never as the database says."""
    if settings.TEJIDO.verify_key is None:
        raise UnsignedKey("no signing key is pinned in the settings")
    return VerifyKey(settings.TEJIDO.verify_key)


def grant_info(generation: TeamGeneration, member_id: UUID) -> bytes:
    """What a team secret sealed to a member is bound to."""
    return Context(
        settings.TEJIDO.node, "accounts.teamkeygrant", str(member_id), str(generation.team_id), str(generation.number)
    ).encode()


def previous_context(generation: TeamGeneration) -> Context:
    """What the older secret inside a generation is bound to."""
    return Context(settings.TEJIDO.node, "accounts.teamgeneration", str(generation.team_id), "previous",
                   str(generation.number))  # fmt: skip


def recovery_info(generation: TeamGeneration, number: int) -> bytes:
    """What a team secret sealed to recovery key `number` is bound to."""
    return Context(settings.TEJIDO.node, "accounts.recoverykey", str(generation.team_id), str(generation.number),
                   str(number)).encode()  # fmt: skip


class SignedTeams:
    """Teams' current public keys, each checked against the pinned signature."""

    def public_key(self, team_id: UUID) -> tuple[int, PublicKey]:
        """Generation number and key; raises `UnsignedKey`."""
        generation = TeamGeneration.objects.filter(team_id=team_id).order_by("-number").first()
        if generation is None:
            raise UnsignedKey(str(team_id))
        return generation.number, generation.signed_key().checked(organisation_key())


def anonymous_ring() -> KeyRing:
    """A ring that only seals: for what arrives with nobody signed in."""
    return KeyRing(node=settings.TEJIDO.node, directory=SignedTeams())


def ring_of(member: Member, private: BoxKey, batch: MutableMapping[str, str] | None = None) -> KeyRing:
    """The ring of `member`, whose private key has been unlocked."""
    grants = {
        (grant.generation.team_id, grant.generation.number): grant
        for grant in TeamKeyGrant.objects.filter(member=member).select_related("generation")
    }
    newest: dict[UUID, int] = {}
    for team_id, number in sorted(grants, key=lambda pair: pair[1]):
        newest[team_id] = number

    def secret_of(team_id: UUID, number: int) -> TeamSecret:
        if (team_id, number) in grants:
            grant = grants[team_id, number]
            return TeamSecret.decode(open_box(private, grant.box, grant_info(grant.generation, member.pk)))
        return older_secret(team_id, number, newest, secret_of)

    return KeyRing(
        node=settings.TEJIDO.node,
        directory=SignedTeams(),
        member_id=member.pk,
        teams=newest,
        secret_of=secret_of,
        batch=batch,
        rewraps=settings.DOOR != "providers",
    )


def older_secret(team_id, number, newest, secret_of) -> TeamSecret:  # type: ignore[no-untyped-def]
    """Walk back from the newest generation a member holds: each opens the one before."""
    if number >= newest.get(team_id, 0):
        raise NoKey(str(team_id))
    follower = TeamGeneration.objects.get(team_id=team_id, number=number + 1)
    if follower.previous is None:
        raise NoKey(str(team_id))
    secret = secret_of(team_id, number + 1)
    return TeamSecret.decode(open_field(secret.symmetric, follower.previous, previous_context(follower)))


def team_of(kind: Team.Kind) -> Team:
    """The team of that kind; the first by name where there are several caseloads."""
    return Team.objects.filter(kind=kind).order_by("name")[0]
