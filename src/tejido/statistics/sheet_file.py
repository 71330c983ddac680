# SPDX-License-Identifier: Apache-2.0
"""Reads what `factsheet build` wrote, and refuses what no count can have come to."""

from __future__ import annotations

import json
from pathlib import Path

from tejido.statistics.definitions import indicator
from tejido.statistics.sheet import Figure, Sheet
from tejido.vocabulary import BadInput, system_reason


def published_sheet(path: Path) -> Sheet:
    """The sheet in a folder, or in its `sheet.json`; raises `BadInput`, also where its figures cannot be true."""
    sheet = written_sheet(path)
    check_figures(sheet, str(path))
    return sheet


def written_sheet(path: Path) -> Sheet:
    """The sheet in a folder, or in its `sheet.json`, as it stands: what was changed in it is for others to find."""
    file = path / "sheet.json" if path.is_dir() else path
    try:
        return Sheet.from_json(json.loads(file.read_text(encoding="utf-8")))
    except OSError as problem:
        reason = system_reason(problem)
        raise BadInput("sheet.unreadable", en=f"cannot be read: {reason['en']}",
                       es=f"no se puede leer: {reason['es']}", where=str(file)) from None  # fmt: skip
    except ValueError:
        raise BadInput("sheet.form", en="expected the JSON that `factsheet build` wrote",
                       es="se esperaba el JSON que escribió `factsheet build`", where=str(file)) from None  # fmt: skip


def check_figures(sheet: Sheet, where: str) -> None:
    """Raises `BadInput` for a number that is no count, and for a table that is not what its definition says."""
    tables: dict[tuple[str, str], list[Figure]] = {}
    for figure in sheet.figures:
        for number in (figure.value, figure.base):
            if number is not None and (type(number) is not int or number < 0):
                raise _refused(where, figure, f"{number!r} is no count: expected a whole number from 0",
                               f"{number!r} no es un conteo: se esperaba un número entero desde 0")  # fmt: skip
        if figure.by is not None:
            tables.setdefault((figure.indicator, figure.by), []).append(figure)
    totals = {figure.indicator: figure.value for figure in sheet.figures if figure.by is None}
    for (name, by), figures in tables.items():
        _check_table(where, name, by, figures, totals.get(name))


def _check_table(where: str, name: str, by: str, figures: list[Figure], total: int | None) -> None:
    breakdown, first = indicator(name).breakdown(by), figures[0]
    for figure in figures:
        if figure.multiple is not breakdown.multiple:
            en, es = _SEVERAL if breakdown.multiple else _ONE
            raise _refused(where, figure, en, es)
        if figure.base is not None and figure.base != (first.base if total is None else total):
            raise _refused(where, figure, f"its base is {figure.base}, elsewhere {total or first.base}",
                           f"su base de cálculo es {figure.base}; en otra parte, {total or first.base}")  # fmt: skip
    base, shown = first.base, [figure.value for figure in figures if figure.value is not None]
    if base is None:
        return
    most = max(shown, default=0) if breakdown.multiple else sum(shown)
    if most > base or (breakdown.complete and len(shown) == len(figures) and most != base):
        raise _refused(where, first, f"the parts come to {most}, the base to {base}",
                       f"las partes suman {most} y la base de cálculo es {base}", cell=False)  # fmt: skip


_SEVERAL = ("written as one answer, but several may hold", "escrito como respuesta única, pero puede haber varias")
_ONE = ("written as several answers, but one alone may hold", "escrito como respuesta múltiple, pero sólo cabe una")


def _refused(where: str, figure: Figure, en: str, es: str, *, cell: bool = True) -> BadInput:
    place = [figure.indicator, figure.by, figure.cell if cell else None]
    return BadInput("sheet.figures", en=en, es=es, where=f"{where}, {'/'.join(part for part in place if part)}")
