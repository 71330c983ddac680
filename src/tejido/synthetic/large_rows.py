# SPDX-License-Identifier: Apache-2.0
"""One chunk of a large world as one node writes it down: Arrow tables, ready for the record writer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from tejido.synthetic.chunks import NO_STATE, Chunk, Flags, Setting
from tejido.synthetic.columns import codes, days, early, ids, lists, one_hot
from tejido.synthetic.draws import Floats, Integers, generator
from tejido.synthetic.flavour import read_data
from tejido.synthetic.model import MADE_TO_CONTROL, SURVIVOR, TRAFFICKER, UNITED_STATES, UNKNOWN

_NAMES, _REACH = read_data("names"), read_data("reach")
_NAME_KNOWN, _PHONE_KNOWN, _RING_PHONE, _BIRTH_YEAR_KNOWN = 0.5, 0.4, 0.25, 0.4
_STATUS, _INDICATIONS = ["closed", "follow_up", "open", "closed_referred"], ["high", "moderate", "insufficient"]
PERSON_STRIDE = 100  # more people than a case can have: ids of different cases never meet


@dataclass(frozen=True)
class Groups:
    """Unnamed groups by answer: `persons` are indexes into the chunk, `counts` attribute → (codes, groups × codes)."""

    persons: Integers
    counts: dict[str, tuple[list[str], Integers]]


@dataclass(frozen=True)
class Heard:
    """Which cases and people of a chunk a node knows, and whether it has the values that count."""

    node: str
    cases: Integers
    persons: Integers
    counting: Flags  # by case of the chunk

    @property
    def mexican(self) -> bool:
        """Whether this is Mexico's node."""
        return self.node == "mx"


def hear(chunk: Chunk, node: str) -> Heard:
    """What `node` knows of a chunk."""
    mexican = node == "mx"
    known = (chunk.mexican_home == mexican) | chunk.handover
    return Heard(node, np.flatnonzero(known), np.flatnonzero(known[chunk.of]), chunk.mexican_count == mexican)


def node_tables(
    chunk: Chunk, place: Setting, groups: Groups, heard: Heard, seed: int
) -> Iterator[tuple[str, pa.Table]]:
    """(table name, rows) for every table but contacts."""
    chance = generator(seed, f"rows {heard.node} {chunk.first}")
    yield "cases", _cases(chunk, heard, chance)
    yield "persons", _persons(chunk, place, heard, chance)
    yield "group_counts", _group_counts(chunk, groups, heard)
    yield "places", _places(chunk, place, heard)
    yield "names", _names(chunk, place, heard, chance)
    yield "identifiers", _identifiers(chunk, place, heard, chance)
    yield "ties", _ties(chunk, heard)


def _shared(prefix: str, numbers: Integers, mine: Flags, mexican: Flags) -> dict[str, pa.Array]:
    handed = pa.array(mine)
    return {
        "handover_id": pa.compute.if_else(handed, ids(prefix, numbers), None),
        "counted_by": codes(["us", "mx"], mexican.astype(np.int64), mine),
    }


def _cases(chunk: Chunk, heard: Heard, chance: np.random.Generator) -> pa.Table:
    mine = heard.cases
    day = np.where(heard.counting, chunk.day, chunk.told_day)[mine]
    roll = chance.random((2, len(mine)))
    return pa.table(
        {
            "case_id": ids("c", chunk.first + mine),
            "opened_on": days(day),
            "status": codes(_STATUS, (roll[0] ** 1.3 * len(_STATUS)).astype(np.int64)),
            "indications": codes(_INDICATIONS, (roll[1] ** 1.5 * len(_INDICATIONS)).astype(np.int64)),
            **_shared("h", chunk.first + mine, chunk.handover[mine], chunk.mexican_count[mine]),
        }
    )


def person_numbers(chunk: Chunk) -> Integers:
    """A number for every person of the chunk, unique in the world."""
    start = np.searchsorted(chunk.of, np.arange(chunk.cases))
    return (chunk.first + chunk.of) * PERSON_STRIDE + np.arange(len(chunk.of)) - start[chunk.of]


