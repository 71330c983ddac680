# SPDX-License-Identifier: Apache-2.0
"""`tejido release attack`: what fell, told as places in the publication."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tejido.statistics.audit_reading import PublishedSheet, PublishedTable, read_sheet
from tejido.statistics.contributors import Contributor
from tejido.statistics.disclosure.attacking import Attacked, attack
from tejido.statistics.disclosure.facts import Interval, Key, Need, Relation
from tejido.statistics.disclosure.glotip import read_glotip
from tejido.statistics.disclosure.publications import Place, Reading, attack_sheets
from tejido.statistics.sheet_file import published_sheet
from tejido.vocabulary import BadInput, Words

_K = 11


@dataclass(frozen=True)
class AttackedCell:
    """A cell that was looked at to the end: where it stands, and from where to where it can be."""

    where: Words
    place: dict[str, Any]
    low: int
    high: int | None
    fell: bool

    def as_json(self) -> dict[str, Any]:
        """As `--json` prints it."""
        return self.place | {"low": self.low, "high": self.high, "fell": self.fell}


@dataclass(frozen=True)
class AttackReport:
    """Counts of hidden cells: all, those that fell, those in tables that contradict themselves. `known`: exactly."""

    hidden: int
    fell: int
    inconsistent: int
    known: int
    cells: tuple[AttackedCell, ...]

    def as_json(self) -> dict[str, Any]:
        """As `--json` prints it; a form of somebody else's has no cells listed unless all were asked for."""
        counts = {"hidden": self.hidden, "fell": self.fell, "inconsistent": self.inconsistent, "known": self.known}
        return counts | ({"cells": [cell.as_json() for cell in self.cells]} if self.cells else {})


def attack_glotip(path: Path, exact: bool = False) -> AttackReport:
    """UNODC's file: tables that contradict themselves are set apart, for nothing follows from them."""
    facts, needs = read_glotip(path)
    found = attack(facts, needs, exact=exact)
    apart = {key[0] for cells in found.inconsistent for key in cells}
    fell = {key for key in found.fell if key[0] not in apart}
    listed = [key for key in found.intervals if exact and key[0] not in apart]
    return AttackReport(
        hidden=len(facts.hidden),
        fell=len(fell),
        inconsistent=sum(key[0] in apart for key in facts.hidden),
        known=sum(found.intervals[key][0] == found.intervals[key][1] for key in fell),
        cells=tuple(_glotip_cell(key, found.intervals[key], key in fell) for key in listed),
    )


def _glotip_cell(key: Key, interval: Interval, fell: bool) -> AttackedCell:
    table, cell = key
    name = " · ".join(part for part in (*table, *cell) if part)
    return AttackedCell({"en": name, "es": name}, {"table": list(table), "cell": list(cell)}, *interval, fell)


def attack_published(
    outs: Sequence[Path], *, knows: Path | None = None, k: int | None = None, exact: bool = False
) -> AttackReport:
    """Folders that `factsheet build` wrote, their `sheet.json`, or sheets in the audit's form; all of one kind.

    Raises `BadInput` for a file in neither form.
    """
    if any(path.suffix in (".yaml", ".yml") for path in outs):
        if len(outs) > 1 or knows is not None:
            raise BadInput("attack.one", en="a sheet in the audit's form is attacked alone",
                           es="una hoja en la forma de la auditoría se ataca sola", where=str(outs[0]))  # fmt: skip
        reading = _reading_of(read_sheet(outs[0]), k or _K)
        return _report(reading, attack(reading.facts, reading.needs, exact=exact), exact)
    own = Contributor.of(published_sheet(knows)) if knows is not None else None
    reading, found = attack_sheets([published_sheet(path) for path in outs], knows=own, k=k, exact=exact)
    return _report(reading, found, exact)


def _reading_of(sheet: PublishedSheet, k: int) -> Reading:
    """A sheet as somebody copied it out: what it does not say is not assumed."""
    reading = Reading()
    printed = [cell.count for table in sheet.tables for cell in table.cells.values() if cell.count is not None]
    floor = 1 if 0 in printed else 0  # a sheet that prints zeros hides none
    for unit, value in sheet.headline.items():
        _put(reading, ("headline", unit), (value, value) if value is not None else (0, None), k)
    for number, table in enumerate(sheet.tables):
        _read_table(reading, f"{number}", table, k, floor)
    return reading


def _read_table(reading: Reading, name: str, table: PublishedTable, k: int, floor: int) -> None:
    keys = {code: (name, table.unit, table.by, code) for code in table.cells}
    for code, cell in table.cells.items():
        interval: Interval = (floor, None)
        if cell.count is not None:
            interval = (cell.count, cell.count)
        elif cell.percent is not None and table.base is not None:
            interval = cell.percent.counts(table.base)
        _put(reading, keys[code], interval, k)
    base: Key = ("headline", table.unit)
    if table.base is not None:
        base = (name, "base")
        reading.shown[base] = table.base
    elif table.multiple is not False or (base not in reading.shown and base not in reading.hidden):
        return
    cells = list(keys.values())
    if table.multiple is False:
        make = Relation.adds_up if table.complete else Relation.at_most
        reading.relations.append(make(cells, base))
    else:
        reading.relations += [Relation.at_most([cell], base) for cell in cells]


def _put(reading: Reading, key: Key, interval: Interval, k: int) -> None:
    low, high = interval
    if low == high:
        reading.shown[key] = low
    else:
        reading.hidden[key] = interval
        reading.needs[key] = Need(1, k - 1, width=k)


def _report(reading: Reading, found: Attacked, exact: bool) -> AttackReport:
    meant = [key for key in reading.hidden if not _between(key)]
    contradicted = {key for cells in found.inconsistent for key in cells}
    fell = [key for key in found.fell if key not in contradicted]
    listed = [key for key in found.intervals if key in fell or (exact and not _between(key))]
    others = {key: _less(found.intervals[key], reading.own.get(key, 0)) for key in listed}
    given = [AttackedCell(_where(key), _place(key), left, left, True) for key, left in reading.given_away.items()]
    return AttackReport(
        hidden=len(meant),
        fell=len(fell) + len(given),
        inconsistent=sum(key in contradicted for key in meant),
        known=sum(found.intervals[key][0] == found.intervals[key][1] for key in fell) + len(given),
        cells=(*(AttackedCell(_where(key), _place(key), *others[key], key in fell) for key in listed), *given),
    )


def _less(interval: Interval, own: int) -> Interval:
    """The others' people, once a partner took its own away."""
    low, high = interval
    return low - own, None if high is None else high - own


def _between(key: Key) -> bool:
    return isinstance(key, Place) and key.edition is None


def _place(key: Key) -> dict[str, Any]:
    if isinstance(key, Place):
        edition = None if key.edition is None else key.edition + 1
        return {
            "edition": edition,
            "window": str(key.window),
            "indicator": key.indicator,
            "by": key.by,
            "cell": key.cell,
        }
    if isinstance(key, tuple) and len(key) == 4:
        return {"unit": key[1], "by": key[2], "cell": key[3]}
    return {"unit": key[1] if isinstance(key, tuple) else None, "by": None, "cell": None}


def _where(key: Key) -> Words:
    place = _place(key)
    named = [str(place[name]) for name in ("unit", "window", "indicator", "by", "cell") if place.get(name) is not None]
    text = " · ".join(named)
    if _between(key):
        return {"en": f"{text} (between editions)", "es": f"{text} (entre ediciones)"}
    return {"en": text, "es": text}
