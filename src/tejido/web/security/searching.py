# SPDX-License-Identifier: AGPL-3.0-or-later
"""Finding sealed values by keyed tokens: phones and identifiers exactly, names only as compounds."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

import phonenumbers
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from tejido.crypto import search_token
from tejido.web.security.keyring import KeyRing, NoKey
from tejido.web.security.models import SearchToken
from tejido.web.security.search_keys import SEARCH_SCOPE, newest_search_key, search_keys, secrets_of

_FIRST = 5  # as many times what is wanted are looked at before it is asked of each


def folded(text: str) -> str:
    """Lower case, no accents, single spaces: as people type a name in a hurry."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(letter for letter in plain if not unicodedata.combining(letter)).split())


def sounded(name: str) -> str:
    """How a given name sounds in Spanish, roughly: b/v, s/z/c, j/g/x, ll/y, silent h, qu/k, doubled letters."""
    text = folded(name).replace("qu", "k").replace("ll", "y").replace("ch", "x").replace("h", "").replace("x", "j")
    for first, second in (("ce", "se"), ("ci", "si"), ("ge", "je"), ("gi", "ji"), ("v", "b"), ("z", "s"), ("c", "k")):
        text = text.replace(first, second)
    return "".join(letter for place, letter in enumerate(text) if place == 0 or letter != text[place - 1])


def phone_value(number: str, region: str) -> str:
    """A phone number in E.164, or its digits where it is no number of that region."""
    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return "".join(letter for letter in number if letter.isdigit())
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def name_values(given: str, surnames: Iterable[str], *, birth_year: int | None = None, place: str = "") -> set[str]:
    """Compounds of one name: sounded given + surname, surname + birth year, surname + place. Never a name alone."""
    compounds = set()
    for surname in filter(None, (folded(part) for part in surnames)):
        for first in folded(given).split()[:2]:
            compounds.add(f"g|{sounded(first)}|{surname}")
        if birth_year:
            compounds.add(f"y|{surname}|{birth_year}")
        if place:
            compounds.add(f"p|{surname}|{folded(place)}")
    return compounds


def index(ring: KeyRing, *, table: str, record_id: UUID, values: Iterable[tuple[str, str]]) -> None:
    """Replace the tokens of one record by those of `values`: (kind, value) pairs."""
    index_many(ring, table=table, records={record_id: values})


def index_many(ring: KeyRing, *, table: str, records: Mapping[UUID, Iterable[tuple[str, str]]]) -> None:
    """Replace the tokens of many records."""
    generation, key = newest_search_key(ring)
    hold_tokens(SearchToken.objects.filter(table=table, record_id__in=records))
    SearchToken.objects.filter(table=table, record_id__in=records).delete()
    SearchToken.objects.bulk_create(
        [
            SearchToken(
                token=search_token(key, kind, value), kind=kind, generation=generation, table=table, record_id=record_id
            )
            for record_id, values in records.items()
            for kind, value in sorted(set(values))
        ],
        batch_size=500,
    )


def hold_tokens(tokens: QuerySet[SearchToken]) -> set[UUID]:
    """Wait for whoever is replacing these tokens, then keep others waiting; the records of those that are still there.

    Always in one order, so that two never wait for each other.
    """
    return set(tokens.select_for_update().order_by("pk").values_list("record_id", flat=True))


def matching(
    ring: KeyRing, *, table: str, values: Iterable[tuple[str, str]], within: QuerySet[Any], most: int
) -> list[UUID]:
    """Ids of at most `most` records of `within` that hold a token of any of `values`, whoever holds more of them first.

    Raises `NoKey`. Tokens are shared: open and compare what is found.
    """
    values = set(values)
    while True:
        keys = search_keys()
        tokens = _tokens(_keys_held(ring, keys), values)
        held = SearchToken.objects.filter(tokens, table=table)
        ranked = held.values("record_id").annotate(held=Count("pk")).order_by("-held", "record_id")
        found = _first_within(ranked.values_list("record_id", flat=True), within, most)
        # A key that came meanwhile may hold by now what was looked for under those before it.
        if search_keys().keys() <= keys.keys():
            return found


def _first_within(ranked: QuerySet[Any, UUID], within: QuerySet[Any], most: int) -> list[UUID]:
    """The first `most` ids that are of `within`. Whatever the reader may not see must not crowd out what she may.

    Nearly always they are among the first of all. Asked of each, the tens of thousands who bear a common name would be
    looked up one by one for a page of `most`.
    """
    # One by one here too: SQLite would go through all of her team's for what stands in a list.
    seen = Exists(within.filter(pk=OuterRef("pk")))
    first = list(ranked[: _FIRST * most])
    visible = set(within.model._default_manager.filter(pk__in=first).filter(seen).values_list("pk", flat=True))
    found = [pk for pk in first if pk in visible][:most]
    if len(found) < most and len(first) == _FIRST * most:
        return list(ranked.filter(Exists(within.filter(pk=OuterRef("record_id"))))[:most])
    return found


def require_search_key(ring: KeyRing) -> None:
    """Raise `NoKey` for whoever is in no team that searches."""
    _keys_held(ring, search_keys())


def _keys_held(ring: KeyRing, keys: Mapping[int, UUID]) -> dict[int, bytes]:
    """The secret of each generation that the ring holds: one that went meanwhile has no token left. Raises `NoKey`."""
    held = secrets_of(ring, keys)
    if not held:
        raise NoKey(SEARCH_SCOPE)
    return held


def _tokens(held: Mapping[int, bytes], values: Iterable[tuple[str, str]]) -> Q:
    found = Q(pk__in=())
    for kind, of_kind in groupby(sorted(values), key=itemgetter(0)):
        texts = [text for _kind, text in of_kind]
        for generation, key in held.items():
            found |= Q(generation=generation, kind=kind, token__in=[search_token(key, kind, text) for text in texts])
    return found
