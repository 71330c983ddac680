# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where teams' public keys are looked up and members' rings are made."""

from __future__ import annotations

from collections.abc import Iterable, MutableMapping
from contextlib import suppress
from functools import partial
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from tejido.crypto import (
    BoxKey,
    CannotOpen,
    Context,
    PublicKey,
    UnsignedKey,
    VerifyKey,
    VerifyKeys,
    open_box,
    open_field,
)
from tejido.web.accounts.models import BrokenGlass, Member, Team, TeamGeneration, TeamKeyGrant
from tejido.web.accounts.newest import highest, newest_key, our_key, refuse_older, was_restored, went_back
from tejido.web.accounts.readings import note_opening
from tejido.web.security.keyring import KeyRing, NoKey, TeamSecret


def organisation_keys() -> tuple[VerifyKey, ...]:
    """The organisation's signing key as pinned in the settings, never as the database says; two while it is replaced,
    the newest first.
    """
    return tuple(map(VerifyKey, settings.TEJIDO.verify_keys))


def organisation_key() -> VerifyKeys:
    """What any of them signed holds."""
    return VerifyKeys(organisation_keys())


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


def newest_that_is_ours(team_id: UUID) -> TeamGeneration:
    """A team's newest generation that is ours, whatever else somebody put there; raises `UnsignedKey`."""
    for generation in TeamGeneration.objects.filter(team_id=team_id).select_related("team").order_by("-number"):
        with suppress(UnsignedKey):
            our_key(generation.signed_key(), organisation_key())
            return generation
    raise UnsignedKey(str(team_id))


def newest_generation(team_id: UUID) -> TeamGeneration:
    """The same, to be worked with; raises `UnsignedKey` also where a newer one was in use.

    Only a backup that was put back may take a newer one away.
    """
    generation = newest_that_is_ours(team_id)
    owner, number = generation.team.owner, generation.number
    if went_back(owner, number) and not was_restored(owner, number):
        raise UnsignedKey(f"{owner}/{number}: a newer key was in use")
    return generation


def our_teams(kinds: Iterable[Team.Kind]) -> list[Team]:
    """Teams of these kinds that we made, by name; a row that somebody put there is none."""
    found = []
    for team in Team.objects.filter(kind__in=kinds).order_by("name"):
        with suppress(UnsignedKey):
            newest_generation(team.pk)
            found.append(team)
    return found


class SignedTeams:
    """Teams' current public keys, each checked against the pinned signature."""

    def public_key(self, team_id: UUID) -> tuple[int, PublicKey]:
        """Generation number and key; raises `UnsignedKey`."""
        generation = newest_generation(team_id)
        return generation.number, newest_key(generation.signed_key(), organisation_key())

    def refuse_older(self, name: str, number: int) -> None:
        """Raises `UnsignedKey` if a newer key of that name was in use; remembers this one."""
        refuse_older(f"{settings.TEJIDO.node}/{name}", number)

    def sender_key(self, team_id: UUID, generation: int) -> PublicKey:
        """Key of any generation: what it sealed before it was replaced stays ours. A provider's vouches for nothing."""
        ours = TeamGeneration.objects.exclude(team__kind=Team.Kind.PROVIDER).select_related("team")
        sender = ours.filter(team_id=team_id, number=generation).first()
        if sender is None:
            raise UnsignedKey(str(team_id))
        return our_key(sender.signed_key(), organisation_key())


def checked_secret(generation: TeamGeneration, secret: TeamSecret) -> TeamSecret:
    """The secret, once it is the one whose public halves the organisation signed; raises `UnsignedKey`."""
    signed = generation.signed_key()
    public = our_key(signed, organisation_key())
    if (secret.box.public, secret.vouching.verify_key.raw) != (public, signed.about):
        raise UnsignedKey(signed.owner)
    return secret


def anonymous_ring() -> KeyRing:
    """A ring that only seals: for what arrives with nobody signed in."""
    return KeyRing(node=settings.TEJIDO.node, directory=SignedTeams())


