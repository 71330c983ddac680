# SPDX-License-Identifier: Apache-2.0
"""Where and when: recruitment, transit and exploitation, the node that heard of it first, and the day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from tejido.synthetic.draws import Dice
from tejido.synthetic.flavour import Flavour, read_data
from tejido.synthetic.model import (
    HOTLINE_COUNTRIES,
    MEXICO,
    NODES,
    SURVIVOR,
    Case,
    Place,
    country_of,
    state_of,
)

ELSEWHERE = ("CA", "ES", "DO", "JP")
_STATE_UNKNOWN = 0.08
_SECOND_STATE, _SAME_STATE_TWICE, _OTHER_COUNTRY_TOO = 0.11, 0.06, 0.04
_RECRUITMENT_KNOWN, _TRANSIT_KNOWN = 0.62, 0.12
_HEARD_IN_MEXICO = {MEXICO: 0.9, "US": 0.16}


def place_case(case: Case, dice: Dice) -> None:
    """Give the case its places. Every counted case is exploitation in the US or Mexico with something Mexican."""
    story = case.story
    abroad = dict(story.exploitation)
    if case.kind == "no_nexus":
        abroad = {place: weight for place, weight in abroad.items() if country_of(place) != MEXICO}
    case.destination = dice.pick(ELSEWHERE) if case.kind == "elsewhere" else dice.weigh(abroad)
    origin = {
        place: weight for place, weight in story.origin.items() if case.has_nexus or country_of(place) != MEXICO
    } or {"HN": 1.0}
    case.origin = dice.weigh(origin)
    case.places = [*_exploitation(case, abroad, dice), *_before_it(case, dice)]
    if case.kind != "no_nexus" and not _is_mexican(case):
        case.places.append(_place("recruitment" if dice.chance(0.6) else "transit", _mexican_origin(case, dice), dice))


def _exploitation(case: Case, abroad: dict[str, float], dice: Dice) -> list[Place]:
    first = _place("exploitation", case.destination, dice)
    if first.state and dice.chance(_STATE_UNKNOWN):
        first = Place(first.kind, first.country)
    found = [first]
    if case.kind == "elsewhere":
        return found
    if dice.chance(_SAME_STATE_TWICE):
        found.append(_place("exploitation", case.destination, dice))
    if dice.chance(_SECOND_STATE):
        found.append(_place("exploitation", dice.weigh(abroad), dice))
    if dice.chance(_OTHER_COUNTRY_TOO):
        found.append(_place("exploitation", dice.pick(ELSEWHERE), dice))
    return found


def _before_it(case: Case, dice: Dice) -> list[Place]:
    found = []
    if dice.chance(_RECRUITMENT_KNOWN):
        found.append(_place("recruitment", case.origin, dice))
    if dice.chance(_TRANSIT_KNOWN) and case.has_nexus and country_of(case.destination) == "US":
        found.append(_place("transit", dice.pick(("MX-TAM", "MX-SON", "MX-BCN", "MX-CHP")), dice))
    return found


def _place(kind: str, where: str, dice: Dice) -> Place:
    country = country_of(where)
    towns: list[str] = read_names(country)
    return Place(kind, country, state_of(where), dice.pick(towns) if towns and dice.chance(0.5) else "")


def read_names(country: str) -> list[str]:
    """Invented towns of a country; none outside the two."""
    towns: dict[str, list[str]] = _LOCALITIES
    return towns.get(country.lower(), [])


_LOCALITIES: dict[str, list[str]] = read_data("reach")["localities"]


def _is_mexican(case: Case) -> bool:
    # A survivor's nationality makes the nexus, but only a plain, named survivor's, so that every reading agrees.
    return any(place.country == MEXICO for place in case.places) or any(
        MEXICO in person.nationalities for person in case.survivors if person.role == SURVIVOR and not person.is_group
    )


def _mexican_origin(case: Case, dice: Dice) -> str:
    mexican = {place: weight for place, weight in case.story.origin.items() if country_of(place) == MEXICO}
    return dice.weigh(mexican or {"MX-CMX": 1.0})


def give_mexican_place(case: Case, dice: Dice) -> None:
    """Make sure that a place, not only a nationality, ties the case to Mexico."""
    if not any(place.country == MEXICO for place in case.places):
        case.places.append(_place("recruitment", _mexican_origin(case, dice), dice))


def settle_home(case: Case, dice: Dice) -> None:
    """The node that heard of the case first."""
    chance = _HEARD_IN_MEXICO.get(country_of(case.destination), 0.7)
    case.home = NODES[0] if case.has_nexus and dice.chance(chance) else NODES[1]


def date_cases(cases: Sequence[Case], world: Flavour, dice: Dice) -> None:
    """Days of opening: each kind in its range, both ends of it used, more late than early."""
    ranges = {
        "before": (world.first_day, world.start - timedelta(days=1)),
        "after": (world.end + timedelta(days=1), world.as_of),
    }
    seen: dict[str, int] = {}
    for case in cases:
        first, last = ranges.get(case.kind, (world.start, world.end))
        number = seen[case.kind] = seen.get(case.kind, 0) + 1
        case.opened_on = {1: first, 2: last}.get(number) or _day(first, last, dice)


def _day(first: date, last: date, dice: Dice) -> date:
    return first + timedelta(days=int((dice.uniform() ** 0.8) * ((last - first).days + 1)))


def in_hotline_countries(case: Case) -> bool:
    """Whether any exploitation took place in the US or Mexico."""
    return any(place.kind == "exploitation" and place.country in HOTLINE_COUNTRIES for place in case.places)
