# SPDX-License-Identifier: Apache-2.0
"""Published sheets as a reader sees them together: all tables, all editions, and what lies between their windows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from typing import NamedTuple

from tejido.statistics.contributors import Contributor
from tejido.statistics.definitions import indicator
from tejido.statistics.disclosure.attacking import Attacked, attack, possible
from tejido.statistics.disclosure.facts import Contradiction, Facts, Interval, Key, Need, Relation
from tejido.statistics.sheet import Figure, Sheet
from tejido.statistics.window import Window, check_windows


class Place(NamedTuple):
    """A cell of one edition; or, with `edition` None, of a stretch of time that no edition printed by itself.

    `by` and `cell` are None for a headline number.
    """

    edition: int | None
    window: Window
    indicator: str
    by: str | None
    cell: str | None


@dataclass
class Reading:
    """What is known, what must stay open, and (for a partner) what it holds and what that gives away at once."""

    shown: dict[Key, int] = field(default_factory=dict)
    hidden: dict[Key, Interval] = field(default_factory=dict)
    needs: dict[Key, Need] = field(default_factory=dict)
    relations: list[Relation] = field(default_factory=list)
    own: dict[Key, int] = field(default_factory=dict)
    given_away: dict[Key, int] = field(default_factory=dict)

    @property
    def facts(self) -> Facts:
        """As the attacker takes it."""
        return Facts(self.shown, self.hidden, self.relations)


def attack_sheets(
    sheets: Sequence[Sheet], *, knows: Contributor | None = None, k: int | None = None, exact: bool = False
) -> tuple[Reading, Attacked]:
    """Look at every cell the sheets hide, together; `knows`: a partner who takes its own away.

    `k`: the smallest count shown, else the largest that a sheet says of itself, else 11.
    """
    smallest = k or max((sheet.protection or 0 for sheet in sheets), default=0) or 11
    reading = read_sheets(sheets, k=smallest)
    if knows is not None:
        _take_away(reading, knows, smallest)
    return reading, attack(reading.facts, reading.needs, exact=exact)


def read_sheets(sheets: Sequence[Sheet], *, k: int) -> Reading:
    """Every cell of every sheet, how those of one sheet add up, and how those of several do.

    Raises `BadInput` where two windows share days and neither lies within the other.
    """
    check_windows([sheet.window for sheet in sheets])
    reading = Reading()
    for number, sheet in enumerate(sheets):
        _read_sheet(reading, number, sheet, k)
    stretches = _stretches([sheet.window for sheet in sheets])
    if len(sheets) > 1:
        _join(reading, sheets, stretches, k)
        _leave_corrections(reading)
    return reading


def _read_sheet(reading: Reading, number: int, sheet: Sheet, k: int) -> None:
    tables: dict[tuple[str, str | None], list[Figure]] = {}
    for figure in sheet.figures:
        tables.setdefault((figure.indicator, figure.by), []).append(figure)
    for (name, by), figures in tables.items():
        # A reader is not told that a hidden cell is not zero where zeros are hidden too: on maps, in whole tables.
        zeros = by is not None and (
            all(figure.hidden for figure in figures) or indicator(name).breakdown(by).display == "map"
        )
        for figure in figures:
            _put(reading, Place(number, sheet.window, name, by, figure.cell), figure.value, k, zeros=zeros)
    for (name, by), figures in tables.items():
        if by is not None:
            base = Place(number, sheet.window, name, None, None)
            if base not in reading.shown and base not in reading.hidden:
                _put(reading, base, figures[0].base, k, zeros=True)
            cells = [Place(number, sheet.window, name, by, figure.cell) for figure in figures]
            reading.relations += _divided(name, by, cells, base)


def _put(reading: Reading, place: Place, value: int | None, k: int, *, zeros: bool) -> None:
    if value is not None:
        reading.shown[place] = value
    else:
        reading.hidden[place] = (0 if zeros else 1, None)
        reading.needs[place] = Need(1, k - 1, width=k)


def _divided(name: str, by: str, cells: Sequence[Key], base: Key) -> list[Relation]:
    """How the cells of a table and its base bind each other, by the table's declaration."""
    breakdown = indicator(name).breakdown(by)
    if breakdown.multiple:
        return [Relation.at_most([cell], base) for cell in cells]
    if breakdown.complete:
        return [Relation.adds_up(cells, base)]
    return [Relation.at_most(cells, base)]


def _stretches(windows: Iterable[Window]) -> list[Window]:
    """The stretches of time between all beginnings and ends."""
    edges = sorted({day for window in windows for day in (window.start, window.end + timedelta(days=1))})
    return [Window(first, last - timedelta(days=1)) for first, last in pairwise(edges)]


