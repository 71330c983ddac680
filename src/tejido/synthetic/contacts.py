# SPDX-License-Identifier: Apache-2.0
"""Calls, texts, e-mails and forms: those that are counted, exactly as many as the figures say, and all the others.

A contact is counted when its topic is related to trafficking, it came within the window, and it speaks of Mexico or
belongs to a case that has to do with Mexico. A hand-over is no contact: the receiving node has none for that case.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from tejido.synthetic.draws import Dice
from tejido.synthetic.flavour import Flavour
from tejido.synthetic.model import HOTLINE_COUNTRIES, MEXICO, NODES, UNITED_STATES, Case, country_of
from tejido.vocabulary import code_list

_CHANNELS = {
    "mx": {"phone": 76, "web_form": 10, "chat": 8, "email": 6},
    "us": {"phone": 70, "text": 14, "web_form": 10, "email": 6},
}
_SPEAKERS = {
    "trafficking_situation": {
        "person_concerned": 50,
        "relative": 20,
        "friend": 12,
        "service_provider": 12,
        "unknown": 6,
    },
    "trafficking_tip": {
        "neighbour": 25,
        "coworker": 20,
        "relative": 15,
        "other_person": 20,
        "authority": 8,
        "unknown": 12,
    },
}
_OUTCOMES = {
    "trafficking_tip": {"reported_to_authority": 55, "information_given": 30, "no_action_possible": 15},
    "trafficking_information": {"information_given": 100},
    "labor_exploitation": {"referral_given": 70, "not_trafficking": 30},
    "other_crisis": {"other_crisis_referred": 100},
    "information": {"information_given": 100},
    "unrelated": {"not_trafficking": 80, "no_action_possible": 20},
    "hang_up": {"hang_up": 100},
}
_NOISE = {
    "information": 30,
    "unrelated": 20,
    "hang_up": 22,
    "trafficking_information": 12,
    "labor_exploitation": 8,
    "other_crisis": 8,
}
_COUNTRY_NAMED = 0.7


@dataclass(frozen=True)
class Contact:
    """One contact at one node. `case` is None for a contact that opened no case."""

    node: str
    received_on: date
    topic: str
    outcome: str
    channel: str
    speaker: str
    language: str
    countries: tuple[str, ...]
    case: Case | None
    counted: bool


class Line:
    """The two hotlines' telephones: makes contacts and knows which are counted."""

    def __init__(self, world: Flavour, dice: Dice) -> None:
        self._world, self._dice = world, dice
        self._related = set(code_list("contact_topic").where(related_to_trafficking=True))
        self.contacts: list[Contact] = []

    @property
    def counted(self) -> int:
        """How many contacts so far are counted."""
        return sum(contact.counted for contact in self.contacts)

    def answer(
        self, node: str, day: date, topic: str, countries: Sequence[str], case: Case | None = None, outcome: str = ""
    ) -> None:
        """Take one contact."""
        dice = self._dice
        mexican = MEXICO in countries or (case is not None and case.has_nexus)
        counted = topic in self._related and self._world.in_window(day) and mexican
        language = case.survivors[0].language if case is not None and dice.chance(0.7) else ""
        self.contacts.append(
            Contact(
                node,
                day,
                topic,
                outcome or dice.weigh(_OUTCOMES[topic]),
                dice.weigh(_CHANNELS[node]),
                "unknown"
                if topic == "hang_up"
                else dice.weigh(_SPEAKERS.get(topic, {"other_person": 60, "unknown": 40})),
                language or dice.weigh({"es": 96, "en": 4} if node == "mx" else {"en": 50, "es": 46, "und": 4}),
                tuple(countries),
                case,
                counted,
            )
        )


def call(cases: Sequence[tuple[Case, date]], world: Flavour, dice: Dice) -> list[Contact]:
    """All contacts of both nodes. `cases` come with the day their first node opened them.

    Raises ArithmeticError where more contacts were drawn than the figures allow.
    """
    line = Line(world, dice)
    for case, day in cases:
        topic = "trafficking_situation" if dice.chance(0.6) else "trafficking_tip"
        line.answer(case.home, day, topic, _countries(case, dice), case, "case_opened")
    for _ in range(world.noise["follow_ups"] * 2):
        case, day = dice.pick(cases)
        later = day + timedelta(days=dice.between(1, 60))
        if later <= world.as_of:
            topic = dice.weigh({"trafficking_situation": 70, "information": 20, "hang_up": 10})
            outcome = "hang_up" if topic == "hang_up" else "case_updated"
            line.answer(case.home, later, topic, _countries(case, dice), case, outcome)
    _noise(line, world, dice)
    left = world.figures["headline"]["contacts"] - line.counted
    if left < 2:
        raise ArithmeticError("more contacts than the figures allow")
    for index in range(left):
        day = {0: world.start, 1: world.end}.get(index) or _any_day(world.start, world.end, dice)
        others = (MEXICO, UNITED_STATES) if dice.chance(0.6) else (MEXICO,)
        line.answer(_node(dice), day, "trafficking_tip", others)
    return line.contacts


def _noise(line: Line, world: Flavour, dice: Dice) -> None:
    for _ in range(world.noise["contacts"]):
        topic = dice.weigh(_NOISE)
        countries = (dice.pick(HOTLINE_COUNTRIES),) if topic != "hang_up" and dice.chance(0.4) else ()
        line.answer(_node(dice), _any_day(world.first_day, world.as_of, dice), topic, countries)
    for day in (world.start - timedelta(days=1), world.end + timedelta(days=1)):
        for node in NODES:
            line.answer(node, day, "trafficking_tip", (MEXICO,))
    for _ in range(world.noise["contacts"] // 8):
        line.answer(NODES[1], _any_day(world.start, world.end, dice), "trafficking_tip", (UNITED_STATES,))


def _node(dice: Dice) -> str:
    return NODES[0] if dice.chance(0.35) else NODES[1]


def _any_day(first: date, last: date, dice: Dice) -> date:
    return first + timedelta(days=dice.below((last - first).days + 1))


def _countries(case: Case, dice: Dice) -> tuple[str, ...]:
    if not dice.chance(_COUNTRY_NAMED):
        return ()
    found = {country_of(case.destination), *((MEXICO,) if case.has_nexus and dice.chance(0.8) else ())}
    return tuple(sorted(found))
