# SPDX-License-Identifier: Apache-2.0
"""Cases that must not be counted: too early, too late, without anything Mexican, or exploited in a third country."""

from __future__ import annotations

from tejido.synthetic.answers import answer_freely
from tejido.synthetic.draws import Dice
from tejido.synthetic.flavour import Flavour, Story
from tejido.synthetic.model import MEXICO, SURVIVOR, TRAFFICKER, Case, Person, country_of

KINDS = ("before", "after", "no_nexus", "elsewhere")


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
