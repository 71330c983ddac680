# SPDX-License-Identifier: Apache-2.0
"""A network's file as rows for `checking`: read anew, and who is protected said anew, so that no mistake is shared."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, NoReturn

from tejido.vocabulary import BadInput, Words

_PROTECTED = {"unknown", "survivor"}  # and every role that begins so


class Refused(Exception):
    """The claim does not hold; `words` say which."""

    def __init__(self, en: str, es: str) -> None:
        super().__init__(en)
        self.words: Words = {"en": en, "es": es}


def refuse(en: str, es: str) -> NoReturn:
    """Raise `Refused`."""
    raise Refused(en, es)


@dataclass(frozen=True)
class Row:
    """A tie. `against`: whom an action on it falls on; `price`: its cost in whole numbers, as the budget."""

    number: int
    start: str
    end: str
    capacity: int
    special: bool
    may: bool
    cost: Fraction | None
    against: tuple[str, ...]
    price: int = 0


@dataclass(frozen=True)
class Rows:
    """Ties between source and sink, and what may be spent."""

    rows: tuple[Row, ...]
    source: str
    sink: str
    budget: Fraction
    budget_whole: int


def read_rows(path: Path, *, budget: Fraction, rate: Fraction, unprotected: bool) -> Rows:
    """The rows of a .json or a published .csv file; raises `BadInput`."""
    return read_as(path, lambda said: _rows(said, budget, rate, unprotected))


def read_as[T](path: Path, made: Callable[[dict[str, Any]], T]) -> T:
    """What is made of a .json or a published .csv file; raises `BadInput`."""
    if path.suffix.lower() not in (".json", ".csv"):
        raise BadInput("plan.check_form", en="expected the network as a file .json or .csv",
                       es="se esperaba la red como archivo .json o .csv", where=path.name)  # fmt: skip
    try:
        said = _archive(path) if path.suffix.lower() == ".csv" else json.loads(path.read_text("utf-8-sig"))
        return made(said)
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError):
        raise BadInput(
            "plan.check_network", en="cannot be read as a network; tejido network check says why",
            es="no se puede leer como red; tejido network check dice por qué", where=path.name,
        ) from None  # fmt: skip


def _archive(path: Path) -> dict[str, Any]:
    """The published rows in our own words."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        lines = [[cell.strip() for cell in line] for line in csv.reader(file)]
    source, sink = lines[0][:2]
    nodes = {source: "source", sink: "sink"}
    ties = []
    for number, cells in enumerate(lines[1:], 2):
        if not cells:
            continue
        marks = [cell == "1" for cell in cells[5:8]] if len(cells) > 6 else [False] * 3
        for node, role in ((cells[1], "trafficker" * marks[0]), (cells[0], "survivor" * marks[2]),
                           (cells[1], "survivor_made_to_control_others" * marks[1])):  # fmt: skip
            nodes[node] = role or nodes.get(node, "unknown")
        nodes.setdefault(cells[0], "unknown")
        ties.append({"row": number, "from": cells[0], "to": cells[1], "capacity": cells[2], "cost": cells[3],
                     "under_control": cells[4] == "1"})  # fmt: skip
    back = ties.pop()
    return {"declared": "published", "nodes": [{"id": node, "role": role} for node, role in nodes.items()],
            "ties": ties, "return_capacity": back["capacity"]}  # fmt: skip


def is_safe(node: Mapping[str, Any]) -> bool:
    """Whether acting against this node is acting against nobody protected."""
    role = str(node.get("role", "unknown"))
    return role not in _PROTECTED and not role.startswith("survivor") and node.get("under_18") is not True


def _rows(said: dict[str, Any], budget: Fraction, rate: Fraction, unprotected: bool) -> Rows:
    nodes = {str(one["id"]): one for one in said["nodes"]}
    roles = {node: one.get("role", "unknown") for node, one in nodes.items()}
    source, sink = (next(node for node, role in roles.items() if role == wanted) for wanted in ("source", "sink"))
    unprotected = unprotected and said["declared"] != "casework"
    made = []
    for number, tie in enumerate(said["ties"], 1):
        start, end = str(tie["from"]), str(tie["to"])
        cost = None if tie.get("cost") is None else Fraction(str(tie["cost"]))
        hit = [node for node in ([str(tie["against"])] if tie.get("against") not in (None, "") else [start, end])
               if roles[node] not in ("source", "sink")]  # fmt: skip
        safe = bool(hit) and all(is_safe(nodes[node]) for node in hit)
        carries = Fraction(str(tie["capacity"])) * (rate if roles[end] == "trafficker" else 1)
        special = tie.get("under_control", False) is True
        made.append((tie.get("row", number), start, end, math.floor(carries), special,
                     cost is not None and (unprotected or safe), cost, tuple(hit)))  # fmt: skip
    if said.get("return_capacity") is not None:
        made.append((0, "", source, int(said["return_capacity"]), False, False, None, ()))
        source = ""
    whole = math.lcm(budget.denominator, *(one[6].denominator for one in made if one[6] is not None and one[3]))
    rows = tuple(Row(*one, price=int((one[6] or 0) * whole)) for one in made)
    return Rows(rows, source, sink, budget, int(budget * whole))


def clipped(rows: Rows) -> dict[int, int]:
    """What a flow without circles can carry: on a way from source to sink, no more than reaches and leaves a tie."""
    kept = [row for row in rows.rows if row.capacity]
    on_way = _met(kept, rows.source, True), _met(kept, rows.sink, False)
    reach = {row.number: row.capacity if row.start in on_way[0] and row.end in on_way[1]
             and row.end != rows.source and row.start != rows.sink else 0 for row in rows.rows}  # fmt: skip
    for _ in range(50):
        into: dict[str, int] = {}
        out: dict[str, int] = {}
        for row in rows.rows:
            into[row.end] = into.get(row.end, 0) + reach[row.number]
            out[row.start] = out.get(row.start, 0) + reach[row.number]
        limit = min(out.get(rows.source, 0), into.get(rows.sink, 0))
        into[rows.source] = out[rows.sink] = limit
        again = {row.number: min(reach[row.number], limit, into.get(row.start, 0), out.get(row.end, 0))
                 for row in rows.rows}  # fmt: skip
        if again == reach:
            break
        reach = again
    return reach


def _met(rows: list[Row], first: str, forward: bool) -> set[str]:
    met, grown = {first}, True
    while grown:
        grown = False
        for row in rows:
            here, there = (row.start, row.end) if forward else (row.end, row.start)
            if here in met and there not in met:
                met.add(there)
                grown = True
    return met
