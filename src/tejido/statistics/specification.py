# SPDX-License-Identifier: Apache-2.0
"""Indicators: every figure is declared in YAML, and nothing is computed that is not declared."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal, cast

from tejido.statistics.conditions import (
    Condition,
    Exists,
    column_of,
    columns_of,
    only,
    read_condition,
    refused,
)
from tejido.statistics.notes import footnote_texts, words_of
from tejido.statistics.sources import SOURCES
from tejido.tables import Kind, Table
from tejido.vocabulary import BadInput, UnknownCodeList, Words, code_list

SCHEMA = "tejido.indicator/1"
ESTIMATES = {"best": "count_best", "low": "count_low", "high": "count_high"}


class Unit(StrEnum):
    """What one counted thing is."""

    CONTACT = "contact"
    CASE = "case"
    VICTIM = "victim"
    TRAFFICKER = "trafficker"

    @property
    def plural(self) -> str:
        """The word figures carry: `victims`."""
        return f"{self.value}s"


@dataclass(frozen=True)
class WindowRule:
    """Which date places a row in the window: a column of its own table, or of the row that `linked` points to."""

    date: str
    linked: str | None = None
    table: str | None = None
    key: str | None = None


@dataclass(frozen=True)
class Breakdown:
    """A declared table of an indicator: how its units are divided, and what is printed of it.

    `codes` is the code list of the cells (None: the values as they stand). `unknown` is the code an empty column
    counts as. `listed` are the codes that may be printed; `top` how many of them. `integers`: the values are numbers,
    as years are. `through` reaches a table whose rows point to the counted row. A single answer without `top` is
    complete: its parts add up to the base.
    """

    name: str
    label: Words
    column: str
    codes: str | None
    listed: tuple[str, ...]
    multiple: bool
    unknown: str | None
    top: int | None
    through: Exists | None
    display: Literal["table", "map"]
    percent: bool
    integers: bool
    footnotes: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """True where the printed parts must add up to the base."""
        return not self.multiple and self.top is None

    def in_order(self, cells: Iterable[str]) -> list[str]:
        """Cells in the order of their code list, others after them by name."""
        places = {code: number for number, code in enumerate(code_list(self.codes))} if self.codes else {}
        return sorted(cells, key=lambda cell: (places.get(cell, len(places)), cell))


@dataclass(frozen=True)
class Indicator:
    """One declared figure: what is counted, in which window, out of what, and how it may be divided."""

    id: str
    unit: Unit
    source: str
    table: Table
    label: Words
    note: Words
    filter: Condition
    window: WindowRule | None
    estimate: str | None  # column that says how many people a row stands for; None: a row counts once
    breakdowns: Mapping[str, Breakdown]
    footnotes: tuple[str, ...]
    definition: str  # the YAML as canonical JSON: two nodes count together only if theirs agree

    @property
    def reaches_further(self) -> bool:
        """Whether a breakdown counts rows of another table, so that the keys of the counted rows must be kept."""
        return any(breakdown.through is not None for breakdown in self.breakdowns.values())

    @property
    def sums_people(self) -> bool:
        """Whether rows are told apart by codes of their own, so that sums by code are kept instead of keys."""
        return self.estimate is not None or any(entry.through is None for entry in self.breakdowns.values())

    def breakdown(self, name: str) -> Breakdown:
        """The breakdown called `name`; raises `BadInput` naming those there are."""
        if name in self.breakdowns:
            return self.breakdowns[name]
        there = ", ".join(self.breakdowns) or "none"
        raise BadInput(
            "unknown_breakdown",
            en=f"indicator {self.id} has no breakdown {name!r}; it has: {there}",
            es=f"el indicador {self.id} no tiene el desglose {name!r}; tiene: {there}",
        )


def read_indicator(raw: object, where: str) -> Indicator:
    """Read one definition; raises `BadInput` with one clear line where it is wrong."""
    if not isinstance(raw, dict):
        raise refused(where, "expected an indicator definition", "se esperaba la definición de un indicador")
    only(raw, _KEYS, where)
    for key in ("schema", "id", "unit", "source", "table", "label", "filter"):
        if key not in raw:
            raise refused(where, f"{key} is missing", f"falta {key}")
    if raw["schema"] != SCHEMA:
        raise refused(where, f"expected schema {SCHEMA}", f"se esperaba el esquema {SCHEMA}")
    tables = SOURCES.get(str(raw["source"]))
    if tables is None:
        raise refused(where, f"source is one of: {', '.join(SOURCES)}", f"source es uno de: {', '.join(SOURCES)}")
    table = tables.get(str(raw["table"]))
    if table is None:
        raise refused(where, f"no table {raw['table']!r}", f"no hay tabla {raw['table']!r}")
    condition = read_condition(raw["filter"], table, tables, f"{where}, filter")
    estimate = _estimate(raw, table, condition, where)
    footnotes = _footnotes(raw.get("footnotes", []), where)
    breakdowns = {
        str(name): _breakdown(str(name), entry, table, tables, f"{where}, by {name}")
        for name, entry in _mapping(raw.get("by", {}), f"{where}, by").items()
    }
    if estimate is not None and "unnamed_people" not in footnotes:
        raise refused(where, "a count of people needs footnote unnamed_people", "falta la nota unnamed_people")
    made = Indicator(
        id=str(raw["id"]),
        unit=_unit(raw["unit"], where),
        source=str(raw["source"]),
        table=table,
        label=words_of(raw["label"], f"{where}, label"),
        note=words_of(raw["note"], f"{where}, note") if "note" in raw else {"en": "", "es": ""},
        filter=condition,
        window=_window(raw.get("window"), table, tables, f"{where}, window"),
        estimate=estimate,
        breakdowns=breakdowns,
        footnotes=footnotes,
        definition=json.dumps(raw, sort_keys=True, ensure_ascii=False),
    )
    if made.reaches_further and made.sums_people:
        raise refused(
            where,
            "breakdowns by codes of the row and through another table need an indicator each",
            "los desgloses por códigos de la fila y por otra tabla necesitan un indicador cada uno",
        )
    return made


_KEYS = {"schema", "id", "unit", "source", "table", "label", "note", "filter", "window", "estimate", "by", "footnotes"}
_BY_KEYS = {
    "label", "column", "codes", "response", "unknown", "where", "top", "through", "display", "percent", "integers",
    "base",    "footnotes",
}  # fmt: skip


def _unit(raw: object, where: str) -> Unit:
    try:
        return Unit(str(raw))
    except ValueError:
        listed = ", ".join(Unit)
        raise refused(where, f"unit is one of: {listed}", f"unit es uno de: {listed}") from None


def _mapping(raw: object, where: str) -> dict[str, Any]:
    if not isinstance(raw, dict):
        raise refused(where, "expected a mapping", "se esperaba un mapa")
    return raw


def _footnotes(raw: object, where: str) -> tuple[str, ...]:
    if not isinstance(raw, list):
        raise refused(where, "footnotes is a list of ids", "footnotes es una lista de claves")
    for name in raw:
        if name not in footnote_texts():
            raise refused(where, f"no footnote {name!r}", f"no hay nota {name!r}")
    return tuple(str(name) for name in raw)


def _estimate(raw: Mapping[str, Any], table: Table, condition: Condition, where: str) -> str | None:
    if "estimate" not in raw:
        if "count_best" in table.names:
            raise refused(
                where,
                "people are counted by an estimate (low, best or high): one row may stand for many",
                "las personas se cuentan con una estimación (low, best o high): una fila puede ser de muchas",
            )
        return None
    column = ESTIMATES.get(str(raw["estimate"]))
    if column is None or column not in table.names:
        raise refused(where, "estimate is low, best or high, for persons", "estimate es low, best o high, en persons")
    described = {str(entry.properties["column"]) for entry in code_list("group_attribute").codes.values()}
    for name in columns_of(condition):
        # A group of forty has no one gender: a filter on it would count all forty or none.
        if name in described:
            raise refused(where, f"cannot filter people by {name}: groups hold several", f"no se filtra por {name}")
    return column


def _window(raw: object, table: Table, tables: Mapping[str, Table], where: str) -> WindowRule | None:
    if raw is None:
        return None
    rule = _mapping(raw, where)
    only(rule, {"date", "linked"}, where)
    if "linked" not in rule:
        dated, link = table, WindowRule(str(rule.get("date")))
    else:
        pointing = column_of(table, rule["linked"], where)
        target = tables.get(pointing.references or "")
        if target is None or target.key is None:
            raise refused(where, f"{pointing.name} points to no table", f"{pointing.name} no apunta a ninguna tabla")
        dated, link = target, WindowRule(str(rule.get("date")), pointing.name, target.name, target.key)
    if column_of(dated, link.date, where).kind is not Kind.DATE:
        raise refused(where, f"{link.date} is no date", f"{link.date} no es una fecha")
    return link


def _breakdown(name: str, raw: object, table: Table, tables: Mapping[str, Table], where: str) -> Breakdown:
    entry = _mapping(raw, where)
    only(entry, _BY_KEYS, where)
    through = None
    if "through" in entry:
        found = read_condition(entry["through"], table, tables, where)
        if not isinstance(found, Exists):
            raise refused(where, "through is {exists: TABLE, is: …}", "through es {exists: TABLA, is: …}")
        through, table = found, tables[found.table]
    column = column_of(table, entry.get("column"), where)
    multiple = {"single": False, "multiple": True}.get(str(entry.get("response")))
    if multiple is None:
        raise refused(where, "response is single or multiple", "response es single o multiple")
    if not multiple and (column.kind is Kind.CODES or through is not None):
        raise refused(where, f"{column.name} may hold several answers", f"{column.name} puede tener varias respuestas")
    footnotes = _footnotes(entry.get("footnotes", []), where)
    if multiple and not footnotes:
        raise refused(where, "several answers need a footnote", "varias respuestas necesitan una nota")
    if entry.get("base", "everyone") != "everyone":
        raise refused(where, "base is everyone", "base es everyone")
    unknown = entry.get("unknown")
    listed = _listed(entry, unknown, multiple, where)
    return Breakdown(
        name=name,
        label=words_of(entry.get("label"), f"{where}, label"),
        column=column.name,
        codes=str(entry["codes"]) if "codes" in entry else None,
        listed=listed,
        multiple=multiple,
        unknown=str(unknown) if unknown is not None else None,
        top=_top(entry, where),
        through=through,
        display=_display(entry, where),
        percent=entry.get("percent", True) is True,
        integers=entry.get("integers", False) is True,
        footnotes=footnotes,
    )


def _listed(entry: Mapping[str, Any], unknown: object, multiple: bool, where: str) -> tuple[str, ...]:
    if "codes" not in entry:
        return ()
    try:
        codes = code_list(str(entry["codes"]))
    except UnknownCodeList:
        raise refused(where, f"no code list {entry['codes']!r}", f"no hay catálogo {entry['codes']!r}") from None
    if unknown is not None and unknown not in codes:
        raise refused(where, f"{unknown!r} is not in {codes.name}", f"{unknown!r} no está en {codes.name}")
    if unknown is None and not multiple:
        raise refused(
            where,
            "a single answer says which code an empty column counts as (unknown)",
            "una respuesta única dice con qué código cuenta la columna vacía (unknown)",
        )
    wanted = _mapping(entry.get("where", {}), where)
    if wanted and not multiple and "top" not in entry:
        raise refused(
            where,
            "a single answer prints all its codes, or their top: its parts must add up",
            "una respuesta única imprime todos sus códigos, o los principales: sus partes deben sumar",
        )
    listed = tuple(codes.where(**wanted))
    if not listed:
        raise refused(where, f"no code of {codes.name} has {wanted}", f"ningún código de {codes.name} tiene {wanted}")
    return listed


def _top(entry: Mapping[str, Any], where: str) -> int | None:
    top = entry.get("top")
    if top is not None and (not isinstance(top, int) or isinstance(top, bool) or top < 1):
        raise refused(where, "top is a number above zero", "top es un número mayor que cero")
    return top


def _display(entry: Mapping[str, Any], where: str) -> Literal["table", "map"]:
    display = entry.get("display", "table")
    if display not in ("table", "map"):
        raise refused(where, "display is table or map", "display es table o map")
    return cast(Literal["table", "map"], display)
