# SPDX-License-Identifier: AGPL-3.0-or-later
"""The organisation's search key and the one that follows it: while tokens are made anew there are two.

Whoever writes, writes under the newest; whoever searches looks under both; a key goes once no token is left under it.

Which keys are the organisation's stands in the file `keys.search`, each with a digest of its secret: many colleagues
could seal another of their own making to every team, and whoever knows the key can try names and phones on the tokens.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from uuid import UUID

from django.db import transaction

from tejido.crypto import UnsignedKey
from tejido.vocabulary import BadInput
from tejido.web.security.beside import keep_beside, kept_beside
from tejido.web.security.kept_keys import keep_key, unkept_key
from tejido.web.security.keyring import KeyRing, NoKey, NotOurs
from tejido.web.security.models import RecordKey, SearchToken

SEARCH_SCOPE = "organisation-search"
SEARCH = "search"  # how its numbers are kept outside the database
FILE = "keys.search"


def _scope(generation: int) -> str:
    return SEARCH_SCOPE if generation == 1 else f"{SEARCH_SCOPE}/{generation}"


def search_keys() -> dict[int, UUID]:
    """The record key of each generation that the node made, the newest last."""
    kept, found = kept_beside(FILE), {}
    for scope, pk in RecordKey.objects.numbered(SEARCH_SCOPE).values_list("scope", "pk"):
        number = scope.partition("/")[2] or "1"
        if kept.get(number, [None])[0] == str(pk) or (not kept and number.isdecimal()):
            found[int(number)] = pk
    return dict(sorted(found.items()))


def search_keys_not_ours() -> list[UUID]:
    """Record keys that somebody else put among the search keys."""
    ours = set(search_keys().values())
    return [pk for pk in RecordKey.objects.numbered(SEARCH_SCOPE).values_list("pk", flat=True) if pk not in ours]


def secrets_of(ring: KeyRing, keys: Mapping[int, UUID]) -> dict[int, bytes]:
    """The secrets of those keys that the ring holds, less any other than the node made; raises `NotOurs` if all are."""
    ring.load(keys.values())
    held = {generation: ring.raw(pk) for generation, pk in keys.items() if ring.holds(pk)}
    if not kept_beside(FILE):  # a node made before there was this file
        _note({generation: (keys[generation], raw) for generation, raw in held.items()})
    kept = kept_beside(FILE)
    ours = {generation: raw for generation, raw in held.items()
            if kept.get(str(generation)) == [str(keys[generation]), _digest(raw)]}  # fmt: skip
    if held and not ours:
        raise NotOurs(str(keys[max(held)]))
    return ours


def note_search_key(generation: int, pk: UUID, raw: bytes) -> None:
    """This one is ours, from now on."""
    _note({generation: (pk, raw)})


def _note(made: Mapping[int, tuple[UUID, bytes]]) -> None:
    fresh = {str(generation): [str(pk), _digest(raw)] for generation, (pk, raw) in made.items()}
    if fresh:
        keep_beside(FILE, lambda kept: kept | fresh)


def _digest(raw: bytes) -> str:
    return hashlib.sha256(b"tejido/search-key/1\x00" + raw).hexdigest()


def newest_search_key(ring: KeyRing) -> tuple[int, bytes]:
    """Generation and secret of the key to write under. It stays until the caller's transaction ends.

    Raises `NoKey`, `NotOurs`, and `UnsignedKey` where an older one was put back.
    """
    while held := search_keys():
        generation, pk = list(held.items())[-1]
        if keep_key(pk):
            raw = ring.raw_to_seal(pk)
            if generation not in secrets_of(ring, held):
                raise NotOurs(str(pk))
            try:
                ring.refuse_older(SEARCH, generation)  # it may be known to whoever it was replaced for
            except UnsignedKey:
                if max(search_keys()) == generation:
                    raise
            else:
                return generation, raw
    raise NoKey(SEARCH_SCOPE)


@transaction.atomic
def add_search_key(ring: KeyRing, teams: Iterable[UUID]) -> RecordKey:
    """A newer search key, sealed to `teams`, whatever became of the present one. Raises `BadInput` while two stand."""
    held = _held_still()
    if len(held) > 1:
        raise BadInput("search_key.changing", en="The search key is being changed already.",
                       es="La llave de búsqueda ya se está cambiando.")  # fmt: skip
    generation = max(held, default=0)
    made = ring.new_key(_scope(generation + 1), teams)
    # Before it stands in the database: cut off in between, it is noted for nothing, and the next takes its number.
    note_search_key(generation + 1, made.pk, ring.raw(made.pk))
    return made


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
