# SPDX-License-Identifier: Apache-2.0
"""Many cases at once: arrays of what is true in one chunk of a large world. No row is touched one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tejido.synthetic.draws import Floats, Integers, generator
from tejido.synthetic.flavour import Flavour, Story
from tejido.synthetic.journeys import ELSEWHERE
from tejido.synthetic.model import HOTLINE_COUNTRIES, MEXICO, UNKNOWN, country_of, state_of

Flags = NDArray[np.bool_]

CHUNK = 100_000  # cases; fixed, because it is part of what a seed means
NO_STATE = -1
_ELSEWHERE, _HANDED_OVER, _GROUP = 0.02, 0.04, 0.03
_SURVIVORS_TAIL, _TRAFFICKERS_TAIL = 0.13, 0.22  # chance of each further person
_LARGEST_GROUP, _GROUP_SHAPE = 300, 1.3  # Pareto: many small groups, a few of hundreds
_USUAL, _SECOND_NATIONALITY, _NATIONALITY_UNKNOWN = 0.75, 0.02, 0.18
_INDUSTRY_UNKNOWN, _VENUE_UNKNOWN = 0.07, 0.3
_RECRUITMENT_KNOWN, _SECOND_STATE, _STATE_UNKNOWN = 0.62, 0.1, 0.08
_MADE_TO_CONTROL = 0.02
_LONGEST_WAIT = 12


@dataclass(frozen=True)
class Answers:
    """One attribute: its codes, and per story the cumulative chance of each (stories × codes)."""

    codes: list[str]
    reach: Floats

    def draw(self, stories: Integers, chance: Floats) -> Integers:
        """One code per row, as an index; rows whose story has no weights get the last code."""
        found = (self.reach[stories] <= chance[:, None]).sum(axis=1)
        return np.minimum(found, len(self.codes) - 1).astype(np.int64)

    def index(self, code: str) -> int:
        """The index of `code`."""
        return self.codes.index(code)


@dataclass(frozen=True)
class Setting:
    """A flavour's stories as tables."""

    world: Flavour
    stories: list[Story]
    shares: Floats
    types: list[str]
    type_of: Integers
    places: list[str]
    tables: dict[str, Answers]
    means: list[str]
    means_chance: Floats

    @property
    def states(self) -> list[str]:
        """Codes of the states, by the index places use."""
        return [state_of(place) for place in self.places]

    @property
    def countries(self) -> list[str]:
        """Codes of the countries, by the index places use."""
        return [country_of(place) for place in self.places]

    def where(self, codes: Sequence[str]) -> Flags:
        """Which places lie in one of the countries `codes`."""
        return np.array([country in codes for country in self.countries])


def setting(world: Flavour) -> Setting:
    """The tables of a flavour; stories weigh as the number of cases of their type says."""
    stories = list(world.stories.values())
    places = sorted({place for one in stories for place in (*one.exploitation, *one.origin)} | set(ELSEWHERE))
    means = sorted({code for one in stories for code in one.means})
    of_type = {kind: sum(one.share for one in stories if one.type == kind) for kind in world.cases}
    types = list(world.cases)
    tables = {
        "exploitation": _answers(stories, "exploitation", places),
        "origin": _answers(stories, "origin", places),
        "nationality": _answers(stories, "nationality", _nationalities(stories)),
        "trafficker_nationality": _answers(stories, "trafficker_nationality", _nationalities(stories)),
    }
    for name in ("gender", "age", "labor_industry", "sex_trafficking_type", "recruitment", "trafficker_gender"):
        codes = sorted({code for one in stories for code in getattr(one, name)} | {UNKNOWN})
        tables[name] = _answers(stories, name, codes)
    return Setting(
        world,
        stories,
        np.cumsum([one.share / of_type[one.type] * world.cases[one.type] for one in stories], dtype=np.float64),
        types,
        np.array([types.index(one.type) for one in stories], dtype=np.int64),
        places,
        tables,
        means,
        np.array([[one.means.get(code, 0.0) for code in means] for one in stories], dtype=np.float64),
    )


def _nationalities(stories: Sequence[Story]) -> list[str]:
    codes = {code for one in stories for code in (*one.nationality, *one.trafficker_nationality)}
    return [*sorted(codes), "XX"]


