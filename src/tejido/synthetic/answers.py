# SPDX-License-Identifier: Apache-2.0
"""What is known of each person: exact totals for the counted cases, plain chance for the others.

The same weights serve both. A case has a usual nationality, industry and venue, so that people of one case resemble
each other; the totals then pull the answers to the figures (`fill_exactly`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from tejido.synthetic.draws import Dice, Floats, fill_exactly
from tejido.synthetic.flavour import Flavour, Weights
from tejido.synthetic.model import MADE_TO_CONTROL, MEXICO, SURVIVOR, UNKNOWN, Case, Person

Slot = tuple[Case, Person]

_ANYTHING = 0.01  # an answer that a story does not name is rare, not impossible
_CASE_PULL = 8.0  # how much likelier a case's usual answer is
_LEFT_UNKNOWN = {"nationality": 0.18, "labor_industry": 0.06, "sex_trafficking_type": 0.3}


def slots(cases: Sequence[Case], people: Callable[[Case], list[Person]]) -> list[Slot]:
    """Everyone who is counted one by one: named people, and each member of a group."""
    return [
        (case, human)
        for case in cases
        for person in people(case)
        for human in (person.members if person.members else [person])
    ]


def answer_victims(cases: Sequence[Case], world: Flavour, seed: int) -> None:
    """Give every survivor of the counted cases gender, age, nationalities, industries and venues: totals exact."""
    dice = Dice(seed, "victims")
    figures, answers = world.figures["victims"], world.answers["victims"]
    everyone = slots(cases, lambda case: case.survivors)
    for slot, code in _exactly(everyone, figures["gender"], lambda slot: slot[0].story.gender, dice):
        slot[1].gender = code
    for slot, code in _exactly(everyone, figures["age_at_contact"], lambda slot: slot[0].story.age, dice):
        slot[1].age = code
    usual = _usual(cases, "nationality", dice)
    for slot, codes in _several(everyone, answers["nationality"], "nationality", usual, dice):
        slot[1].nationalities = codes
    labor = [slot for slot in everyone if slot[1].trafficking in ("labor", "sex_and_labor")]
    usual = _usual(cases, "labor_industry", dice)
    for slot, codes in _several(labor, answers["labor_industry"], "labor_industry", usual, dice):
        slot[1].industries = codes or (UNKNOWN,)
    sex = [slot for slot in everyone if slot[1].trafficking in ("sex", "sex_and_labor")]
    usual = _usual(cases, "sex_trafficking_type", dice)
    for slot, codes in _several(sex, answers["sex_trafficking_type"], "sex_trafficking_type", usual, dice):
        slot[1].venues = codes or (UNKNOWN,)
    _made_to_control(cases, world, dice)


def answer_traffickers(cases: Sequence[Case], world: Flavour, seed: int) -> None:
    """Give every potential trafficker of the counted cases gender, age and nationalities: totals exact.

    Those under 18 are members of unnamed groups only: they exist as counts, never as a row about one of them.
    """
    dice = Dice(seed, "traffickers")
    figures, answers = world.figures["traffickers"], world.answers["traffickers"]
    everyone = slots(cases, lambda case: case.traffickers)
    in_group = {id(member) for case in cases for person in case.traffickers for member in person.members}
    for slot, code in _exactly(everyone, figures["gender"], lambda slot: slot[0].story.trafficker_gender, dice):
        slot[1].gender = code

    def age(slot: Slot) -> Weights:
        return {"adult": 0.5, "minor": 0.5, UNKNOWN: 0.1} if id(slot[1]) in in_group else {"adult": 0.9, UNKNOWN: 0.1}

    for slot, code in _exactly(everyone, figures["age_at_contact"], age, dice, forbid=True):
        slot[1].age = code
    usual = _usual(cases, "trafficker_nationality", dice)
    for slot, codes in _several(everyone, answers["nationality"], "trafficker_nationality", usual, dice):
        slot[1].nationalities = codes


def answer_freely(case: Case, dice: Dice) -> None:
    """Answers by plain chance for a case that is not counted. Without the nexus nobody exploited in it is Mexican."""
    story = case.story
    nationality = {code: weight for code, weight in story.nationality.items() if case.has_nexus or code != MEXICO}
    for _, person in slots([case], lambda case: case.survivors):
        person.gender, person.age = dice.weigh(story.gender), dice.weigh(story.age)
        person.nationalities = (dice.weigh(nationality),) if nationality and dice.chance(0.8) else ()
        person.trafficking = story.type
        person.industries = _one_of(story.labor_industry, dice)
        person.venues = _one_of(story.sex_trafficking_type, dice)
    for person in case.traffickers:
        person.gender = dice.weigh(story.trafficker_gender)
        person.age = "adult" if dice.chance(0.9) else UNKNOWN
        person.nationalities = (dice.weigh(story.trafficker_nationality),) if dice.chance(0.5) else ()


def _one_of(weights: Weights, dice: Dice) -> tuple[str, ...]:
    if not weights:
        return ()
    return (dice.weigh(weights) if dice.chance(0.85) else UNKNOWN,)


def _exactly(
    people: Sequence[Slot],
    totals: Mapping[str, int],
    weights: Callable[[Slot], Weights],
    dice: Dice,
    *,
    forbid: bool = False,
) -> list[tuple[Slot, str]]:
    codes = list(totals)
    least = 0.0 if forbid else _ANYTHING
    table = np.array(
        [[max(weights(slot).get(code, 0.0), least) for code in codes] for slot in people], dtype=np.float64
    )
    table /= table.sum(axis=1, keepdims=True)
    chosen = fill_exactly(table, [totals[code] for code in codes], dice)
    return [(slot, codes[int(column)]) for slot, column in zip(people, chosen, strict=True)]


def _usual(cases: Sequence[Case], attribute: str, dice: Dice) -> dict[int, str]:
    found = {}
    for case in cases:
        weights: Weights = getattr(case.story, attribute)
        if weights:
            found[id(case)] = dice.weigh(weights)
    return found


def _several(
    people: Sequence[Slot], totals: Mapping[str, int], attribute: str, usual: Mapping[int, str], dice: Dice
) -> list[tuple[Slot, tuple[str, ...]]]:
    sets = [tuple(key.split("+")) for key in totals]
    unknown = len(people) - sum(totals.values())
    rows: list[Floats] = []
    for case, _ in people:
        weights: Weights = getattr(case.story, attribute)
        whole = sum(weights.values()) or 1.0
        pulled = {
            code: weight / whole * (_CASE_PULL if usual.get(id(case)) == code else 1.0)
            for code, weight in weights.items()
        }
        fits = [
            float(np.prod([pulled.get(code, _ANYTHING / 10) for code in codes]) ** (1 / len(codes))) for codes in sets
        ]
        rows.append(np.array([*fits, _LEFT_UNKNOWN.get(attribute, 0.5)]))
    chosen = fill_exactly(np.array(rows), [*totals.values(), unknown], dice)
    options: list[tuple[str, ...]] = [*sets, ()]
    return [(slot, options[int(column)]) for slot, column in zip(people, chosen, strict=True)]


def _made_to_control(cases: Sequence[Case], world: Flavour, dice: Dice) -> None:
    candidates = [
        person
        for case in cases
        if len(case.survivors) > 1
        for person in case.survivors
        if not person.is_group and person.trafficking != "labor" and person.age == "adult" and person.gender == "female"
    ]
    for person in dice.shuffled(candidates)[: world.made_to_control_others]:
        person.role = MADE_TO_CONTROL
    if all(person.role == SURVIVOR for person in candidates):
        raise ArithmeticError("no case left room for a survivor made to control others")
