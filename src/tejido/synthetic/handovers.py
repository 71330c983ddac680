# SPDX-License-Identifier: Apache-2.0
"""Cases known to both nodes: which, who counts them, and how the other node's record of the same case differs."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Sequence
from datetime import timedelta

from tejido.synthetic.draws import Dice
from tejido.synthetic.flavour import Flavour
from tejido.synthetic.journeys import give_mexican_place
from tejido.synthetic.model import MEXICO, NODES, TRAFFICKER, UNKNOWN, Case, Handover, Person, country_of

_TRAFFICKER_NOT_NAMED, _TOWN_FORGOTTEN = 0.2, 0.4
_DAYS_TO_ACCEPT = 12


def hand_over(cases: Sequence[Case], world: Flavour, dice: Dice) -> None:
    """Mark the handed-over cases, in both directions; the case of the largest group goes from Mexico to the US."""
    largest = max(cases, key=lambda case: max((person.best for person in case.survivors), default=0))
    largest.home = NODES[0]
    order = [largest, *(case for case in dice.shuffled(cases) if case is not largest and case.traffickers)]
    for sender, receiver in (NODES, NODES[::-1]):
        eligible = [case for case in order if case.handover is None and case.home == sender and _crosses(case, sender)]
        number = int(world.handovers[f"from_{sender}"])
        for case in eligible[:number]:
            by_sender = dice.chance(world.handovers["counted_by_sender"])
            case.handover = Handover(dice.identity(), sender, receiver, sender if by_sender else receiver)
            give_mexican_place(case, dice)
            for person in [*case.survivors, *case.traffickers]:
                person.handover_id = dice.identity()


def _crosses(case: Case, sender: str) -> bool:
    abroad = country_of(case.destination).lower() != sender
    return abroad or (sender == NODES[1] and any(place.country == MEXICO for place in case.places))


def as_known_to(case: Case, node: str, world: Flavour, dice: Dice) -> Case:
    """The case as `node` records it: the counting node has the true values, the other may have heard them otherwise."""
    handover = case.handover
    if handover is None or handover.counted_by == node:
        return case
    told = copy.copy(case)
    wait = timedelta(days=dice.between(1, _DAYS_TO_ACCEPT))
    told.opened_on = min(case.opened_on + wait, world.as_of) if node == handover.receiver else case.opened_on - wait
    told.places = [
        dataclasses.replace(place, locality="") if dice.chance(_TOWN_FORGOTTEN) else place for place in case.places
    ]
    told.survivors = [_retold(person, world, dice) for person in case.survivors]
    kept = [person for person in case.traffickers if not dice.chance(_TRAFFICKER_NOT_NAMED)]
    told.traffickers = [_retold(person, world, dice) for person in kept or case.traffickers[:1]]
    told.contactors = []  # who called the one node never called the other
    return told


def _retold(person: Person, world: Flavour, dice: Dice) -> Person:
    told = copy.copy(person)
    if not dice.chance(world.handovers["values_differ"]):
        return told
    if person.is_group:
        told.members = person.members[: max(person.low, person.best - dice.between(1, 3), 2)]
        told.best = len(told.members)
        told.low = min(told.low, told.best)
        return told
    change = dice.pick(("gender", "age", "nationality", "means"))
    if change == "gender":
        told.gender = UNKNOWN if person.gender != UNKNOWN else "female"
    elif change == "age":
        told.age = UNKNOWN if person.age != UNKNOWN else "adult"
        told.birth_year = None
    elif change == "nationality":
        told.nationalities = () if person.nationalities else (MEXICO,)
    elif person.role != TRAFFICKER:
        told.means = person.means[:1]
    return told
