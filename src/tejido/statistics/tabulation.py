# SPDX-License-Identifier: Apache-2.0
"""What one node's count comes to: totals by code, and no row about anyone. This is what nodes exchange."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from tejido.statistics.window import Window
from tejido.vocabulary import BadInput

SCHEMA = "tejido.tabulation/1"


@dataclass(frozen=True)
class Cell:
    """One total. `counted`: what this node counts when all count together; `held`: everything it knows."""

    indicator: str
    by: str | None
    cell: str | None
    counted: int
    held: int


@dataclass(frozen=True)
class HandedOver:
    """How many rows of a table (cases, persons) carry a hand-over: counted here, and left to each partner to count."""

    table: str
    counted_here: int
    left_to: Mapping[str, int]


@dataclass(frozen=True)
class Tabulation:
    """One node's totals for a window. `definitions` is the hash of what was counted; equal at nodes that may join."""

    node: str
    window: Window
    as_of: date
    invented: bool
    definitions: str
    cells: tuple[Cell, ...]
    handed_over: tuple[HandedOver, ...]

    def as_json(self) -> dict[str, Any]:
        """The message body, schema tejido.tabulation/1."""
        return {
            "schema": SCHEMA,
            "node": self.node,
            "window": {"start": self.window.start.isoformat(), "end": self.window.end.isoformat()},
            "as_of": self.as_of.isoformat(),
            "invented": self.invented,
            "definitions": self.definitions,
            "cells": [
                {"indicator": c.indicator, "by": c.by, "cell": c.cell, "counted": c.counted, "held": c.held}
                for c in self.cells
            ],
            "handed_over": [
                {"table": h.table, "counted_here": h.counted_here, "left_to": dict(sorted(h.left_to.items()))}
                for h in self.handed_over
            ],
        }

    @classmethod
    def from_json(cls, raw: object) -> Tabulation:
        """Read what a partner sent; raises `BadInput` for anything that is not exactly a tabulation."""
        body = _body(raw, "tabulation", _KEYS)
        if body["schema"] != SCHEMA:
            raise _refused("schema", f"expected {SCHEMA}", f"se esperaba {SCHEMA}")
        window = _body(body["window"], "window", {"start", "end"})
        return cls(
            node=_text(body["node"], "node"),
            window=Window(_day(window["start"], "window.start"), _day(window["end"], "window.end")),
            as_of=_day(body["as_of"], "as_of"),
            invented=_flag(body["invented"]),
            definitions=_text(body["definitions"], "definitions"),
            cells=tuple(_cell(entry, f"cells[{n}]") for n, entry in enumerate(_many(body["cells"], "cells"))),
            handed_over=tuple(
                _handed_over(entry, f"handed_over[{n}]")
                for n, entry in enumerate(_many(body["handed_over"], "handed_over"))
            ),
        )


_KEYS = {"schema", "node", "window", "as_of", "invented", "definitions", "cells", "handed_over"}


def _refused(where: str, en: str, es: str) -> BadInput:
    return BadInput("tabulation", en=en, es=es, where=f"tabulation, {where}")


def _body(raw: object, where: str, keys: set[str]) -> dict[str, Any]:
    # Exactly these keys: an extra one could carry a row about a person past everyone who reads the agreement.
    if not isinstance(raw, dict) or set(raw) != keys:
        names = ", ".join(sorted(keys))
        raise _refused(where, f"expected exactly the fields {names}", f"se esperaban exactamente los campos {names}")
    return raw


def _many(raw: object, where: str) -> list[object]:
    if not isinstance(raw, list):
        raise _refused(where, "expected a list", "se esperaba una lista")
    return raw


def _text(raw: object, where: str) -> str:
    if not isinstance(raw, str) or not raw:
        raise _refused(where, "expected a text", "se esperaba un texto")
    return raw


def _number(raw: object, where: str) -> int:
    if not isinstance(raw, int) or isinstance(raw, bool) or raw < 0:
        raise _refused(where, "expected a whole number, zero or more", "se esperaba un entero, cero o más")
    return raw


def _flag(raw: object) -> bool:
    if not isinstance(raw, bool):
        raise _refused("invented", "expected true or false", "se esperaba true o false")
    return raw


def _day(raw: object, where: str) -> date:
    try:
        return date.fromisoformat(_text(raw, where))
    except ValueError:
        raise _refused(where, "expected a date as 2017-07-31", "se esperaba una fecha como 2017-07-31") from None


def _cell(raw: object, where: str) -> Cell:
    body = _body(raw, where, {"indicator", "by", "cell", "counted", "held"})
    by = None if body["by"] is None else _text(body["by"], f"{where}.by")
    cell = None if body["cell"] is None else _text(body["cell"], f"{where}.cell")
    if (by is None) != (cell is None):
        raise _refused(where, "by and cell come together", "by y cell van juntos")
    counted, held = _number(body["counted"], f"{where}.counted"), _number(body["held"], f"{where}.held")
    if counted > held:
        raise _refused(where, "more counted than held", "se cuenta más de lo que se tiene")
    return Cell(_text(body["indicator"], f"{where}.indicator"), by, cell, counted, held)


def _handed_over(raw: object, where: str) -> HandedOver:
    body = _body(raw, where, {"table", "counted_here", "left_to"})
    left = body["left_to"]
    if not isinstance(left, dict):
        raise _refused(where, "expected numbers by partner", "se esperaban números por organización")
    numbers = {_text(node, where): _number(number, f"{where}.left_to.{node}") for node, number in left.items()}
    return HandedOver(_text(body["table"], where), _number(body["counted_here"], where), numbers)
