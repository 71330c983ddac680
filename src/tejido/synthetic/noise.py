# SPDX-License-Identifier: Apache-2.0
"""Cases that must not be counted: too early, too late, without anything Mexican, or exploited in a third country."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from tejido.synthetic.answers import answer_freely
from tejido.synthetic.draws import Dice
from tejido.synthetic.flavour import Flavour, Story
from tejido.synthetic.journeys import give_mexican_place
from tejido.synthetic.model import MEXICO, SURVIVOR, TRAFFICKER, Case, Person, country_of

KINDS = ("before", "after", "no_nexus", "elsewhere")
_AGAIN = 0.6


def plan_noise(world: Flavour, seed: int) -> list[Case]:
    """The uncounted cases of every kind, their people answered by plain chance."""
    dice = Dice(seed, "noise")
    found = []
    for kind in KINDS:
        for _ in range(world.noise[kind]):
            case = Case(_story(kind, world, dice), kind)
            case.survivors = [_person(SURVIVOR, dice) for _ in range(1 + int(dice.uniform() ** 4 * 4))]
            case.traffickers = [Person(TRAFFICKER) for _ in range(int(dice.uniform() ** 2 * 4))]
            answer_freely(case, dice)
            found.append(case)
    return found


def call_again(cases: Sequence[Case], dice: Dice) -> None:
    """Some survivors of counted cases also stand in a case before or after the window: once in the figures, twice here.

    Their records of the two cases agree in what is known of them; the names are written anew each time.
    """
    counted = dice.shuffled([case for case in cases if case.kind == "counted"])
    for case in cases:
        if case.kind in ("before", "after") and not case.survivors[0].is_group and dice.chance(_AGAIN):
            found = next((other for other in counted if other.story is case.story and _lone(other)), None)
            if found is not None:
                counted.remove(found)
                case.survivors[0] = _later_or_earlier(found.survivors[0], case)
                give_mexican_place(case, dice)


def _later_or_earlier(person: Person, case: Case) -> Person:
    """The same person in another year; the birth year is left out where it would contradict the recorded age."""
    year = person.birth_year
    fits = year is not None and (case.opened_on.year - year < 18) == (person.age == "minor")
    return dataclasses.replace(person, same_as=person, birth_year=year if fits else None)


def _lone(case: Case) -> bool:
    return not case.survivors[0].is_group and case.survivors[0].role == SURVIVOR


def _story(kind: str, world: Flavour, dice: Dice) -> Story:
    stories = [
        story
        for story in world.stories.values()
        if kind != "no_nexus" or any(country_of(place) != MEXICO for place in story.exploitation)
    ]
    name = dice.weigh({story.name: story.share for story in stories})
    return world.stories[name]


def _person(role: str, dice: Dice) -> Person:
    if not dice.chance(0.08):
        return Person(role)
    size = dice.between(3, 12)
    return Person(role, members=[Person(role) for _ in range(size)], low=size - 1, best=size, high=size + dice.below(6))