def _persons(chunk: Chunk, place: Setting, heard: Heard, chance: np.random.Generator) -> pa.Table:
    mine = heard.persons
    of, group = chunk.of[mine], chunk.group[mine]
    numbers = person_numbers(chunk)[mine]
    one, victim = ~group, ~chunk.trafficker[mine]
    gender = np.where(heard.counting[of], chunk.gender[mine], chunk.told_gender[mine])
    role = np.where(chunk.trafficker[mine], 1, np.where(chunk.made_to_control[mine], 2, 0))
    best = chunk.best[mine]
    labor, sex = kinds(chunk, place)
    tables = place.tables
    return pa.table(
        {
            "person_id": ids("p", numbers),
            "case_id": ids("c", chunk.first + of),
            "role": codes([SURVIVOR, TRAFFICKER, MADE_TO_CONTROL], role),
            "unnamed_group": pa.array(group),
            "count_low": pa.array(np.where(group, best * 4 // 5, 1).astype(np.int32)),
            "count_best": pa.array(best.astype(np.int32)),
            "count_high": pa.array(np.where(group, best * 6 // 5, 1).astype(np.int32)),
            "gender": codes(tables["gender"].codes, gender, one),
            "age_at_contact": codes(tables["age"].codes, chunk.age[mine], one),
            "birth_year": _birth_years(chunk, place, mine, chance),
            "nationalities": lists(tables["nationality"].codes, nationalities(chunk, place)[mine]),
            "type_of_trafficking": codes(place.types, place.type_of[chunk.story[of]], one & victim),
            "labor_industries": _one_code(place, "labor_industry", chunk.industry[mine], one & labor[mine]),
            "sex_trafficking_types": _one_code(place, "sex_trafficking_type", chunk.venue[mine], one & sex[mine]),
            "means_of_control": lists(place.means, chunk.means[mine] & victim[:, None]),
            "recruitment": _one_code(place, "recruitment", chunk.recruited[mine], victim),
            **_shared("hp", numbers, chunk.handover[of], chunk.mexican_count[of]),
        }
    )


def kinds(chunk: Chunk, place: Setting) -> tuple[Flags, Flags]:
    """By person: exploited for labor, for sex (both may be true)."""
    kind = place.type_of[chunk.story[chunk.of]]
    both = kind == place.types.index("sex_and_labor")
    labor, sex = kind == place.types.index("labor"), kind == place.types.index("sex")
    return ~chunk.trafficker & (labor | both), ~chunk.trafficker & (sex | both)


def nationalities(chunk: Chunk, place: Setting) -> Flags:
    """Named persons × codes: one nationality, two for some, XX for half of the unknown."""
    labels = place.tables["nationality"].codes
    found = one_hot(len(labels), chunk.nationality, chunk.nationality_known & ~chunk.group)
    second = chunk.second_nationality & chunk.nationality_known & ~chunk.group
    found[second, labels.index(UNITED_STATES)] = True
    unknown = ~chunk.nationality_known & ~chunk.group & (np.arange(len(chunk.of)) % 2 == 0)
    found[unknown, labels.index("XX")] = True
    return found


def _one_code(place: Setting, name: str, chosen: Integers, known: Flags) -> pa.Array:
    labels = place.tables[name].codes
    return lists(labels, one_hot(len(labels), chosen, known))


def _birth_years(chunk: Chunk, place: Setting, mine: Integers, chance: np.random.Generator) -> pa.Array:
    ages = place.tables["age"]
    young = chunk.age[mine] == ages.index("minor")
    years = np.where(young, 9 + chance.random(len(mine)) ** 0.5 * 8, 19 + chance.random(len(mine)) ** 1.6 * 40)
    opened = (chunk.day[chunk.of[mine]] / 365.2425 + 1970).astype(np.int64)
    known = (chance.random(len(mine)) < _BIRTH_YEAR_KNOWN) & ~chunk.group[mine]
    known &= chunk.age[mine] != ages.index(UNKNOWN)
    return pa.array((opened - years.astype(np.int64)).astype(np.int32), mask=~known)


def _group_counts(chunk: Chunk, groups: Groups, heard: Heard) -> pa.Table:
    known = np.isin(groups.persons, heard.persons)
    numbers = person_numbers(chunk)[groups.persons]
    parts = []
    for attribute, (labels, counts) in groups.counts.items():
        rows, columns = np.nonzero(counts * known[:, None])
        parts.append(
            pa.table(
                {
                    "person_id": ids("p", numbers[rows]),
                    "attribute": pa.array([attribute]).take(pa.array(np.zeros(len(rows), dtype=np.int64))),
                    "code": codes(labels, columns),
                    "count": pa.array(counts[rows, columns].astype(np.int32)),
                }
            )
        )
    return pa.concat_tables(parts)


def _places(chunk: Chunk, place: Setting, heard: Heard) -> pa.Table:
    mine = heard.cases
    asked = [
        ("exploitation", chunk.destination, chunk.state_known),
        ("exploitation", chunk.second, np.ones(chunk.cases, dtype=bool)),
        ("recruitment", chunk.recruitment, np.ones(chunk.cases, dtype=bool)),
    ]
    parts = []
    for slot, (kind, where, state_known) in enumerate(asked):
        rows = mine[where[mine] != NO_STATE]
        parts.append(
            pa.table(
                {
                    "place_id": ids("l", (chunk.first + rows) * len(asked) + slot),
                    "case_id": ids("c", chunk.first + rows),
                    "kind": pa.array([kind]).take(pa.array(np.zeros(len(rows), dtype=np.int64))),
                    "country": codes(place.countries, where[rows]),
                    "state": codes(place.states, where[rows], state_known[rows]),
                }
            )
        )
    return pa.concat_tables(parts)


def _names(chunk: Chunk, place: Setting, heard: Heard, chance: np.random.Generator) -> pa.Table:
    roll = chance.random((5, len(heard.persons)))
    named = (roll[0] < _NAME_KNOWN) & ~chunk.group[heard.persons]
    mine, roll = heard.persons[named], roll[:, named]
    male = chunk.gender[mine] == place.tables["gender"].index("male")
    given = _NAMES["given"]["es"]
    surnames = _NAMES["surnames"]["es"]
    return pa.table(
        {
            "person_id": ids("p", person_numbers(chunk)[mine]),
            "kind": pa.array(["full"]).take(pa.array(np.zeros(len(mine), dtype=np.int64))),
            "given": pa.compute.if_else(pa.array(male), early(given["male"], roll[1]), early(given["female"], roll[1])),
            "paternal_surname": early(surnames, roll[2]),
            "maternal_surname": pa.compute.if_else(pa.array(roll[4] < 0.8), early(surnames, roll[3]), None),
        }
    )


def _identifiers(chunk: Chunk, place: Setting, heard: Heard, chance: np.random.Generator) -> pa.Table:
    roll = chance.random((3, len(heard.persons)))
    reached = (roll[0] < _PHONE_KNOWN) & ~chunk.group[heard.persons]
    mine, roll = heard.persons[reached], roll[:, reached]
    # A ring's telephone is one number for many people and cases: that is how rings are found.
    shared = chunk.trafficker[mine] & (roll[2] < _RING_PHONE)
    pick = np.where(shared, (chunk.ring[chunk.of[mine]] * 0.6180339887) % 1.0, roll[1])
    mexican = np.where(
        shared, chunk.ring[chunk.of[mine]] % 2 == 0, place.where(["MX"])[chunk.destination[chunk.of[mine]]]
    )
    return pa.table(
        {
            "person_id": ids("p", person_numbers(chunk)[mine]),
            "kind": pa.array(["phone"]).take(pa.array(np.zeros(len(mine), dtype=np.int64))),
            "value": phones(pick, mexican),
        }
    )


def phones(pick: Floats, mexican: Flags) -> pa.Array:
    """Numbers in E.164 form out of the ranges that belong to nobody; the same `pick` gives the same number."""
    us = np.array(sorted({code for some in _REACH["phone"]["us"].values() for code in some}), dtype=np.int64)
    mx = np.array(sorted({code for some in _REACH["phone"]["mx"].values() for code in some}), dtype=np.int64)
    american = 10**10 + us[(pick * len(us)).astype(np.int64)] * 10**7 + 5550100 + (pick * 1e6).astype(np.int64) % 100
    lada = mx[(pick * len(mx)).astype(np.int64)]
    local = np.where(lada < 100, 10**8, 10**7)
    invented = 52 * 10**10 + lada * local + (pick * 1e9).astype(np.int64) % 10_000
    digits = pa.array(np.where(mexican, invented, american)).cast(pa.string())
    return pa.compute.binary_join_element_wise("+", digits, "")


def _ties(chunk: Chunk, heard: Heard) -> pa.Table:
    mine = heard.persons[chunk.trafficker[heard.persons]]
    again = mine[1:][chunk.of[mine[1:]] == chunk.of[mine[:-1]]]
    numbers = person_numbers(chunk)
    return pa.table(
        {
            "case_id": ids("c", chunk.first + chunk.of[again]),
            "kind": pa.array(["works_for"]).take(pa.array(np.zeros(len(again), dtype=np.int64))),
            "from_id": ids("p", numbers[again]),
            "to_id": ids("p", numbers[again - 1]),
        }
    )
