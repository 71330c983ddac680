# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who is in a team, by the team's own word: only whoever holds its secret can say so.

A row that says somebody holds the keys is not enough: whoever writes the database could add one, and she would be given
the next keys. The organisation's signature would not do either, for many colleagues can sign with it.
"""

from __future__ import annotations

from collections.abc import Iterator

from tejido.crypto import BadSignature, VerifyKey
from tejido.web.accounts.keys import grant_info, organisation_key
from tejido.web.accounts.models import Member, TeamGeneration, TeamKeyGrant
from tejido.web.accounts.newest import has_left, our_key
from tejido.web.security.keyring import TeamSecret


def team_word(generation: TeamGeneration, secret: TeamSecret, member: Member) -> bytes:
    """The team's signature that `member` holds this generation."""
    return secret.vouching.sign(_statement(generation, member))


def works_here(member: Member) -> bool:
    """Does she, whatever somebody wrote into her row since she left?"""
    return member.is_active and not has_left(member.key_owner)


def vouched_for(generation: TeamGeneration) -> list[Member]:
    """Who holds this generation by the team's word and has not left; raises `UnsignedKey` for one that is not ours."""
    return [grant.member for grant in _vouched(generation) if works_here(grant.member)]


def not_vouched_for(generation: TeamGeneration) -> list[Member]:
    """Whom a row puts into the team without its word; raises `UnsignedKey`."""
    inside = {grant.pk for grant in _vouched(generation)}
    return [grant.member for grant in generation.grants.exclude(pk__in=inside).select_related("member")]


def _vouched(generation: TeamGeneration) -> Iterator[TeamKeyGrant]:
    our_key(generation.signed_key(), organisation_key())
    key = VerifyKey(bytes(generation.vouching_key))
    for grant in generation.grants.select_related("member").order_by("pk"):
        try:
            key.verify(_statement(generation, grant.member), bytes(grant.signature))
        except BadSignature:
            continue
        yield grant


def _statement(generation: TeamGeneration, member: Member) -> bytes:
    # Her key and name too: whoever gets another key signed for her row is not whom the team let in.
    return b"tejido/team-member/1\x00" + grant_info(generation, member.pk) + b"\x00" + member.signed_key().statement
