# SPDX-License-Identifier: AGPL-3.0-or-later
"""The organisation's signing key and the one that follows it.

Its private half is kept like any record's key. Which of those kept may sign is decided by the pins in the settings:
the operator enters a new one from an administrator's screen, and whoever writes the database has no say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max, QuerySet

from tejido.crypto import CannotOpen, SigningKey, UnsignedKey, VerifyKey, follows
from tejido.vocabulary import BadInput
from tejido.web.accounts.keys import organisation_keys
from tejido.web.accounts.models import SigningKeyChange, Team
from tejido.web.security import audit
from tejido.web.security.access import require
from tejido.web.security.keyring import KeyRing, NoKey
from tejido.web.security.models import KeyGrant, RecordKey
from tejido.web.security.permissions import Permission

SIGNING_SCOPE = "organisation-signing"
SIGNING_TEAMS = (Team.Kind.ADMINISTRATION, Team.Kind.CASES, Team.Kind.DATA, Team.Kind.DUTY)


def signing_record_keys() -> QuerySet[RecordKey]:
    """Where private halves are kept, or what somebody put there."""
    return RecordKey.objects.numbered(SIGNING_SCOPE)


def signing_key(ring: KeyRing) -> SigningKey:
    """The newest signing key that is pinned, for a member whose teams hold it; raises `NoKey`."""
    return _first(organisation_keys(), ring)


def message_signing_key(ring: KeyRing) -> SigningKey:
    """The oldest: while two are pinned a partner may not have our new card yet. Raises `NoKey`."""
    return _first(reversed(organisation_keys()), ring)


def share_signing_keys(ring: KeyRing, team_id: UUID) -> None:
    """One more team signs, with every key there is. In a transaction."""
    _held_still()
    for record_key, _signing in _opened(ring).values():
        ring.share(record_key, team_id)


def change_under_way() -> SigningKeyChange | None:
    """The key that follows the one in use, if one was made: by the word of the one in use, whatever else is there."""
    present = organisation_keys()[-1]
    following = SigningKeyChange.objects.filter(before=present.raw).order_by("-number")
    return next((change for change in following if change.vouched_for()), None)


def earlier_keys(key: VerifyKey) -> Iterator[SigningKeyChange]:
    """How `key` came after the ones before it, newest first."""
    seen = set()
    while key.raw not in seen:
        seen.add(key.raw)
        came = SigningKeyChange.objects.filter(public=key.raw).order_by("-number")
        change = next((change for change in came if change.vouched_for()), None)
        if change is None:
            return
        yield change
        key = VerifyKey(bytes(change.before))


@transaction.atomic
def make_signing_key(*, by: Any, ring: KeyRing) -> SigningKeyChange:
    """A fresh signing key, vouched for by the one in use, which goes on signing. Raises `BadInput` while one is new."""
    require(by, Permission.MEMBER_EDIT)
    _held_still()
    present, opened = organisation_keys()[-1], _opened(ring)
    if present not in opened:
        raise PermissionDenied("none of her teams holds the signing key")
    if len(organisation_keys()) > 1 or change_under_way():
        raise BadInput("signing_key.changing", en="The signing key is being changed already.",
                       es="La llave de firma ya se está cambiando.")  # fmt: skip
    record_key, signing = opened[present]
    fresh = SigningKey.generate()
    number = (SigningKeyChange.objects.aggregate(newest=Max("number"))["newest"] or 1) + 1
    kept = RecordKey(scope=f"{SIGNING_SCOPE}/{number}")
    held = KeyGrant.objects.filter(key=record_key).values("team_id")
    ring.adopt(kept, fresh.raw, [team.pk for team in Team.objects.filter(pk__in=held, kind__in=SIGNING_TEAMS)])
    change = SigningKeyChange.objects.create(
        number=number, public=fresh.verify_key.raw, before=present.raw,
        signature=signing.sign(follows(fresh.verify_key)), record_key=kept.pk,
    )  # fmt: skip
    audit.record("signing_key.made", by=by, record=kept)
    return change


def _held_still() -> None:
    # One at a time: a key that comes is sealed to every team that signs.
    list(signing_record_keys().select_for_update(no_key=True).order_by("pk"))


def _first(keys: Iterable[VerifyKey], ring: KeyRing) -> SigningKey:
    opened = _opened(ring)
    for key in keys:
        if key in opened:
            return opened[key][1]
    raise NoKey(SIGNING_SCOPE)


def _opened(ring: KeyRing) -> dict[VerifyKey, tuple[RecordKey, SigningKey]]:
    opened, problem = {}, None
    for record_key in signing_record_keys():
        try:
            signing = SigningKey(ring.raw(record_key.pk))
        except NoKey:  # of other teams
            continue
        except (CannotOpen, UnsignedKey) as found:  # not of our making
            problem = found
            continue
        opened[signing.verify_key] = (record_key, signing)
    if problem is not None and opened.keys().isdisjoint(organisation_keys()):
        raise problem  # somebody put another in its place
    return opened
