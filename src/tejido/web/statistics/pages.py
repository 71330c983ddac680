# SPDX-License-Identifier: AGPL-3.0-or-later
"""A sheet as tables to read: titles from the declared indicators, and what the printed sheet will show of each row."""

from __future__ import annotations

from dataclasses import dataclass

from tejido.statistics import Figure, Sheet
from tejido.statistics.definitions import indicator
from tejido.vocabulary import Words


@dataclass(frozen=True)
class Row:
    """One figure, and whether disclosure control hides it in print."""

    figure: Figure
    hidden: bool


@dataclass(frozen=True)
class Table:
    """One table: what is counted, by what it is divided, its rows. `multiple`: one person may have several answers."""

    counted: Words
    by: Words
    multiple: bool
    rows: list[Row]


def headline(internal: Sheet, public: Sheet) -> list[Row]:
    """The headline numbers."""
    return _rows([figure for figure in internal.figures if figure.by is None], public)


def tables(internal: Sheet, public: Sheet) -> list[Table]:
    """The tables in printed order."""
    named = dict.fromkeys((figure.indicator, figure.by) for figure in internal.figures if figure.by is not None)
    found = []
    for name, by in named:
        declared = indicator(name)
        breakdown = declared.breakdown(by)
        rows = _rows(internal.table(name, by), public)
        found.append(Table(declared.label, breakdown.label, breakdown.multiple, rows))
    return found


def _rows(figures: list[Figure], public: Sheet) -> list[Row]:
    shown = {(each.indicator, each.by, each.cell) for each in public.figures if not each.hidden}
    return [Row(each, (each.indicator, each.by, each.cell) not in shown) for each in figures]
