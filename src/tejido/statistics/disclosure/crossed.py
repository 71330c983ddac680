# SPDX-License-Identifier: Apache-2.0
"""Tables of several dimensions with all their margins, as cells and relations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

from tejido.statistics.disclosure.choosing import Group
from tejido.statistics.disclosure.facts import Key, Relation

TOTAL = "total"


def crossed(
    counts: Mapping[Key, int], categories: Sequence[Sequence[str]], name: str = ""
) -> tuple[dict[Key, int], list[Relation]]:
    """Every cell and every margin of a table, and how they add up.

    `counts`: combination -> count, one category of each dimension; combinations that are not there are zero. Cells are
    (name, category of each dimension or `TOTAL`). Raises `ValueError` for a combination outside `categories`.
    """
    values: dict[Key, int] = {(name, *cell): 0 for cell in product(*([*dimension, TOTAL] for dimension in categories))}
    for cell, count in counts.items():
        if (name, *cell) not in values or TOTAL in cell:
            raise ValueError(f"{cell}: not a cell of this table")
        for margin in product(*((category, TOTAL) for category in cell)):
            values[name, *margin] += count
    relations = []
    for place, dimension in enumerate(categories):
        others = [[*one, TOTAL] for number, one in enumerate(categories) if number != place]
        for rest in product(*others):
            line = [(name, *rest[:place], category, *rest[place:]) for category in (*dimension, TOTAL)]
            relations.append(Relation.adds_up(line[:-1], line[-1]))
    return values, relations


def under_margins(values: Mapping[Key, int], categories: Sequence[Sequence[str]], name: str = "") -> list[Group]:
    """For every margin of a table, the group of all cells it is the total of, itself included."""
    groups = []
    for margin in product(*([*dimension, TOTAL] for dimension in categories)):
        if TOTAL not in margin:
            continue
        under = product(*(
            [*dimension, TOTAL] if one == TOTAL else [one] for one, dimension in zip(margin, categories, strict=True)
        ))  # fmt: skip
        groups.append(Group(frozenset((name, *cell) for cell in under), (name, *margin)))
    return [group for group in groups if group.total in values]


def too_small_to_divide(values: Mapping[Key, int], groups: Sequence[Group], *, k: int) -> list[Group]:
    """Groups whose total is from 1 to k-1: whoever is hidden as few is not told apart any further, zeros included."""
    return [group for group in groups if group.total is not None and 0 < values[group.total] < k]
