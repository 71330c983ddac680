# SPDX-License-Identifier: Apache-2.0
"""Who is truly who: corridors, rings of potential traffickers across cases and nodes, shared phones and businesses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from tejido.synthetic.draws import Dice
from tejido.synthetic.flavour import Flavour
from tejido.synthetic.identities import Numbers, address, business_name
from tejido.synthetic.model import UNKNOWN, Case, Person, country_of, state_of

_LEAST_CASES, _MOST_CASES = 3, 8
_SAME_PERSON = 0.75
_BUSINESS_KNOWN = 0.18


@dataclass
class Business:
    """A business as it truly is; `industry` may be empty."""

    name: str
    industry: str
    state: str
    phone: str


@dataclass
class Ring:
    """Cases run by the same people along one corridor, with what they share."""

    ring_id: str
    origin: str
    destination: str
    type: str
    cases: list[Case]
    phones: list[str] = field(default_factory=list)
    address: str = ""


def form_rings(cases: Sequence[Case], world: Flavour, numbers: Numbers, dice: Dice) -> list[Ring]:
    """Group cases of one corridor and type into rings, whichever node heard of them; members meet in several cases."""
    corridors: dict[tuple[str, str, str], list[Case]] = defaultdict(list)
    for case in cases:
        if case.kind != "elsewhere" and case.traffickers and country_of(case.origin) != "US":
            corridors[_region(case.origin), case.destination, case.story.type].append(case)
    rings: list[Ring] = []
    for (origin, destination, kind), mine in sorted(corridors.items(), key=lambda item: (-len(item[1]), item[0])):
        for start in range(0, len(mine) - _LEAST_CASES + 1, _MOST_CASES):
            if len(rings) == world.rings:
                return rings
            ring = Ring(f"ring-{len(rings) + 1:02d}", origin, destination, kind, mine[start : start + _MOST_CASES])
            ring.phones = [numbers.phone(place) for place in (origin, destination, destination)]
            ring.address = address(country_of(destination), dice)
            for case in ring.cases:
                case.ring = len(rings)
            rings.append(ring)
    return rings


def _region(origin: str) -> str:
    return state_of(origin) or country_of(origin)


def name_people(cases: Sequence[Case], rings: Sequence[Ring], dice: Dice) -> None:
    """Give every named person a true id: the same one where a ring's member, or a survivor, is met in another case."""
    for index, case in enumerate(cases):
        case.true_id = f"case-{index + 1:04d}"
        for number, person in enumerate(case.people):
            person.true_id = f"{'group' if person.is_group else 'person'}-{index + 1:04d}-{number + 1:02d}"
    for ring in rings:
        members: list[tuple[Person, set[str]]] = []
        for case in ring.cases:
            for person in case.traffickers:
                if not person.is_group and person.gender != UNKNOWN:
                    _meet(person, case, members, dice)
    for case in cases:
        for person in case.people:
            if person.same_as is not None:
                person.true_id = person.same_as.true_id


def _meet(person: Person, case: Case, members: list[tuple[Person, set[str]]], dice: Dice) -> None:
    if dice.chance(_SAME_PERSON):
        for member, seen in members:
            if case.true_id not in seen and _could_be_one(person, member):
                seen.add(case.true_id)
                person.true_id = member.true_id
                return
    members.append((person, {case.true_id}))


def _could_be_one(one: Person, other: Person) -> bool:
    """Nothing recorded contradicts it: the gender agrees, the nationality agrees or one of them is not known."""
    known = [set(person.nationalities) - {"XX"} for person in (one, other)]
    return one.gender == other.gender and (known[0] == known[1] or not all(known))


def settle_businesses(cases: Sequence[Case], rings: Sequence[Ring], numbers: Numbers, dice: Dice) -> list[Business]:
    """Businesses of labor cases; a ring keeps one for all of its cases. People exploited there are employed there."""
    found: list[Business] = []
    of_ring: dict[int, int] = {}
    for case in cases:
        industry = next((code for person in case.survivors for code in person.industries if code != UNKNOWN), "")
        if not industry or not (case.ring is not None or dice.chance(_BUSINESS_KNOWN)):
            continue
        index = of_ring.get(case.ring) if case.ring is not None else None
        if index is None:
            place = case.destination if state_of(case.destination) else "US-TX"
            index = len(found)
            found.append(Business(business_name(industry, dice), industry, place, numbers.phone(place)))
            if case.ring is not None:
                of_ring[case.ring] = index
        case.businesses.append(index)
        for person in case.survivors:
            if person.industries and dice.chance(0.5):
                person.employer = index
    return found
