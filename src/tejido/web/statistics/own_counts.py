# SPDX-License-Identifier: AGPL-3.0-or-later
"""This organisation's own records counted for itself: any declared indicator, or how soon and how well it answers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from tejido.reports.numbers import percent_text
from tejido.statistics import Cell, Window
from tejido.statistics.breakdowns import BASE_LABELS, Base
from tejido.statistics.definitions import indicator, indicators
from tejido.statistics.figures import Counted, counted_in
from tejido.statistics.layout import layout
from tejido.vocabulary import Words
from tejido.web.security import audit
from tejido.web.security.access import require
from tejido.web.security.keyring import KeyRing
from tejido.web.security.permissions import Permission
from tejido.web.statistics.actions import local_day
from tejido.web.statistics.frames import own_tabulation

RESPONSE = "response"  # the shipped sheet of this name; every other choice is one indicator


@dataclass(frozen=True)
class Row:
    """A cell: in words, how many, and the percentage where one is told."""

    label: Words
    count: int
    percent: str | None


@dataclass(frozen=True)
class Table:
    """One table; no rows where there is nothing to divide. `median`: the band in which the middle one lies."""

    indicator: str
    counted: Words
    by: Words
    multiple: bool
    total: int
    base: Words
    out_of: int
    rows: list[Row]
    median: Words | None


def choices() -> dict[str, Words]:
    """What can be counted: the response sheet, then every indicator over records."""
    over_records = {name: one.label for name, one in indicators().items() if one.source == "records"}
    return {RESPONSE: layout(RESPONSE).title, **over_records}


def count_records(*, what: str, window: Window, by: Any, ring: KeyRing, now: datetime) -> list[Table]:
    """Exact figures over everything this organisation knows of, for the data team's eyes. Raises `BadInput`."""
    require(by, Permission.COUNT)
    wanted = layout(RESPONSE).tables if what == RESPONSE else tuple((what, each) for each in indicator(what).breakdowns)
    names = list(dict.fromkeys(name for name, _ in wanted)) or [what]
    totals = own_tabulation(ring=ring, window=window, as_of=local_day(now), names=names)
    audit.record("counted", by=by, window=str(window), filter=what, count=len(totals.cells))
    cells = [replace(cell, counted=cell.held) for cell in totals.cells]
    return [_table(cells, name, each) for name, each in wanted]


def _table(cells: Iterable[Cell], name: str, by: str) -> Table:
    declared = indicator(name)
    breakdown = declared.breakdown(by)
    total = counted_in(cells, name, None).rows[0][1]
    # A base of zero is refused, since nothing can be divided: on the page it is an answer.
    counts = {cell.cell or "": cell.counted for cell in cells if (cell.indicator, cell.by) == (name, by)}
    base = breakdown.base_of(total, counts)
    counted = counted_in(cells, name, by) if base else Counted([])
    rows = []
    for code, count in counted.rows:
        told = breakdown.percent and (breakdown.base is Base.EVERYONE or code not in breakdown.silent)
        rows.append(Row(breakdown.label_of(code or ""), count, percent_text(count, base) if told else None))
    median = breakdown.label_of(counted.median) if counted.median is not None else None
    return Table(name, declared.label, breakdown.label, breakdown.multiple, total, BASE_LABELS[breakdown.base], base,
                 rows, median)  # fmt: skip
