# SPDX-License-Identifier: Apache-2.0
"""Tables of several dimensions with all their margins; tables of the same people share margins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

from tejido.statistics.disclosure.facts import Key, Relation
from tejido.statistics.disclosure.problem import Group

TOTAL = "total"


def crossed(
    counts: Mapping[Key, int], categories: Sequence[Sequence[str]], tables: Sequence[Sequence[int]] | None = None
) -> tuple[dict[Key, int], list[Relation]]:
    """Every cell and every margin of the tables, and how they add up.

    `counts`: combination -> count, one category of each dimension; combinations that are not there are zero.
    `tables`: which dimensions each table crosses, by place; one table of all of them where nothing is said. A cell is
    named by a category or `TOTAL` for each dimension, so that a margin of two tables is one cell.
    Raises `ValueError` for a combination outside `categories`.
    """
    dimensions = range(len(categories))
    for cell in counts:
        if len(cell) != len(categories) or any(cell[d] not in categories[d] for d in dimensions):
            raise ValueError(f"{cell}: not a cell of these tables")
    values: dict[Key, int] = {}
    relations: dict[Relation, None] = {}
    for table in tables or [tuple(dimensions)]:
        counted: dict[Key, int] = dict.fromkeys(product(*_each(categories, table)), 0)
        inner: dict[Key, int] = {}
        for cell, count in counts.items():
            within = tuple(cell[d] if d in table else TOTAL for d in dimensions)
            inner[within] = inner.get(within, 0) + count
        for cell, count in inner.items():
            for margin in product(*({category, TOTAL} for category in cell)):
                counted[margin] += count
        values |= counted
        for place in table:
            others = [each for each in table if each != place]
            for rest in product(*_each(categories, others)):
                line = [(*rest[:place], category, *rest[place + 1 :]) for category in (*categories[place], TOTAL)]
                relations[Relation.adds_up(line[:-1], line[-1])] = None
    return values, list(relations)


def _each(categories: Sequence[Sequence[str]], table: Sequence[int]) -> list[list[str]]:
    return [[*categories[d], TOTAL] if d in table else [TOTAL] for d in range(len(categories))]


def under_margins(values: Mapping[Key, int]) -> list[Group]:
    """For every margin, the group of all cells it is the total of, itself included."""
    under: dict[Key, set[Key]] = {}
    for cell in values:
        for margin in product(*({category, TOTAL} for category in cell)):
            if TOTAL in margin and margin in values:
                under.setdefault(margin, set()).add(cell)
    return [Group(frozenset(cells), margin) for margin, cells in under.items()]


def too_small_to_divide(values: Mapping[Key, int], groups: Sequence[Group], *, k: int) -> list[Group]:
    """Groups whose total is from 1 to k-1: whoever is hidden as few is not told apart any further, zeros included."""
    return [group for group in groups if group.total is not None and 0 < values[group.total] < k]
