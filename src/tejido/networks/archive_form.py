# SPDX-License-Identifier: Apache-2.0
"""The CSV of the archive INFORMSJoC/2023.0423 (Lopes da Silva, Sharkey, Song 2025), exactly as published.

The first row names source and sink (and, in layered networks, a level); every other row is an arc, the last one the
return arc from sink to source. What its authors call a bottom is here a survivor made to control others. Layered
networks say nobody's role: everyone in them counts as protected.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from tejido.networks.assembling import Assembly, capacity, cost, refuse
from tejido.networks.csv_rows import csv_rows
from tejido.networks.network import Network, Tie
from tejido.tables.csv_files import csv_header

_ARC = ("tail", "head", "capacity", "cost", "special")
_COLUMNS = {2: (*_ARC, "trafficker", "bottom", "victim"), 3: (*_ARC, "level")}  # by the cells of the first row
_CALLED = {"from": "tail", "to": "head"}
_PLAIN = re.compile(r"[0-9]{1,9}").fullmatch
_FLAGS = frozenset({"special", "trafficker", "bottom", "victim"})
# Which end of an arc with this mark has this role.
_ROLES = {"trafficker": (1, "trafficker"), "bottom": (1, "survivor_made_to_control_others"), "victim": (0, "survivor")}

_SURVIVORS = {_ROLES["bottom"][1], _ROLES["victim"][1]}


def read_archive(path: Path) -> Network:
    """The network in an archive's file; raises `BadInput`."""
    name = path.name
    first = [cell.strip() for cell in csv_header(path, name)]
    while first and not first[-1]:  # as a spreadsheet fills up a short row
        first.pop()
    if len(first) not in _COLUMNS:
        refuse("archive", f"{name}, row 1", "expected source and sink, and in layered networks a level: 0,21,1",
               "se esperaban origen y destino y, en redes por capas, un nivel: 0,21,1")  # fmt: skip
    columns = _COLUMNS[len(first)]
    source, sink = (_number(cell, f"{name}, row 1") for cell in first[:2])
    if source == sink:
        refuse("archive", f"{name}, row 1", "source and sink are the same; expected two nodes",
               "el origen y el destino son el mismo; se esperaban dos puntos")  # fmt: skip
    roles = {source: "source", sink: "sink"}
    ties: list[Tie] = []
    for row, cells in csv_rows(path, name, len(columns)):
        ties.append(_arc(row, [cell.strip() for cell in cells], columns, f"{name}, row {row}", roles))
    if not ties or (ties[-1].start, ties[-1].end) != (sink, source):
        refuse("archive.cut", f"{name}, row {len(ties) + 1}",
               f"the last row must be the return arc {sink},{source}: the file may have been cut off",
               f"la última fila debe ser el arco de regreso {sink},{source}: quizá el archivo se cortó")  # fmt: skip
    back = ties.pop()
    made = Assembly(name)
    for node, role in roles.items():
        made.node({"id": node, "role": role}, lambda _: name)
    for tie in ties:
        made.take(tie, lambda entry: f"{name}, row {tie.row}, column {_CALLED[entry]}")  # noqa: B023  called at once
    return made.network(declared="published", return_capacity=back.capacity)


def _arc(row: int, cells: Sequence[str], columns: Sequence[str], where: str, roles: dict[str, str]) -> Tie:
    price: float
    if all(map(_PLAIN, cells)):
        tail, head, most, price, *marks = map(int, cells)
    else:  # something to refuse, or an unusual way to write a number
        tail, head = (int(_number(cell, where)) for cell in cells[:2])
        most, price = capacity(cells[2], f"{where}, column capacity"), cost(cells[3], f"{where}, column cost")
        marks = [int(cell) if cell in ("0", "1") else 2 for cell in cells[4:]]
    ends = (str(tail), str(head))
    for mark, value in zip(columns[4:], marks, strict=True):
        if value and mark in _FLAGS:
            if value != 1:
                refuse("archive.mark", f"{where}, column {mark}", "expected 0 or 1", "se esperaba 0 o 1")
            if mark in _ROLES:
                end, role = _ROLES[mark]
                there = roles.get(ends[end], "unknown")
                if {there, role} == _SURVIVORS:  # made to control others, and a survivor all the same
                    role = _ROLES["bottom"][1]
                elif there not in (role, "unknown"):
                    refuse("two_roles", where, f"{ends[end]!r} is already {there!r}; expected one role for each node",
                           f"{ends[end]!r} ya es {there!r}; se esperaba un solo papel por punto")  # fmt: skip
                roles[ends[end]] = role
    for node in ends:
        roles.setdefault(node, "unknown")
    return Tie(*ends, "", most, price, "", "", marks[0] == 1, row)


def _number(cell: str, where: str) -> str:
    if cell.isascii() and cell.isdigit() and len(cell) <= 15:
        return str(int(cell))
    refuse("archive.node", where, f"{cell[:40]!r} is no node's number; expected 0, 1, 2 …",
           f"{cell[:40]!r} no es el número de un punto; se esperaba 0, 1, 2 …")  # fmt: skip
