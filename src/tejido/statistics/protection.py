# SPDX-License-Identifier: Apache-2.0
"""A sheet fit to be published: small cells, and those from which they could be worked out, are taken away."""

from __future__ import annotations

from dataclasses import replace

from tejido.statistics.definitions import indicator
from tejido.statistics.disclosure import CellTable, hidden_cells
from tejido.statistics.footnotes import footnotes_of
from tejido.statistics.layout import layout
from tejido.statistics.sheet import Combined, Figure, Sheet

_HEADLINE = "headline"


def protect(sheet: Sheet, *, k: int) -> Sheet:
    """The sheet with every count below `k` hidden, and as many others as it takes; its percentages go with them.

    On maps zeros are hidden too: an empty state and one with a few cases must look the same. A headline number that
    is hidden takes its tables with it. Sum and both go where 0 < both < k, because sum - joint = both.
    Raises `ValueError` for k < 2.
    """
    hidden = _hidden(sheet, k)
    figures = tuple(_protected(figure, hidden, k) for figure in sheet.figures)
    combined = {
        unit: _combined(entry, f"{_HEADLINE}/{_indicator_of(sheet, unit)}" in hidden, k)
        for unit, entry in sheet.headline.items()
    }
    plan = layout()
    return replace(
        sheet,
        internal=False,
        protection=k,
        figures=figures,
        headline=combined,
        footnotes=footnotes_of(plan, sheet.window, sheet.as_of, k),
    )


def _indicator_of(sheet: Sheet, unit: str) -> str:
    return next(figure.indicator for figure in sheet.figures if figure.by is None and figure.unit == unit)


def _name(figure: Figure) -> str:
    return f"{figure.indicator}/{figure.by}"


def _hidden(sheet: Sheet, k: int) -> set[str]:
    """`table/cell` of every figure to hide."""
    headline = {figure.indicator: figure.value or 0 for figure in sheet.figures if figure.by is None}
    tables = [CellTable(_HEADLINE, base=None, multiple=True, complete=False, cells=headline)]
    cells: dict[str, dict[str, int]] = {}
    declared = {}
    for figure in sheet.figures:
        if figure.by is not None and figure.cell is not None:
            cells.setdefault(_name(figure), {})[figure.cell] = figure.value or 0
            declared[_name(figure)] = (figure, indicator(figure.indicator).breakdown(figure.by))
    for name, (figure, breakdown) in declared.items():
        tables.append(
            CellTable(
                name,
                base=figure.base,
                multiple=figure.multiple,
                complete=breakdown.complete,
                cells=cells[name],
                base_cell=(_HEADLINE, figure.indicator),
            )
        )
    found = {f"{name}/{cell}" for name, codes in hidden_cells(tables, k=k).items() for cell in codes}
    for name, (figure, breakdown) in declared.items():
        if f"{_HEADLINE}/{figure.indicator}" in found:
            found.update(f"{name}/{cell}" for cell in cells[name])
        elif breakdown.display == "map":
            found.update(f"{name}/{cell}" for cell, value in cells[name].items() if value == 0)
    return found


def _protected(figure: Figure, hidden: set[str], k: int) -> Figure:
    if figure.by is None:
        gone = f"{_HEADLINE}/{figure.indicator}" in hidden
    else:
        gone = f"{_name(figure)}/{figure.cell}" in hidden
        if f"{_HEADLINE}/{figure.indicator}" in hidden:
            figure = replace(figure, base=None)
    if gone:
        return figure.without_value()
    if figure.both is not None and 0 < figure.both < k:
        return replace(figure, sum=None, both=None)
    return figure


def _combined(entry: Combined, hidden: bool, k: int) -> Combined:
    if hidden:
        return Combined(None, None, None)
    if entry.both is not None and 0 < entry.both < k:
        return Combined(None, None, entry.joint)
    return entry
