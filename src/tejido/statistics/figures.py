# SPDX-License-Identifier: Apache-2.0
"""One declared indicator, counted by itself: exact numbers for those who may see the records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tejido.statistics.counting import count_node, counter, tabulate
from tejido.statistics.definitions import indicator
from tejido.statistics.handovers import check_exchanged
from tejido.statistics.holdings import Holdings
from tejido.statistics.specification import Indicator
from tejido.statistics.tabulation import Cell
from tejido.statistics.window import Window
from tejido.tables.ctdc import attach_ctdc, people_in
from tejido.tables.ctdc_forms import FORMS
from tejido.tables.reading import open_records
from tejido.tables.rows import TableRows, codes_in_rows
from tejido.vocabulary import BadInput

Rows = list[tuple[str | None, int]]  # (code, or None without a breakdown; how many)


@dataclass(frozen=True)
class Counted:
    """What a count came to. Of a breakdown: `base`, of how many percentages are; and the band of the median, if any."""

    rows: Rows
    base: int | None = None
    median: str | None = None


def count_files(
    files: Sequence[Path], *, source: str, name: str, by: str | None = None, window: Window | None = None
) -> Counted:
    """Count indicator `name` over folders of records (`records`), or public CTDC files (`ctdc`); joint if several.

    With `by`, one pair per code that occurs, in the order of its code list. Raises `BadInput`.
    """
    chosen = indicator(name)
    if by is not None:
        chosen.breakdown(by)
    if (source == "records") != (chosen.source == "records"):
        raise BadInput(
            "other_source",
            en=f"indicator {name} is counted over {chosen.source}, not over {source}",
            es=f"el indicador {name} se cuenta sobre {chosen.source}, no sobre {source}",
            where="--as",
        )
    if window is not None and chosen.window is None:
        raise BadInput(
            "no_window",
            en=f"indicator {name} declares no date: it cannot be counted in a window",
            es=f"el indicador {name} no define una fecha: no puede contarse en un periodo",
            where="--window",
        )
    return counted_in(_records(files, name, window) if source == "records" else _public(files, chosen), name, by)


def counted_in(cells: Iterable[Cell], name: str, by: str | None) -> Counted:
    """What `cells`, of one node or of several, come to: indicator `name`, divided or not. Raises `BadInput`."""
    found: dict[str | None, dict[str, int]] = {}
    for cell in cells:
        if cell.indicator == name:
            counts = found.setdefault(cell.by, {})
            counts[cell.cell or ""] = counts.get(cell.cell or "", 0) + cell.counted
    total = found.get(None, {}).get("", 0)
    return Counted([(None, total)]) if by is None else _divided(indicator(name), by, found.get(by, {}), total)


def _divided(chosen: Indicator, by: str, counts: Mapping[str, int], total: int) -> Counted:
    breakdown = chosen.breakdown(by)
    base = breakdown.base_of(total, counts)
    if base == 0:
        whom = "counted" if total == 0 else f"of the {total} counted has any information"
        quien = "nada que contar" if total == 0 else f"nada con información entre lo contado ({total})"
        raise BadInput(
            "zero_base",
            en=f"the base is zero: none {whom}, so there is nothing to divide by {by}",
            es=f"la base de cálculo es cero: {quien}, así que no hay qué desglosar por {by}",
            where=chosen.id,
        )
    rows: Rows = [(code, counts[code]) for code in breakdown.in_order(counts) if counts[code]]
    return Counted(rows, base, breakdown.median(counts))


def _records(files: Sequence[Path], name: str, window: Window | None) -> list[Cell]:
    counts = tabulate([open_records(folder) for folder in files], window=window, names=(name,))
    check_exchanged(counts)
    return [cell for one in counts for cell in one.cells]


def _public(files: Sequence[Path], chosen: Indicator) -> list[Cell]:
    cells = []
    with counter() as connection:
        for number, file in enumerate(files):
            if Path(file).resolve() in [Path(other).resolve() for other in files[:number]]:
                raise BadInput(
                    "same_file_twice",
                    en="the file was given twice: everyone in it would be counted twice",
                    es="el archivo se dio dos veces: cada persona se contaría dos veces",
                    where=Path(file).name,
                )
            form = FORMS[chosen.source]
            people = people_in(attach_ctdc(connection, Path(file), f"f{number}", form), form)
            codes = codes_in_rows(connection, people, chosen.table.columns)
            size = len(codes[chosen.table.columns[0].name].numbers)
            cells.extend(count_node(Holdings({chosen.table.name: TableRows(size, codes)}), (chosen.id,), None))
    return cells