def _answers(stories: Sequence[Story], name: str, codes: list[str]) -> Answers:
    weights = np.array([[getattr(one, name).get(code, 0.0) for code in codes] for one in stories], dtype=np.float64)
    whole = weights.sum(axis=1, keepdims=True)
    return Answers(codes, np.cumsum(weights / np.where(whole > 0, whole, 1.0), axis=1))


@dataclass
class Chunk:
    """What is true of cases `first` … `first` + n - 1, by case and by person (`of` is a person's case, from 0)."""

    first: int
    story: Integers
    day: Integers  # days since the epoch at the counting node
    told_day: Integers  # the same at the other node
    mexican_home: Flags
    handover: Flags
    mexican_count: Flags  # Mexico's node counts it
    destination: Integers
    second: Integers  # another place of exploitation, or NO_STATE
    recruitment: Integers  # place, or NO_STATE
    state_known: Flags
    ring: Integers
    of: Integers
    trafficker: Flags
    made_to_control: Flags
    best: Integers  # 1, or the size of a group
    group: Flags
    gender: Integers
    told_gender: Integers
    age: Integers
    nationality: Integers
    second_nationality: Flags
    nationality_known: Flags
    industry: Integers
    venue: Integers
    means: Flags
    recruited: Integers

    @property
    def cases(self) -> int:
        """Number of cases."""
        return len(self.story)


