# SPDX-License-Identifier: Apache-2.0
"""Whoever counted reads what is published too, and takes its own away: what is left are the others' people."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from tejido.statistics.sheet import Sheet
from tejido.statistics.tabulation import Cell, Tabulation
from tejido.statistics.window import Window

CellName = tuple[str, str | None, str | None]  # indicator, by, cell


@dataclass(frozen=True)
class Contributor:
    """One that counted. `own`: how many of each cell it knows itself. `exchanged`: tables whose `joint` figures it has.

    What it was told is no secret from it, by agreement; every other cell must stay open to it. Rule of dominance: of a
    cell that is shown, what is left without any one contributor is nobody, or k and more.
    """

    name: str
    window: Window
    own: Mapping[CellName, int]
    exchanged: frozenset[str] = frozenset()
    joint: Mapping[CellName, int] = field(default_factory=dict)

    def told(self, cell: CellName) -> int | None:
        """The exact joint figure of a cell, where it was sent it; what nobody counted is 0."""
        return self.joint.get(cell, 0) if table_of(cell) in self.exchanged else None

    @classmethod
    def of(cls, sheet: Sheet) -> Contributor:
        """As a sheet of its own says: built from its records alone, or published by it."""
        own = {(one.indicator, one.by, one.cell): one.value for one in sheet.figures if one.value is not None}
        return cls("+".join(sheet.nodes), sheet.window, own)


def contributors(tabulations: Sequence[Tabulation], exchanged: Collection[str] = ()) -> list[Contributor]:
    """Each of several nodes that counted together, and what it knows beside what is published.

    `exchanged`: tables (`victims`, `victims/gender`) that the agreement lets all of them have exactly.
    """
    joint: dict[CellName, int] = {}
    for one in tabulations:
        for cell in one.cells:
            key = (cell.indicator, cell.by, cell.cell)
            joint[key] = joint.get(key, 0) + cell.counted
    if len(tabulations) < 2:
        return []
    return [
        Contributor(one.node, one.window, {(c.indicator, c.by, c.cell): c.held for c in one.cells},
                    frozenset(exchanged), joint)
        for one in tabulations
    ]  # fmt: skip


def partners_of(
    ours: str, tabulations: Sequence[Tabulation], sent: Mapping[str, Collection[str]]
) -> list[Contributor]:  # fmt: skip
    """Each partner of the node `ours`; `sent`: the tables of ours that it was sent, by its name.

    Of two, whoever has a table of ours has the joint one. Of more, each takes its own people and ours away together
    where it has our table, and its own elsewhere: what the others sent it, nobody here knows.
    """
    partners = [one for one in tabulations if one.node != ours]
    if len(tabulations) == 2:
        return [reader for partner in partners for reader in contributors(tabulations, sent.get(partner.node, ()))
                if reader.name == partner.node]  # fmt: skip
    mine = {_name(cell): cell.counted for one in tabulations if one.node == ours for cell in one.cells}
    found = []
    for one in partners:
        own = {_name(cell): cell.held for cell in one.cells}
        counted = {_name(cell): cell.counted for cell in one.cells}
        for name in own.keys() | mine.keys():
            if table_of(name) in sent.get(one.node, ()):
                own[name] = max(own.get(name, 0), counted.get(name, 0) + mine.get(name, 0))
        found.append(Contributor(one.node, one.window, own))
    return found


def _name(cell: Cell) -> CellName:
    return (cell.indicator, cell.by, cell.cell)


def table_of(key: CellName) -> str:
    """The table of a cell as agreements name it."""
    return key[0] if key[1] is None else f"{key[0]}/{key[1]}"
