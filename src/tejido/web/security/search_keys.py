# SPDX-License-Identifier: AGPL-3.0-or-later
"""The organisation's search key and the one that follows it: while tokens are made anew there are two.

Whoever writes, writes under the newest; whoever searches looks under both; a key goes once no token is left under it.
"""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from tejido.crypto import UnsignedKey
from tejido.vocabulary import BadInput
from tejido.web.security.kept_keys import keep_key, unkept_key
from tejido.web.security.keyring import KeyRing, NoKey
from tejido.web.security.models import KeyGrant, RecordKey, SearchToken

SEARCH_SCOPE = "organisation-search"
SEARCH = "search"  # how its numbers are kept outside the database


def _scope(generation: int) -> str:
    return SEARCH_SCOPE if generation == 1 else f"{SEARCH_SCOPE}/{generation}"


def search_keys() -> dict[int, UUID]:
    """The record key of each generation, the newest last."""
    keys = RecordKey.objects.numbered(SEARCH_SCOPE).values_list("scope", "pk")
    return dict(sorted((int(scope.partition("/")[2] or 1), pk) for scope, pk in keys))


def newest_search_key(ring: KeyRing) -> tuple[int, bytes]:
    """Generation and secret of the key to write under. It stays until the caller's transaction ends.

    Raises `NoKey`, `NotOurs`, and `UnsignedKey` where an older one was put back.
    """
    while held := search_keys():
        generation, pk = list(held.items())[-1]
        if keep_key(pk):
            raw = ring.raw_to_seal(pk)
            try:
                ring.refuse_older(SEARCH, generation)  # it may be known to whoever it was replaced for
            except UnsignedKey:
                if max(search_keys()) == generation:
                    raise
            else:
                return generation, raw
    raise NoKey(SEARCH_SCOPE)


@transaction.atomic
def add_search_key(ring: KeyRing) -> RecordKey:
    """A newer search key, sealed to the teams that hold the present one. Raises `NoKey`; `BadInput` while two stand."""
    held = _held_still()
    if len(held) > 1:
        raise BadInput("search_key.changing", en="The search key is being changed already.",
                       es="La llave de búsqueda ya se está cambiando.")  # fmt: skip
    generation, _key = newest_search_key(ring)  # whoever does not search changes nothing
    teams = KeyGrant.objects.filter(key_id=held[generation]).values_list("team_id", flat=True)
    return ring.new_key(_scope(generation + 1), teams)


@transaction.atomic
def share_search_keys(ring: KeyRing, team_id: UUID) -> None:
    """One more team searches, under every key there is."""
    for pk in _held_still().values():
        ring.share(RecordKey.objects.get(pk=pk), team_id)


def _held_still() -> dict[int, UUID]:
    # One at a time: a key that comes is sealed to every team that searches.
    list(RecordKey.objects.numbered(SEARCH_SCOPE).select_for_update(no_key=True).order_by("pk"))
    return search_keys()


def tokens_to_remake():  # type: ignore[no-untyped-def]
    """Tokens that stand under an older key."""
    return SearchToken.objects.filter(generation__lt=max(search_keys(), default=1))


@transaction.atomic
def forget_older_search_key() -> bool:
    """The older key goes, if no token is left under it and nobody is writing one; did it go?"""
    if len(held := search_keys()) < 2:
        return False
    oldest, pk = next(iter(held.items()))
    free = unkept_key(pk)
    if free is None or SearchToken.objects.filter(generation__lte=oldest).exists():
        return False
    free.delete()
    return True
