# SPDX-License-Identifier: Apache-2.0
"""Several nodes' totals as one sheet: the sum of what each holds, what several hold, and each thing counted once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tejido.statistics.breakdowns import Breakdown
from tejido.statistics.definitions import definitions_hash, indicator
from tejido.statistics.footnotes import footnotes_of
from tejido.statistics.handovers import check_exchanged
from tejido.statistics.layout import Layout, layout
from tejido.statistics.sheet import Combined, Figure, Sheet
from tejido.statistics.specification import Indicator
from tejido.statistics.tabulation import Cell, Tabulation
from tejido.vocabulary import BadInput, Words, code_list

Key = tuple[str, str | None, str | None]  # indicator, by, cell


def join(tabulations: Sequence[Tabulation]) -> Sheet:
    """The unprotected, internal sheet: sum = Σ held, joint = Σ counted, both = sum - joint, for every figure.

    Order of `tabulations` does not matter. Raises `BadInput` where they were not made for each other: different
    windows, definitions or nodes given twice; a cell nobody declared; parts that do not add up; hand-overs of which
    one side knows more than the other.
    """
    given = sorted(tabulations, key=lambda one: one.node)
    plan = layout()
    _check_together(given, plan)
    for one in given:
        _check_cells(one, plan)
    check_exchanged(given)
    held, counted = _totals(given)
    combined = {indicator(name).unit.plural: _combined(held, counted, (name, None, None)) for name in plan.headline}
    figures = [_headline(indicator(name), held, counted) for name in plan.headline]
    for counted_thing, breakdown in plan.breakdowns():
        figures.extend(_table(counted_thing, breakdown, held, counted))
    window, as_of = given[0].window, min(one.as_of for one in given)
    if as_of < window.start:
        raise _refused(
            "window",
            f"it starts on {window.start}, after the last day of the records ({as_of}): every figure would be 0",
            f"empieza el {window.start}, después del último día de los registros ({as_of}): todo daría 0",
        )
    return Sheet(
        title=plan.title,
        window=window,
        as_of=as_of,
        nodes=tuple(one.node for one in given),
        invented=given[0].invented,
        internal=True,
        protection=None,
        figures=tuple(figures),
        headline=combined,
        footnotes=footnotes_of(plan, window, {one.node: one.as_of for one in given}),
    )


def _refused(where: str, en: str, es: str) -> BadInput:
    return BadInput("not_joinable", en=en, es=es, where=where)


def _check_together(given: Sequence[Tabulation], plan: Layout) -> None:
    if not given:
        raise _refused("", "no tabulations were given", "no se dieron conteos")
    first = given[0]
    ours = definitions_hash(plan.indicators)
    for one in given:
        if sum(other.node == one.node for other in given) > 1:
            raise _refused(one.node, "its count was given twice", "su conteo se dio dos veces")
        if one.window != first.window:
            raise _refused(
                one.node,
                f"counted {one.window}, {first.node} counted {first.window}",
                f"contó {one.window}; {first.node} contó {first.window}",
            )
        if one.definitions != ours:
            raise _refused(
                one.node,
                "counted by other definitions of the indicators than ours: both need the same version",
                "contó con otras definiciones de los indicadores: ambas necesitan la misma versión",
            )
        if one.invented != first.invented:
            raise _refused(
                one.node,
                "invented records cannot be counted together with real ones",
                "no se cuentan juntos registros inventados y reales",
            )


def _check_cells(one: Tabulation, plan: Layout) -> None:
    """Every cell is declared and stands once; single answers add up to their base, several never exceed it."""
    cells: dict[Key, Cell] = {}
    for cell in one.cells:
        key = (cell.indicator, cell.by, cell.cell)
        if key in cells or not _declared(cell, plan):
            name = "/".join(part for part in key if part)
            raise _refused(one.node, f"the cell {name} is not expected", f"la celda {name} no se esperaba")
        cells[key] = cell
    for name in plan.indicators:
        if (name, None, None) not in cells:
            raise _refused(one.node, f"{name} was not counted", f"no se contó {name}")
        base = cells[name, None, None]
        for breakdown in indicator(name).breakdowns.values():
            parts = [cell for cell in one.cells if cell.indicator == name and cell.by == breakdown.name]
            _check_parts(one.node, base, breakdown, parts)


def _declared(cell: Cell, plan: Layout) -> bool:
    if cell.indicator not in plan.indicators:
        return False
    if cell.by is None:
        return True
    breakdown = indicator(cell.indicator).breakdowns.get(cell.by)
    return breakdown is not None and breakdown.codes is not None and cell.cell in code_list(breakdown.codes)


def _check_parts(node: str, base: Cell, breakdown: Breakdown, parts: Sequence[Cell]) -> None:
    name = f"{base.indicator} by {breakdown.name}"
    if breakdown.multiple:
        for part in parts:
            if part.counted > base.counted or part.held > base.held:
                raise _refused(node, f"{name}: {part.cell} exceeds the base", f"{name}: {part.cell} rebasa la base")
        return
    counted, held = sum(part.counted for part in parts), sum(part.held for part in parts)
    if (counted, held) != (base.counted, base.held):
        raise _refused(
            node,
            f"{name}: the parts add up to {counted} of {base.counted} (held: {held} of {base.held})",
            f"{name}: las partes suman {counted} de {base.counted} (en total: {held} de {base.held})",
        )


def _totals(given: Sequence[Tabulation]) -> tuple[dict[Key, int], dict[Key, int]]:
    held: dict[Key, int] = {}
    counted: dict[Key, int] = {}
    for one in given:
        for cell in one.cells:
            key = (cell.indicator, cell.by, cell.cell)
            held[key] = held.get(key, 0) + cell.held
            counted[key] = counted.get(key, 0) + cell.counted
    return held, counted


def _combined(held: Mapping[Key, int], counted: Mapping[Key, int], key: Key) -> Combined:
    total, joint = held.get(key, 0), counted.get(key, 0)
    return Combined(total, total - joint, joint)


def _headline(one: Indicator, held: Mapping[Key, int], counted: Mapping[Key, int]) -> Figure:
    entry = _combined(held, counted, (one.id, None, None))
    return Figure(
        indicator=one.id,
        unit=one.unit.plural,
        by=None,
        cell=None,
        value=entry.joint,
        hidden=False,
        base=None,
        multiple=False,
        footnotes=one.footnotes,
        label=one.label,
        sum=entry.sum,
        both=entry.both,
    )


def _table(one: Indicator, breakdown: Breakdown, held: Mapping[Key, int], counted: Mapping[Key, int]) -> list[Figure]:
    base = counted.get((one.id, None, None), 0)
    figures = []
    for cell in _printed(one, breakdown, counted):
        entry = _combined(held, counted, (one.id, breakdown.name, cell))
        figures.append(
            Figure(
                indicator=one.id,
                unit=one.unit.plural,
                by=breakdown.name,
                cell=cell,
                value=entry.joint,
                hidden=False,
                base=base,
                multiple=breakdown.multiple,
                footnotes=(*breakdown.footnotes, *one.footnotes),
                label=_label(breakdown, cell),
                percents=breakdown.percent,
                sum=entry.sum,
                both=entry.both,
            )
        )
    return figures


def _printed(one: Indicator, breakdown: Breakdown, counted: Mapping[Key, int]) -> list[str]:
    """All listed codes in list order, zeros too; of a top list the largest, ties in list order, never a zero."""
    if breakdown.top is None:
        return list(breakdown.listed)
    value = {cell: counted.get((one.id, breakdown.name, cell), 0) for cell in breakdown.listed}
    ranked = sorted((cell for cell in breakdown.listed if value[cell]), key=lambda cell: -value[cell])
    return ranked[: breakdown.top]


def _label(breakdown: Breakdown, cell: str) -> Words:
    return code_list(str(breakdown.codes)).codes[cell].label
