# SPDX-License-Identifier: Apache-2.0
"""The answers no printed figure counts: birth year, language, means of control, recruitment, who reached out."""

from __future__ import annotations

from tejido.synthetic.draws import Dice
from tejido.synthetic.flavour import Flavour
from tejido.synthetic.model import CONTACTOR, SURVIVOR, TRAFFICKER, UNKNOWN, Case, Person

_BIRTH_YEAR_KNOWN = {SURVIVOR: 0.5, TRAFFICKER: 0.1}
_CONTACTOR_KNOWN = 0.3


def complete(case: Case, world: Flavour, dice: Dice) -> None:
    """Fill in, for everyone in the case, what makes a record plausible."""
    recruitment = dice.weigh(case.story.recruitment)
    for person in [*case.survivors, *case.traffickers]:
        if person.role != TRAFFICKER:
            person.means = tuple(code for code, chance in case.story.means.items() if dice.chance(chance))
            person.recruitment = (recruitment,) if dice.chance(0.85) else ()
        person.language = _language(person, case, world, dice)
        if not person.is_group:
            person.birth_year = _birth_year(person, case, dice)
            person.nationalities = person.nationalities or (("XX",) if dice.chance(0.5) else ())
    if dice.chance(_CONTACTOR_KNOWN):
        helper = Person(CONTACTOR, gender=dice.weigh({"female": 60, "male": 35, UNKNOWN: 5}), age="adult")
        helper.language = _language(case.survivors[0], case, world, dice)
        case.contactors.append(helper)


def _language(person: Person, case: Case, world: Flavour, dice: Dice) -> str:
    human = person.members[0] if person.members else person
    country = human.nationalities[0] if human.nationalities else ""
    if country:
        return dice.weigh(world.speech.get(country, {"es": 1.0}))
    return dice.weigh({"es": 50, "en": 10, "und": 40})


def _birth_year(person: Person, case: Case, dice: Dice) -> int | None:
    if person.age == UNKNOWN or not dice.chance(_BIRTH_YEAR_KNOWN.get(person.role, 0.3)):
        return None
    # A full year away from 18 on either side, so that age and birth year never contradict each other.
    years = 9 + int(dice.uniform() ** 0.5 * 8) if person.age == "minor" else 19 + int(dice.uniform() ** 1.6 * 40)
    return case.opened_on.year - years
