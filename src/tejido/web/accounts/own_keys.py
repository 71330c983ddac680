# SPDX-License-Identifier: AGPL-3.0-or-later
"""A member gives herself a new key pair under the password she has: her old key and an old copy open no new record.

Her teams get new keys with it: whoever has her old key and an old copy of the database has what her teams held then.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F

from tejido.crypto import BoxKey, CannotOpen, SigningKey, UnsignedKey, seal_box, seal_with_password
from tejido.vocabulary import BadInput
from tejido.web.accounts.actions import member_context, password_cost, renew_team, sign_key, signing_key
from tejido.web.accounts.keys import grant_info, organisation_key, ring_of
from tejido.web.accounts.models import Member, Team
from tejido.web.accounts.newest import our_key
from tejido.web.accounts.passwords import open_own_key
from tejido.web.accounts.sessions import forget_sessions
from tejido.web.accounts.signing_keys import signing_record_keys
from tejido.web.accounts.vouching import team_word
from tejido.web.security import audit
from tejido.web.security.keyring import KeyRing, NoKey
from tejido.web.security.models import KeyGrant


def signs_here(ring: KeyRing) -> bool:
    """Is she in a team that holds the signing key? Only then can she vouch for a key of her own."""
    return KeyGrant.objects.filter(key__in=signing_record_keys(), team_id__in=ring.team_ids).exists()


def renew_own_keys(*, member: Member, password: str, by: Any, now: datetime, device: str = "") -> BoxKey:
    """A new key pair for her and new keys for each of her teams. Returns the key her next requests open with.

    All her sessions end. Raises `BadInput` for a wrong password, and where she is in no team that signs.
    """
    if by.pk != member.pk:
        raise PermissionDenied("new keys are made by the member herself")
    sealed, raw = open_own_key(member, password, now=now, device=device)
    private = BoxKey.generate()
    fresh = seal_with_password(private.raw, password, pepper=settings.TEJIDO.pepper, context=member_context(member),
                               cost=password_cost())  # fmt: skip
    _exchange(member, sealed, BoxKey(raw), fresh, private, by)
    return private


@transaction.atomic
def _exchange(member: Member, sealed: bytes, old: BoxKey, fresh: bytes, private: BoxKey, by: Any) -> None:
    # Nobody lets her in, or changes a team of hers, while what is sealed to her is sealed anew.
    standing = Member.objects.select_for_update(no_key=True).get(pk=member.pk)
    if bytes(standing.private_key) != sealed or not standing.is_active:
        raise BadInput("password.changed", en="Your password was changed somewhere else just now. Sign in again.",
                       es="Su contraseña se acaba de cambiar en otro lugar. Entre de nuevo.")  # fmt: skip
    hers = Team.objects.select_for_update().filter(pk__in=standing.team_ids)
    teams = list(hers.order_by(F("caseload").asc(nulls_last=True), "kind", "pk"))
    ring = ring_of(standing, old)
    signing = _signing(ring)
    our_key(standing.signed_key(), organisation_key())  # her name is signed anew with the key
    changed = {"private_key": fresh, "public_key": private.public.raw, "key_number": standing.key_number + 1}
    for one in (standing, member):
        for name, value in changed.items():
            setattr(one, name, value)
        sign_key(one, signing)
    standing.save(update_fields=[*changed, "signature"])
    for team in teams:
        if team.pk in ring.team_ids:
            _seal_again(team, standing, private, ring)
            renew_team(team=team, secret=ring.current_secret(team.pk), signing=signing, by=standing)
            audit.record("team.keys_renewed", by=by, record=team)
    forget_sessions(standing)
    audit.record("member.keys_renewed", by=by, record=standing)


def _seal_again(team: Team, member: Member, private: BoxKey, ring: KeyRing) -> None:
    for grant in member.grants.filter(generation__team=team).select_related("generation"):
        try:
            secret = ring.secret(team.pk, grant.generation.number)
        except (CannotOpen, UnsignedKey):  # somebody spoilt the row: the newer ones open what it did
            grant.delete()
            continue
        grant.box = seal_box(private.public, secret.encode(), grant_info(grant.generation, member.pk))
        grant.signature = team_word(grant.generation, secret, member)
        grant.save(update_fields=["box", "signature"])


def _signing(ring: KeyRing) -> SigningKey:
    try:
        return signing_key(ring)
    except NoKey:
        raise BadInput(
            "own_keys.unsigned",
            en="None of your teams vouches for keys. An administrator gives you a new password, and new keys with it.",
            es="Ninguno de sus equipos firma llaves. Administración le da otra contraseña y, con ella, llaves nuevas.",
        ) from None
