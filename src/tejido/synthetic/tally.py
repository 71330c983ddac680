# SPDX-License-Identifier: Apache-2.0
"""The joint figures of a large world, added up from its chunks by the rules of the fact sheet."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tejido.synthetic.chunks import NO_STATE, Chunk, Flags, Setting, hotline_places
from tejido.synthetic.draws import Floats, Integers
from tejido.synthetic.model import MEXICO, UNKNOWN

UNITS = ("contacts", "cases", "victims", "traffickers")


@dataclass
class Tally:
    """Counts so far. `cells[unit][table][code]`; `held` and `joint` by unit."""

    setting: Setting
    held: dict[str, int] = field(default_factory=lambda: dict.fromkeys(UNITS, 0))
    joint: dict[str, int] = field(default_factory=lambda: dict.fromkeys(UNITS, 0))
    cells: dict[str, dict[str, dict[str, int]]] = field(default_factory=dict)

    def add_cases(self, chunk: Chunk, counted: Flags, told: Flags) -> None:
        """`counted`: counted at the counting node; `told`: held in the window by the other node of a hand-over."""
        for unit, people in (("victims", ~chunk.trafficker), ("traffickers", chunk.trafficker)):
            best = np.where(people, chunk.best, 0)
            self.joint[unit] += int(best[counted[chunk.of]].sum())
            self.held[unit] += int(best[counted[chunk.of]].sum() + best[told[chunk.of]].sum())
        self.joint["cases"] += int(counted.sum())
        self.held["cases"] += int(counted.sum() + told.sum())
        places = np.concatenate([chunk.destination, np.where(chunk.second >= 0, chunk.second, NO_STATE)])
        mine = np.concatenate([counted & chunk.state_known, counted]) & (places != NO_STATE)
        codes = np.bincount(places[mine], minlength=len(self.setting.places))
        for state, number in zip(self.setting.states, codes, strict=True):
            if state:
                self.add("cases", "state_of_potential_trafficking", state, int(number))

    def add_contacts(self, number: int) -> None:
        """Contacts are never in both."""
        self.held["contacts"] += number
        self.joint["contacts"] += number

    def add_codes(self, unit: str, table: str, codes: list[str], chosen: Integers) -> None:
        """One for every element of `chosen`, an index into `codes`."""
        for code, number in zip(codes, np.bincount(chosen, minlength=len(codes)), strict=True):
            self.add(unit, table, code, int(number))

    def add(self, unit: str, table: str, code: str, number: int) -> None:
        """Add to one cell."""
        if number:
            cells = self.cells.setdefault(unit, {}).setdefault(table, {})
            cells[code] = cells.get(code, 0) + number

    def as_json(self) -> dict[str, Any]:
        """The same shape as the figures of a small world."""
        world = self.setting.world
        return {
            "window": {"start": world.start.isoformat(), "end": world.end.isoformat()},
            "headline": {
                unit: {"sum": self.held[unit], "both": self.held[unit] - self.joint[unit], "joint": self.joint[unit]}
                for unit in UNITS
            },
            "tables": {
                unit: {by: dict(sorted(cells.items())) for by, cells in sorted(tables.items())}
                for unit, tables in self.cells.items()
            },
        }


def qualifies(chunk: Chunk, place: Setting) -> tuple[Flags, Flags]:
    """By case: the Mexico nexus, and with it exploitation in the US or Mexico."""
    mexican = place.where([MEXICO])
    code = place.tables["nationality"].index(MEXICO)
    survivor = ~chunk.trafficker & ~chunk.made_to_control & ~chunk.group & chunk.nationality_known
    nexus = mexican[chunk.destination] | (mexican[chunk.second] & (chunk.second != NO_STATE))
    nexus |= mexican[chunk.recruitment] & (chunk.recruitment != NO_STATE)
    nexus[chunk.of[survivor & (chunk.nationality == code)]] = True
    inside = hotline_places(place)
    return nexus, nexus & (inside[chunk.destination] | (inside[chunk.second] & (chunk.second != NO_STATE)))


def in_window(days: Integers, place: Setting) -> Flags:
    """Days since the epoch that the window counts."""
    first, last = (np.datetime64(day, "D").astype(np.int64) for day in (place.world.start, place.world.end))
    return np.asarray((days >= first) & (days <= last))


def split_group(sizes: Integers, reach: Floats, chance: np.random.Generator) -> Integers:
    """How many of each group's people give each answer (groups × codes)."""
    steps = np.diff(reach, axis=1, prepend=0.0)
    left, parts = sizes.copy(), []
    rest = np.ones(len(sizes))
    for column in range(steps.shape[1]):
        share = np.clip(np.divide(steps[:, column], rest, out=np.zeros_like(rest), where=rest > 1e-9), 0.0, 1.0)
        drawn = np.minimum(np.floor(left * share + chance.random(len(sizes))).astype(np.int64), left)
        drawn = np.where(share > 0, drawn, 0)
        parts.append(drawn)
        left, rest = left - drawn, rest - steps[:, column]
    return np.stack(parts, axis=1)


def unknown_of(place: Setting, name: str) -> int:
    """The index of the unknown code of an attribute."""
    return place.tables[name].index(UNKNOWN)
