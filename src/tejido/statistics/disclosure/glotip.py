# SPDX-License-Identifier: Apache-2.0
"""UNODC's public file of trafficking statistics (GLOTIP), as it is published: one row for each number.

A row says country, indicator, dimension, category, year, sex and age. Of one country, indicator, category and year the
rows are one table of sex by age with totals; counts under 5 stand as `<5`. What is not a row is nobody.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path

from tejido.statistics.disclosure.facts import Facts, Interval, Key, Need, Relation
from tejido.vocabulary import BadInput, system_reason

_TABLE = ("Country", "Indicator", "Dimension", "Category", "Year")
_CELL = ("Sex", "Age")
_COUNT = "txtVALUE"
_TOTAL = "Total"
_SMALL, _MOST = "<5", 4

Table = tuple[str, ...]
Cell = tuple[str, str]


def read_glotip(path: Path) -> tuple[Facts, dict[Key, Need]]:
    """What the file shows, and what each `<5` needs: any value from 0 to 4. Keys are (table, (sex, age)).

    Where a cell stands twice the last row counts. Raises `BadInput` naming the line.
    """
    shown: dict[Key, int] = {}
    hidden: dict[Key, Interval] = {}
    tables: dict[Table, dict[Cell, None]] = {}
    for table, cell, count in _rows(path):
        key = (table, cell)
        tables.setdefault(table, {})[cell] = None
        for known in (shown, hidden):
            known.pop(key, None)
        if count is None:
            hidden[key] = (0, _MOST)
        else:
            shown[key] = count
    relations = [
        Relation.adds_up([(table, part) for part in parts], (table, whole))
        for table, cells in tables.items() for parts, whole in _sums(cells)
    ]  # fmt: skip
    return Facts(shown, hidden, relations), {key: Need(0, _MOST) for key in hidden}


def _rows(path: Path) -> Iterator[tuple[Table, Cell, int | None]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            missing = [name for name in (*_TABLE, *_CELL, _COUNT) if name not in (rows.fieldnames or ())]
            if missing:
                listed = ", ".join(missing)
                raise _refused(
                    f"{path.name}, line 1", f"expected the columns {listed}", f"faltan las columnas {listed}"
                )
            for row in rows:
                table, cell = tuple(row[name] or "" for name in _TABLE), (row["Sex"] or "", row["Age"] or "")
                yield table, cell, _count(row[_COUNT], f"{path.name}, line {rows.line_num}")
    except UnicodeDecodeError:
        raise _refused(path.name, "expected UTF-8 text", "se esperaba texto en UTF-8") from None
    except csv.Error as problem:
        raise _refused(path.name, f"not CSV: {problem}", "no es un CSV bien formado") from None
    except OSError as problem:
        reason = system_reason(problem)
        raise _refused(path.name, f"cannot be read: {reason['en']}", f"no se puede leer: {reason['es']}") from None


def _count(written: str | None, where: str) -> int | None:
    if written == _SMALL:
        return None
    digits = (written or "").replace(",", "")
    if not (digits.isascii() and digits.isdecimal()):
        raise _refused(where, f"expected a whole number or {_SMALL}, not {written!r}",
                       f"se esperaba un número entero o {_SMALL}, no {written!r}")  # fmt: skip
    return int(digits)


def _sums(cells: Mapping[Cell, None]) -> Iterator[tuple[list[Cell], Cell]]:
    """Every line of a table whose total is printed beside some of its parts."""
    sexes = list(dict.fromkeys(sex for sex, _ in cells if sex != _TOTAL))
    ages = list(dict.fromkeys(age for _, age in cells if age != _TOTAL))
    lines = [([(sex, age) for age in ages], (sex, _TOTAL)) for sex in (_TOTAL, *sexes)]
    lines += [([(sex, age) for sex in sexes], (_TOTAL, age)) for age in (_TOTAL, *ages)]
    between = [whole for _, whole in lines if whole != (_TOTAL, _TOTAL) and whole in cells]
    if not between:  # no subtotal is printed: the total is that of all its parts
        lines.append(([(sex, age) for sex in sexes for age in ages], (_TOTAL, _TOTAL)))
    for parts, whole in lines:
        printed = [part for part in parts if part in cells]
        if printed and whole in cells:
            yield printed, whole


def _refused(where: str, en: str, es: str) -> BadInput:
    return BadInput("glotip", en=en, es=es, where=where)