def draw_chunk(place: Setting, seed: int, number: int, cases: int, total: int) -> Chunk:
    """Chunk `number` of a world of `total` cases, `cases` of them here."""
    chance = generator(seed, f"chunk {number}")
    story = np.searchsorted(place.shares, chance.random(cases) * place.shares[-1], side="right").astype(np.int64)
    story = np.minimum(story, len(place.stories) - 1)
    where = _where(place, story, chance)
    people = _people(place, story, chance)
    _tie_to_mexico(place, where, people, chance)
    days = _days(place.world, cases, chance)
    handover = chance.random(cases) < _HANDED_OVER
    home = where["home"].astype(bool)
    by_sender = chance.random(cases) < place.world.handovers["counted_by_sender"]
    counts = np.where(handover & ~by_sender, ~home, home)
    wait = 1 + (chance.random(cases) * _LONGEST_WAIT).astype(np.int64)
    last = _number(place.world.as_of)
    # The sender hears of a case first, the receiver when it accepts.
    told = np.where(counts == home, np.minimum(days + wait, last), days - wait)
    ring = (chance.random(cases) ** 3 * max(total // 150, 1)).astype(np.int64)
    return Chunk(
        first=number * CHUNK,
        story=story,
        day=days,
        told_day=told,
        mexican_home=home,
        handover=handover,
        mexican_count=counts,
        destination=where["destination"],
        second=where["second"],
        recruitment=where["recruitment"],
        state_known=chance.random(cases) >= _STATE_UNKNOWN,
        ring=ring,
        **people,
    )


def _where(place: Setting, story: Integers, chance: np.random.Generator) -> dict[str, Integers]:
    cases = len(story)
    destination = place.tables["exploitation"].draw(story, chance.random(cases))
    abroad = np.array([place.places.index(code) for code in ELSEWHERE], dtype=np.int64)
    away = chance.random(cases) < _ELSEWHERE
    destination = np.where(away, abroad[(chance.random(cases) * len(abroad)).astype(np.int64)], destination)
    second = place.tables["exploitation"].draw(story, chance.random(cases))
    second = np.where((chance.random(cases) < _SECOND_STATE) & ~away & (second != destination), second, NO_STATE)
    origin = place.tables["origin"].draw(story, chance.random(cases))
    recruitment = np.where(chance.random(cases) < _RECRUITMENT_KNOWN, origin, NO_STATE)
    heard = np.where(place.where([MEXICO])[destination], 0.9, 0.16)
    home = (chance.random(cases) < heard).astype(np.int64)
    return {"destination": destination, "second": second, "recruitment": recruitment, "home": home}


def _people(place: Setting, story: Integers, chance: np.random.Generator) -> dict[str, NDArray[Any]]:
    cases = len(story)
    survivors = _tail(chance.random(cases), _SURVIVORS_TAIL) + 1
    groups = (chance.random(cases) < _GROUP).astype(np.int64)
    traffickers = _tail(chance.random(cases), _TRAFFICKERS_TAIL) + (chance.random(cases) < 0.6)
    every = np.arange(cases, dtype=np.int64)
    of = np.concatenate([np.repeat(every, survivors), np.repeat(every, groups), np.repeat(every, traffickers)])
    kind = np.repeat([0, 1, 2], [int(survivors.sum()), int(groups.sum()), int(traffickers.sum())])
    order = np.argsort(of, kind="stable")
    of, kind = of[order], kind[order]
    size = len(of)
    sizes = np.minimum(3 + 2 / (1 - chance.random(size)) ** (1 / _GROUP_SHAPE), _LARGEST_GROUP).astype(np.int64)
    trafficker, group = kind == 2, kind == 1
    mine = story[of]
    usual = place.tables["nationality"].draw(story, chance.random(cases))[of]
    own = place.tables["nationality"].draw(mine, chance.random(size))
    own = np.where(chance.random(size) < _USUAL, usual, own)
    theirs = place.tables["trafficker_nationality"].draw(mine, chance.random(size))
    age, gender = _ages_and_genders(place, mine, trafficker, chance)
    forgotten = chance.random(size) < 0.3
    sex = place.type_of[mine] != place.types.index("labor")
    return {
        "of": of,
        "trafficker": trafficker,
        "made_to_control": ~trafficker & ~group & sex & (chance.random(size) < _MADE_TO_CONTROL),
        "best": np.where(group, sizes, 1),
        "group": group,
        "gender": gender,
        "told_gender": np.where(forgotten, place.tables["gender"].index(UNKNOWN), gender),
        "age": age,
        "nationality": np.where(trafficker, theirs, own),
        "second_nationality": chance.random(size) < _SECOND_NATIONALITY,
        "nationality_known": chance.random(size) >= np.where(trafficker, 0.5, _NATIONALITY_UNKNOWN),
        "industry": _or_unknown(place, "labor_industry", mine, _INDUSTRY_UNKNOWN, chance),
        "venue": _or_unknown(place, "sex_trafficking_type", mine, _VENUE_UNKNOWN, chance),
        "means": chance.random((size, len(place.means))) < place.means_chance[mine],
        "recruited": place.tables["recruitment"].draw(mine, chance.random(size)),
    }


def _ages_and_genders(
    place: Setting, mine: Integers, trafficker: Flags, chance: np.random.Generator
) -> tuple[Integers, Integers]:
    size = len(mine)
    ages, genders = place.tables["age"], place.tables["gender"]
    age = ages.draw(mine, chance.random(size))
    grown = np.where(chance.random(size) < 0.9, ages.index("adult"), ages.index(UNKNOWN))
    same = np.array([genders.index(code) for code in place.tables["trafficker_gender"].codes], dtype=np.int64)
    theirs = same[place.tables["trafficker_gender"].draw(mine, chance.random(size))]
    return np.where(trafficker, grown, age), np.where(trafficker, theirs, genders.draw(mine, chance.random(size)))


def _or_unknown(place: Setting, name: str, mine: Integers, unknown: float, chance: np.random.Generator) -> Integers:
    table = place.tables[name]
    found = table.draw(mine, chance.random(len(mine)))
    return np.where(chance.random(len(mine)) < unknown, table.index(UNKNOWN), found)


def _tie_to_mexico(
    place: Setting, where: dict[str, Integers], people: dict[str, NDArray[Any]], chance: np.random.Generator
) -> None:
    """Where only a group or a survivor made to control others might be Mexican, a place in Mexico settles the nexus."""
    unsure = np.zeros(len(where["home"]), dtype=bool)
    unsure[people["of"][people["group"] | people["made_to_control"]]] = True
    mexican = np.array([index for index, country in enumerate(place.countries) if country == MEXICO], dtype=np.int64)
    filled = mexican[(chance.random(len(unsure)) * len(mexican)).astype(np.int64)]
    where["recruitment"] = np.where(unsure, filled, where["recruitment"])


def _tail(chance: Floats, further: float) -> Integers:
    """How many times `further` comes true in a row, at most 40."""
    runs = np.log(np.maximum(chance, 1e-300)) / np.log(further)
    return np.asarray(np.minimum(runs, 40), dtype=np.int64)


def _days(world: Flavour, cases: int, chance: np.random.Generator) -> Integers:
    first, last = _number(world.first_day), _number(world.as_of)
    return first + (chance.random(cases) ** 0.8 * (last - first + 1)).astype(np.int64)


def _number(day: date) -> int:
    return day.toordinal() - date(1970, 1, 1).toordinal()


def hotline_places(place: Setting) -> Flags:
    """Which places lie in one of the two countries."""
    return place.where(HOTLINE_COUNTRIES)