def _join(reading: Reading, sheets: Sequence[Sheet], stretches: Sequence[Window], k: int) -> None:
    """Same cell, several windows: each stretch holds a count of its own, and windows are made of stretches."""
    editions: dict[tuple[str, str | None, str | None], list[int]] = {}
    for number, sheet in enumerate(sheets):
        for figure in sheet.figures:
            editions.setdefault((figure.indicator, figure.by, figure.cell), []).append(number)
    inside = {number: [s for s in stretches if _within(s, sheet.window)] for number, sheet in enumerate(sheets)}
    for (name, by, cell), numbers in editions.items():
        if len(numbers) < 2:
            continue
        for number in numbers:
            whole = Place(number, sheets[number].window, name, by, cell)
            parts = [Place(None, stretch, name, by, cell) for stretch in inside[number]]
            for part in parts:
                if part not in reading.hidden:
                    reading.hidden[part] = (0, None)
                    reading.needs[part] = Need(1, k - 1, width=k, unprinted=k)
            reading.relations.append(Relation.adds_up(parts, whole))
        _differences(reading, sheets, numbers, (name, by, cell), k)
    _tables_of_stretches(reading)


def _differences(
    reading: Reading, sheets: Sequence[Sheet], numbers: Sequence[int], of: tuple[str, str | None, str | None], k: int
) -> None:
    """What is left when one window is taken from another around it is a count too, of several stretches."""
    for outer in numbers:
        for inner in numbers:
            big, small = sheets[outer].window, sheets[inner].window
            if big == small or not _within(small, big):
                continue
            for rest in _rests(big, small):
                left = Place(None, rest, *of)
                if left in reading.hidden:
                    continue
                parts = [place for place in list(reading.hidden) if isinstance(place, Place) and place.edition is None
                         and place[2:] == of and _within(place.window, rest)]  # fmt: skip
                if len(parts) > 1:
                    reading.hidden[left] = (0, None)
                    reading.needs[left] = Need(1, k - 1, width=k, unprinted=k)
                    reading.relations.append(Relation.adds_up(parts, left))


def _rests(big: Window, small: Window) -> list[Window]:
    one_day = timedelta(days=1)
    rests = []
    if big.start < small.start:
        rests.append(Window(big.start, small.start - one_day))
    if small.end < big.end:
        rests.append(Window(small.end + one_day, big.end))
    return rests


def _within(small: Window, big: Window) -> bool:
    return big.start <= small.start and small.end <= big.end


def _tables_of_stretches(reading: Reading) -> None:
    """A stretch is a table like any other: its cells add up to its base."""
    tables: dict[tuple[Window, str, str], list[Key]] = {}
    for place in reading.hidden:
        if isinstance(place, Place) and place.edition is None and place.by is not None:
            tables.setdefault((place.window, place.indicator, place.by), []).append(place)
    for (window, name, by), cells in tables.items():
        base = Place(None, window, name, None, None)
        if base in reading.hidden:
            complete = indicator(name).breakdown(by).complete
            if complete and not _all_cells(reading, cells, name, by):
                continue
            reading.relations += _divided(name, by, cells, base)


def _leave_corrections(reading: Reading) -> None:
    """Numbers that were corrected since no longer add up with older ones: nobody can subtract them, table by table."""
    apart: dict[tuple[str, str], list[Relation]] = {}
    together = []
    for relation in reading.relations:
        places = [key for key, _ in relation.terms if isinstance(key, Place)]
        if any(place.edition is None for place in places):
            name = next((place.by for place in places if place.by is not None), "")
            apart.setdefault((places[0].indicator, name), []).append(relation)
        else:
            together.append(relation)
    for table in sorted(apart, key=lambda table: table[1] != ""):
        with suppress(Contradiction):
            possible(Facts(reading.shown, reading.hidden, [*together, *apart[table]]))
            together += apart[table]
    reading.relations = together


def _all_cells(reading: Reading, cells: Sequence[Key], name: str, by: str) -> bool:
    printed = {place.cell for place in (*reading.shown, *reading.hidden) if isinstance(place, Place)
               and place.indicator == name and place.by == by}  # fmt: skip
    return {cell.cell for cell in cells if isinstance(cell, Place)} == printed


def _take_away(reading: Reading, knows: Contributor, k: int) -> None:
    """A partner takes away what it holds itself: what is left are the others' people, and must stay open too."""
    for place in [*reading.shown, *reading.hidden]:
        if not isinstance(place, Place) or place.window != knows.window or place.edition is None:
            continue
        held, told = knows.own.get(place[2:], 0), knows.told(place[2:])
        if told is not None:
            reading.hidden.pop(place, None)
            reading.needs.pop(place, None)
            reading.shown[place] = told
        elif place in reading.shown:
            left = reading.shown[place] - held
            if 0 < left < k and held:
                reading.given_away[place] = left
        else:
            low, high = reading.hidden[place]
            reading.own[place] = held
            reading.hidden[place] = (max(low, held), high)
            reading.needs[place] = Need(held + 1, held + k - 1, width=k, unprinted=held + k, none=held)
