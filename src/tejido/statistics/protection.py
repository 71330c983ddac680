# SPDX-License-Identifier: Apache-2.0
"""A sheet fit to be published: small cells, and those from which they could be worked out, are taken away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from tejido.statistics.contributors import Contributor
from tejido.statistics.definitions import indicator
from tejido.statistics.disclosure import is_small
from tejido.statistics.disclosure.hiding import HEADLINE, hidden_in
from tejido.statistics.footnotes import protected_footnotes
from tejido.statistics.layout import layout
from tejido.statistics.sheet import Combined, Figure, Sheet


def protect(sheet: Sheet, *, k: int, earlier: Sequence[Sheet] = (), partners: Sequence[Contributor] = ()) -> Sheet:
    """The sheet with every count below `k` hidden, and as many others as it takes; its percentages go with them.

    `earlier`: what was published before, as it was published: windows inside one another are subtracted by whoever
    reads both. `partners`: those who counted and take their own away (`contributors`).
    On maps zeros are hidden too: an empty state and one with a few cases must look the same. A headline number that
    is hidden takes its tables with it. Sum and both go where 0 < both < k, because sum - joint = both; in a table they
    go from every cell or from none, because they add up to those of the headline.
    Raises `ValueError` for k < 2, `BadInput` where nothing that can be hidden protects a number.
    """
    if k < 2:
        raise ValueError("k must be at least 2")
    hidden = hidden_in(sheet, k=k, earlier=earlier, partners=partners)
    shown = _unranked([_protected(figure, hidden, k) for figure in sheet.figures])
    undivided = _without_parts(sheet, shown, k)
    figures = tuple(replace(one, sum=None, both=None) if _name(one) in undivided else one for one in shown)
    combined = {
        unit: _combined(entry, f"{HEADLINE}/{_indicator_of(sheet, unit)}" in hidden, k)
        for unit, entry in sheet.headline.items()
    }
    return replace(
        sheet,
        internal=False,
        protection=k,
        figures=figures,
        headline=combined,
        footnotes=protected_footnotes(layout(), sheet.footnotes, k),
    )


def _indicator_of(sheet: Sheet, unit: str) -> str:
    return next(figure.indicator for figure in sheet.figures if figure.by is None and figure.unit == unit)


def _name(figure: Figure) -> str:
    return f"{figure.indicator}/{figure.by}"


def _tables(sheet: Sheet) -> dict[str, list[Figure]]:
    tables: dict[str, list[Figure]] = {}
    for figure in sheet.figures:
        if figure.by is not None:
            tables.setdefault(_name(figure), []).append(figure)
    return tables


def _protected(figure: Figure, hidden: set[str], k: int) -> Figure:
    if figure.by is None:
        gone = f"{HEADLINE}/{figure.indicator}" in hidden
    else:
        gone = f"{_name(figure)}/{figure.cell}" in hidden
        if f"{HEADLINE}/{figure.indicator}" in hidden:
            figure = replace(figure, base=None)
    if gone:
        return figure.without_value()
    if figure.both is not None and 0 < figure.both < k:
        return replace(figure, sum=None, both=None)
    return figure


def _unranked(figures: list[Figure]) -> list[Figure]:
    """Hidden cells of a top list stand last, in the order of their code list: their rank would say what is hidden."""
    ordered: list[Figure] = []
    for _, group in groupby(figures, key=_name):
        table = list(group)
        if table[0].by is not None:
            breakdown = indicator(table[0].indicator).breakdown(table[0].by)
            if breakdown.top is not None:
                place = {code: number for number, code in enumerate(breakdown.listed)}
                hidden = sorted((one for one in table if one.hidden), key=lambda one: place[str(one.cell)])
                table = [one for one in table if not one.hidden] + hidden
        ordered.extend(table)
    return ordered


def _without_parts(sheet: Sheet, figures: Sequence[Figure], k: int) -> set[str]:
    """Tables whose sums and boths must all go: a cell is hidden, or so few of one are known to several nodes."""
    tables = {name: found for name, found in _tables(sheet).items() if any(one.both is not None for one in found)}
    few = {name for name, found in tables.items() if any(is_small(one.both or 0, k) for one in found)}
    return few | {_name(one) for one in figures if one.by is not None and one.hidden and _name(one) in tables}


def _combined(entry: Combined, hidden: bool, k: int) -> Combined:
    if hidden:
        return Combined(None, None, None)
    if entry.both is not None and 0 < entry.both < k:
        return Combined(None, None, entry.joint)
    return entry
