# SPDX-License-Identifier: Apache-2.0
"""What a reader of a publication knows: numbers that are shown, ranges of those that are not, and how they add up."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

Key = Hashable
Interval = tuple[int, int | None]  # inclusive; None: nothing bounds it from above


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
    of k. Whoever does not know which of the two a cell is asks for either.
    """

    low: int | None = None
    high: int | None = None
    width: int | None = None

    def met(self, low: int, high: int | None) -> bool:
        """Whether values from `low` to `high` (None: no end) are open enough."""
        if self.low is not None and self.high is not None and low <= self.low and (high is None or high >= self.high):
            return True
        return self.width is not None and (high is None or high - low + 1 >= self.width)


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
    rows: tuple[tuple[tuple[int, ...], tuple[int, ...], int | None, int | None], ...]  # places, coefficients, low, high

    def holds(self, values: Sequence[int]) -> bool:
        """Whether these values, one for each cell, contradict nothing; exact, in whole numbers."""
        for value, (low, high) in zip(values, self.ranges, strict=True):
            if value < low or (high is not None and value > high):
                return False
        for places, coefficients, low, high in self.rows:
            total = sum(c * values[p] for p, c in zip(places, coefficients, strict=True))
            if (low is not None and total < low) or (high is not None and total > high):
                return False
        return True


def components(facts: Facts) -> list[Component]:
    """Hidden cells in groups that no relation joins, in the order of `facts.hidden`.

    Raises `ValueError` where shown numbers alone contradict a relation, naming its cells.
    """
    leader = {key: key for key in facts.hidden}

    def find(key: Key) -> Key:
        while leader[key] != key:
            leader[key] = leader[leader[key]]
            key = leader[key]
        return key

    rows: list[tuple[list[tuple[Key, int]], int | None, int | None]] = []
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
                raise Contradiction([key for key, _ in relation.terms])
            continue
        rows.append((unknown, low, high))
        first = find(unknown[0][0])
        for key, _ in unknown[1:]:
            leader[find(key)] = first
    groups: dict[Key, list[Key]] = {}
    for key in facts.hidden:
        groups.setdefault(find(key), []).append(key)
    members = {root: {key: place for place, key in enumerate(cells)} for root, cells in groups.items()}
    of_group: dict[Key, list[tuple[tuple[int, ...], tuple[int, ...], int | None, int | None]]] = {}
    for unknown, low, high in rows:
        root = find(unknown[0][0])
        places = tuple(members[root][key] for key, _ in unknown)
        of_group.setdefault(root, []).append((places, tuple(c for _, c in unknown), low, high))
    return [
        Component(tuple(cells), tuple(facts.hidden[key] for key in cells), tuple(of_group.get(root, ())))
        for root, cells in groups.items()
    ]


class Contradiction(ValueError):
    """What is shown cannot all be true; `cells` are those of a relation, or of a group, that fails."""

    def __init__(self, cells: Sequence[Key]) -> None:
        super().__init__(", ".join(map(str, cells)))
        self.cells = tuple(cells)
