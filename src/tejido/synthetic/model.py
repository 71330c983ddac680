# SPDX-License-Identifier: Apache-2.0
"""The invented world before it is written down: cases, people and places as they truly are."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from tejido.synthetic.flavour import Story
from tejido.vocabulary import code_list

NODES = ("mx", "us")
MEXICO, UNITED_STATES = "MX", "US"
HOTLINE_COUNTRIES = (MEXICO, UNITED_STATES)
UNKNOWN = "unknown"
SURVIVOR, MADE_TO_CONTROL, TRAFFICKER, CONTACTOR = (
    "survivor",
    "survivor_made_to_control_others",
    "potential_trafficker",
    "contactor",
)


@dataclass(frozen=True)
class Name:
    """A name as Mexico writes it: given name, father's surname, mother's surname; each may be empty."""

    given: str
    paternal: str
    maternal: str


@dataclass(eq=False)
class Person:
    """One person, or a group of unnamed people when `members` is filled (then only the members' answers count)."""

    role: str
    gender: str = UNKNOWN
    age: str = UNKNOWN
    nationalities: tuple[str, ...] = ()
    trafficking: str = ""
    industries: tuple[str, ...] = ()
    venues: tuple[str, ...] = ()
    means: tuple[str, ...] = ()
    recruitment: tuple[str, ...] = ()
    language: str = ""
    birth_year: int | None = None
    members: list[Person] = field(default_factory=list)
    low: int = 1
    best: int = 1
    high: int = 1
    true_id: str = ""
    handover_id: str = ""
    same_as: Person | None = None  # someone another case already knows
    employer: int | None = None  # index of a business

    @property
    def is_group(self) -> bool:
        """Whether the row stands for people without names."""
        return bool(self.members)


@dataclass(frozen=True)
class Place:
    """Where something happened. `state` is empty outside the two countries or when nobody knows."""

    kind: str
    country: str
    state: str = ""
    locality: str = ""


@dataclass(frozen=True)
class Handover:
    """A case that one node gave to the other; the values of `counted_by` are used when both count together."""

    handover_id: str
    sender: str
    receiver: str
    counted_by: str


@dataclass(eq=False)
class Case:
    """A situation. `kind` is `counted`, or says why the case is not: before, after, no_nexus, elsewhere."""

    story: Story
    kind: str
    true_id: str = ""
    home: str = ""  # the node that first heard of it
    opened_on: date = date.min
    origin: str = ""
    destination: str = ""
    survivors: list[Person] = field(default_factory=list)
    traffickers: list[Person] = field(default_factory=list)
    contactors: list[Person] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    handover: Handover | None = None
    ring: int | None = None
    businesses: list[int] = field(default_factory=list)

    @property
    def people(self) -> list[Person]:
        """Everyone in the case, in the order they are written."""
        return [*self.survivors, *self.traffickers, *self.contactors]

    @property
    def ring_id(self) -> str | None:
        """`ring-01` …, or None."""
        return None if self.ring is None else f"ring-{self.ring + 1:02d}"

    @property
    def has_nexus(self) -> bool:
        """Whether the case has to do with Mexico."""
        return self.kind != "no_nexus"


def country_of(place: str) -> str:
    """`MX` for `MX-OAX`, `HN` for `HN`."""
    return place[:2]


def state_of(place: str) -> str:
    """`MX-OAX` for `MX-OAX`, empty for `HN`."""
    return place if place in code_list("state") else ""
