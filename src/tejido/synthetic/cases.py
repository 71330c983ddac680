# SPDX-License-Identifier: Apache-2.0
"""How many people each case has: named ones, groups, potential traffickers. No answers yet."""

from __future__ import annotations

from typing import Any

from tejido.synthetic.draws import Dice, apportion
from tejido.synthetic.flavour import Flavour
from tejido.synthetic.model import SURVIVOR, TRAFFICKER, Case, Person

_NO_TRAFFICKER_KNOWN = 0.07


def plan_cases(world: Flavour, seed: int) -> list[Case]:
    """The counted cases with as many people as the figures say, in a shuffled order."""
    dice = Dice(seed, "cases")
    cases: list[Case] = []
    for kind, number in world.cases.items():
        stories = [story for story in world.stories.values() if story.type == kind]
        parts = apportion({story.name: story.share for story in stories}, number)
        mine = [Case(story, "counted") for story in stories for _ in range(parts[story.name])]
        _place_survivors(mine, world, kind, dice)
        cases += mine
    cases = dice.shuffled(cases)
    _place_traffickers(cases, world, dice)
    return cases


def _place_survivors(cases: list[Case], world: Flavour, kind: str, dice: Dice) -> None:
    groups = world.groups["victims"][kind]
    hosts = dice.shuffled(cases)
    alone: list[Case] = []
    for spec in groups:
        host = next(case for case in hosts if spec.get("story", case.story.name) == case.story.name)
        hosts.remove(host)
        host.survivors.append(_group(SURVIVOR, spec, kind))
        if spec.get("alone"):
            alone.append(host)
    total = world.figures["victims"]["type_of_trafficking"][kind] - sum(spec["best"] for spec in groups)
    named = [case for case in cases if not any(case is host for host in alone)]
    for case, number in zip(named, _spread(len(named), total, dice), strict=True):
        case.survivors[:0] = [Person(SURVIVOR, trafficking=kind) for _ in range(number)]


def _place_traffickers(cases: list[Case], world: Flavour, dice: Dice) -> None:
    groups = world.groups["traffickers"]
    total = world.figures["headline"]["traffickers"] - sum(spec["best"] for spec in groups)
    known = [case for case in cases if not dice.chance(_NO_TRAFFICKER_KNOWN)]
    for case, number in zip(known, _spread(len(known), total, dice), strict=True):
        case.traffickers += [Person(TRAFFICKER) for _ in range(number)]
    for spec, case in zip(groups, dice.shuffled(known), strict=False):
        case.traffickers.append(_group(TRAFFICKER, spec, ""))


def _group(role: str, spec: dict[str, Any], kind: str) -> Person:
    members = [Person(role, trafficking=kind) for _ in range(spec["best"])]
    return Person(role, members=members, low=spec["low"], best=spec["best"], high=spec["high"], trafficking=kind)


def _spread(cases: int, total: int, dice: Dice) -> list[int]:
    """`total` people over `cases`: at least one each, most alone, a few many."""
    sizes = [1] * cases
    pull = [dice.uniform() ** 3 + 0.02 for _ in range(cases)]
    for _ in range(total - cases):
        sizes[int(dice.weigh({str(index): weight for index, weight in enumerate(pull)}))] += 1
    return sizes
