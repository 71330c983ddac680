# SPDX-License-Identifier: AGPL-3.0-or-later
"""Names and numbers as they are searched for: two surnames, particles, accents, nicknames, typed in a hurry."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings

from tejido.vocabulary import code_list
from tejido.web.security.searching import folded, name_values, phone_value, sounded

# `María de la Cruz` is also remembered as `María Cruz`.
_PARTICLES = frozenset({"de", "del", "la", "las", "los", "y", "e", "da", "do", "dos", "von", "van"})

_BOTH_SIDES = ("MX", "US")

Values = set[tuple[str, str]]


def phone_values(number: str | None) -> Values:
    """What a phone number is found by; empty where there is none.

    A number told without its country code may be of either side of the border: both are looked for.
    """
    regions = {settings.TEJIDO.operator.country, *_BOTH_SIDES} if number else set()
    found = {phone_value(number or "", region) for region in regions}
    return {("phone", digits) for digits in found if len(digits) >= 5}


def same_phone(one: str | None, other: str | None) -> bool:
    """The same number, however it was typed."""
    return not phone_values(one).isdisjoint(phone_values(other))


def surname_forms(surname: str | None) -> set[str]:
    """A surname as it sounds, whole and by its words without particles."""
    words = [word for word in folded(surname or "").split() if word not in _PARTICLES]
    return {sounded(word) for word in [*words, " ".join(words)] if word}


def full_name_values(
    given: Iterable[str | None], surnames: Iterable[str | None], *, birth_year: int | None = None
) -> Values:
    """Compounds of every given name or nickname with every surname. A name alone is never searchable."""
    forms = {form for surname in surnames for form in surname_forms(surname)}
    return {
        ("name", value)
        for name in given
        if name and folded(name)
        for form in given_forms(name)
        for value in name_values(form, forms, birth_year=birth_year)
    }


def given_forms(given: str) -> set[str]:
    """A given name and the names its words may be short for: `Lupe` is also looked for as `guadalupe`."""
    short = code_list("short_name")
    longer = {of for word in folded(given).split()[:2] if word in short for of in short.codes[word].properties["of"]}
    return {given, *longer}


def spoken_name_values(name: str | None) -> Values:
    """Compounds of a name said in one breath: any of its first two words with any later word."""
    words = [word for word in folded(name or "").split() if word not in _PARTICLES]
    found: Values = set()
    for place, first in enumerate(words[:2]):
        found |= full_name_values([first], words[place + 1 :])
    return found


def name_parts(name: str | None) -> tuple[str, str, str]:
    """A name said in one breath as given names, first and second surname: a proposal, for a person to correct.

    A particle belongs to what follows it: `de la Cruz` is one surname.
    """
    parts: list[str] = []
    for word in (name or "").split():
        if parts and folded(parts[-1].split()[-1]) in _PARTICLES:
            parts[-1] += f" {word}"
        else:
            parts.append(word)
    at = 2 if len(parts) > 3 else 1
    surnames = [*parts[at:], "", ""]
    return " ".join(parts[:at]), surnames[0], " ".join(surnames[1:]).strip()