def ring_of(member: Member, private: BoxKey, batch: MutableMapping[str, str] | None = None) -> KeyRing:
    """The ring of `member`, whose private key has been unlocked.

    A team whose newest generation she does not hold is left out: someone set her back to an older one. Where a
    backup was put back, such a team opens what it holds, and nothing is sealed to it before it has new keys.
    """
    seen = highest()  # before the grants, which may grow meanwhile
    grants = {
        (grant.generation.team_id, grant.generation.number): grant
        for grant in TeamKeyGrant.objects.filter(member=member).select_related("generation__team")
    }
    newest: dict[UUID, int] = {}
    for team_id, number in sorted(grants, key=lambda pair: pair[1]):
        newest[team_id] = number
    owners = {grant.generation.team_id: grant.generation.team.owner for grant in grants.values()}
    back = {team_id for team_id, number in newest.items() if number < seen.get(owners[team_id], 0)}
    newest = {
        team_id: number
        for team_id, number in newest.items()
        if team_id not in back or was_restored(owners[team_id], number)
    }

    restricted = {grant.generation.team for grant in grants.values() if grant.generation.team.restricted}

    def secret_of(team_id: UUID, number: int) -> TeamSecret:
        later = number > newest.get(team_id, number)
        if later:
            # The team was given new keys since this ring was made, and what she opens was brought to them by another.
            since = TeamKeyGrant.objects.filter(member=member, generation__team=team_id, generation__number=number)
            grants.update(((team_id, number), grant) for grant in since.select_related("generation__team"))
        if (team_id, number) in grants:
            grant = grants[team_id, number]
            try:
                opened = open_box(private, grant.box, grant_info(grant.generation, member.pk))
            except CannotOpen:
                if not later:
                    raise
                # She was given new keys of her own meanwhile: this ring is the lost password's, and holds none of it.
                raise NoKey(str(team_id)) from None
            secret = TeamSecret.decode(opened)
            # Anyone may seal to her: a secret of his own making would have her seal whatever she writes to him.
            return checked_secret(grant.generation, secret)
        return older_secret(team_id, number, newest, secret_of)

    guarded = {grant.generation.team_id for grant in grants.values() if grant.generation.team.kind == Team.Kind.DUTY}
    return KeyRing(
        node=settings.TEJIDO.node,
        directory=SignedTeams(),
        member_id=member.pk,
        teams=newest,
        secret_of=secret_of,
        batch=batch,
        rewraps=settings.DOOR != "providers",
        guarded=guarded,
        opened_by_glass=opened_by_glass(member) if guarded else (),
        watched={team.pk: partial(note_opening, team.caseload_id or team.pk) for team in restricted},
        only_opens=back,
    )


def opened_by_glass(member: Member) -> set[UUID]:
    """Keys of what she opened by breaking the glass, while her time lasts."""
    open_now = BrokenGlass.objects.open_at(timezone.now()).filter(member=member)
    return {UUID(key) for opens in open_now.values_list("opens", flat=True) for key in opens}


def older_secret(team_id, number, newest, secret_of) -> TeamSecret:  # type: ignore[no-untyped-def]
    """Walk back from the newest generation a member holds: each opens the one before."""
    if number >= newest.get(team_id, 0):
        raise NoKey(str(team_id))
    # The next there is: after a restoring, numbers that were in use are not given out again.
    follower = TeamGeneration.objects.filter(team_id=team_id, number__gt=number).order_by("number")[0]
    if follower.previous is None:
        raise NoKey(str(team_id))
    secret = secret_of(team_id, follower.number)
    return TeamSecret.decode(open_field(secret.symmetric, follower.previous, previous_context(follower)))


def team_of(kind: Team.Kind) -> Team:
    """Our team of that kind; the first by name where there are several caseloads, never a restricted one.

    Raises `UnsignedKey` where there is none.
    """
    for team in our_teams([kind]):
        if not team.restricted:
            return team
    raise UnsignedKey(kind)
