# SPDX-License-Identifier: Apache-2.0
"""What a reader of a publication knows: numbers that are shown, ranges of those that are not, and how they add up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

_NO_END = 2**62
Key = tuple[Any, ...]  # the name of a cell
Interval = tuple[int, int | None]  # inclusive; None: nothing bounds it from above
Row = tuple[tuple[int, ...], tuple[int, ...], int | None, int | None]  # places, coefficients, low, high


@dataclass(frozen=True)
class Relation:
    """low ≤ Σ coefficient × cell ≤ high; None: no bound on that side. Both ends alike: the cells add up."""

    terms: tuple[tuple[Key, int], ...]
    low: int | None
    high: int | None

    @classmethod
    def adds_up(cls, parts: Iterable[Key], whole: Key) -> Relation:
        """The parts are counted once each, and all of them stand here."""
        return cls((*((part, 1) for part in parts), (whole, -1)), 0, 0)

    @classmethod
    def at_most(cls, cells: Iterable[Key], whole: Key) -> Relation:
        """Together no more than the whole: a top list, or one cell of a table of several answers."""
        return cls((*((cell, 1) for cell in cells), (whole, -1)), None, 0)

    @classmethod
    def at_least(cls, cells: Iterable[Key], whole: Key) -> Relation:
        """Everyone gave one answer or more, the unknown being one."""
        return cls((*((cell, 1) for cell in cells), (whole, -1)), 0, None)


@dataclass(frozen=True)
class Need:
    """How much of a hidden cell must stay open: any value from `low` to `high`, or any `width` values, whole numbers.

    A small cell needs 1 to k-1 (or from 0, where zeros are hidden too); a cell hidden to cover others needs a width
    of k. Whoever does not know which of the two a cell is asks for either. `unprinted`: a number that nobody meant to
    hide, such as a month between two windows: it may be known if it is `none`, or `unprinted` or more.
    """

    low: int | None = None
    high: int | None = None
    width: int | None = None
    unprinted: int | None = None
    none: int = 0

    def open(self, low: int, high: int | None) -> bool:
        """Whether values from `low` to `high` (None: no end) are open enough; more values never make it less open."""
        if self.low is not None and self.high is not None and low <= self.low and (high is None or high >= self.high):
            return True
        return self.width is not None and (high is None or high - low + 1 >= self.width)

    def met(self, low: int, high: int | None) -> bool:
        """Whether it is enough that a reader knows just this: from `low` to `high`."""
        harmless = self.unprinted is not None and (low >= self.unprinted or high == self.none)
        return harmless or self.open(low, high)


@dataclass(frozen=True)
class Facts:
    """A reader's knowledge. Every cell of a relation stands in `shown` or in `hidden`.

    `hidden` gives the range of a cell by rule alone: from 1 where zeros are shown, from 0 where they are not.
    """

    shown: Mapping[Key, int]
    hidden: Mapping[Key, Interval]
    relations: Sequence[Relation]


@dataclass(frozen=True)
class Component:
    """Hidden cells that bear on each other; shown ones are already taken into the bounds of the relations."""

    cells: tuple[Key, ...]
    ranges: tuple[Interval, ...]
    rows: tuple[Row, ...]

    def holds(self, values: NDArray[np.int64]) -> bool:
        """Whether these values, one for each cell, contradict nothing; exact, in whole numbers."""
        low, high, places, coefficients, starts, least, most = self._arrays
        if (values < low).any() or (values > high).any():
            return False
        if not len(starts):
            return True
        totals = np.add.reduceat(coefficients * values[places], starts)
        return bool((totals >= least).all() and (totals <= most).all())

    @cached_property
    def _arrays(self) -> tuple[NDArray[np.int64], ...]:
        def bounds(pairs: Iterable[tuple[int | None, int | None]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
            ends = [(-_NO_END if low is None else low, _NO_END if high is None else high) for low, high in pairs]
            both = np.array(ends, dtype=np.int64).reshape(-1, 2)
            return both[:, 0], both[:, 1]

        lengths = [len(places) for places, *_ in self.rows]
        return (
            *bounds(self.ranges),
            np.array([place for places, *_ in self.rows for place in places], dtype=np.int64),
            np.array([c for _, coefficients, *_ in self.rows for c in coefficients], dtype=np.int64),
            np.cumsum([0, *lengths[:-1]]) if lengths else np.array([], dtype=np.int64),
            *bounds((low, high) for *_, low, high in self.rows),
        )


def components(facts: Facts) -> tuple[list[Component], list[tuple[Key, ...]]]:
    """Hidden cells in groups that no relation joins, in the order of `facts.hidden`.

    Beside them the relations, as their cells, that shown numbers alone contradict.
    """
    leader = {key: key for key in facts.hidden}

    def find(key: Key) -> Key:
        while leader[key] != key:
            leader[key] = leader[leader[key]]
            key = leader[key]
        return key

    rows: list[tuple[list[tuple[Key, int]], int | None, int | None]] = []
    contradicted: list[tuple[Key, ...]] = []
    for relation in facts.relations:
        unknown, known = [], 0
        for key, coefficient in relation.terms:
            if key in leader:
                unknown.append((key, coefficient))
            else:
                known += coefficient * facts.shown[key]
        low = None if relation.low is None else relation.low - known
        high = None if relation.high is None else relation.high - known
        if not unknown:
            if (low is not None and low > 0) or (high is not None and high < 0):
                contradicted.append(tuple(key for key, _ in relation.terms))
            continue
        rows.append((unknown, low, high))
        first = find(unknown[0][0])
        for key, _ in unknown[1:]:
            leader[find(key)] = first
    groups: dict[Key, list[Key]] = {}
    for key in facts.hidden:
        groups.setdefault(find(key), []).append(key)
    members = {root: {key: place for place, key in enumerate(cells)} for root, cells in groups.items()}
    of_group: dict[Key, list[Row]] = {}
    for unknown, low, high in rows:
        root = find(unknown[0][0])
        places = tuple(members[root][key] for key, _ in unknown)
        of_group.setdefault(root, []).append((places, tuple(c for _, c in unknown), low, high))
    found = [
        Component(tuple(cells), tuple(facts.hidden[key] for key in cells), tuple(of_group.get(root, ())))
        for root, cells in groups.items()
    ]
    return found, contradicted


class Contradiction(ValueError):
    """What is shown cannot all be true; `cells` are those of a relation, or of a group, that fails."""

    def __init__(self, cells: Sequence[Key]) -> None:
        super().__init__(", ".join(map(str, cells)))
        self.cells = tuple(cells)
