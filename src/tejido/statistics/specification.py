# SPDX-License-Identifier: Apache-2.0
"""Indicators: every figure is declared in YAML, and nothing is computed that is not declared."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tejido.statistics.breakdowns import Breakdown, read_breakdown, read_footnotes, read_mapping
from tejido.statistics.conditions import Condition, column_of, columns_of, only, read_condition, refused
from tejido.statistics.notes import words_of
from tejido.statistics.sources import SOURCES
from tejido.tables import Kind, Table
from tejido.vocabulary import BadInput, Words, code_list

SCHEMA = "tejido.indicator/1"
RECORDS = "records"
ESTIMATES = {"best": "count_best", "low": "count_low", "high": "count_high"}


class Unit(StrEnum):
    """What one counted thing is."""

    CONTACT = "contact"
    CASE = "case"
    VICTIM = "victim"
    TRAFFICKER = "trafficker"
    REFERRAL = "referral"

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
class Indicator:
    """One declared figure: what is counted, in which window, out of what, and how it may be divided."""

    id: str
    unit: Unit
    source: str
    table: Table
    label: Words
    population: Words
    geography: Words
    note: Words
    as_of: str  # RECORDS: the last day the records know of; else the release that is counted
    filter: Condition
    window: WindowRule | None
    estimate: str | None  # column that says how many people a row stands for; None: a row counts once
    breakdowns: Mapping[str, Breakdown]
    footnotes: tuple[str, ...]
    definition: str  # the YAML as canonical JSON: two nodes count together only if theirs agree

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
    for key in _NEEDED:
        if key not in raw:
            raise refused(where, f"{key} is missing", f"falta {key}")
    if raw["schema"] != SCHEMA:
        raise refused(where, f"expected schema {SCHEMA}", f"se esperaba el esquema {SCHEMA}")
    tables = SOURCES.get(str(raw["source"]))
    if tables is None:
        raise refused(where, f"source is one of: {', '.join(SOURCES)}", f"source es uno de: {', '.join(SOURCES)}")
    if raw["source"] == RECORDS and "window" not in raw:
        raise refused(where, "window is missing: which date counts", "falta window: qué fecha cuenta")
    table = tables.get(str(raw["table"]))
    if table is None:
        raise refused(where, f"no table {raw['table']!r}", f"no hay tabla {raw['table']!r}")
    condition = read_condition(raw["filter"], table, tables, f"{where}, filter")
    estimate = _estimate(raw, table, condition, where)
    footnotes = read_footnotes(raw.get("footnotes", []), where)
    breakdowns = {
        str(name): read_breakdown(str(name), entry, table, tables, f"{where}, by {name}")
        for name, entry in read_mapping(raw.get("by", {}), f"{where}, by").items()
    }
    if estimate is not None and "unnamed_people" not in footnotes:
        raise refused(where, "a count of people needs footnote unnamed_people", "falta la nota unnamed_people")
    return Indicator(
        id=str(raw["id"]),
        unit=_unit(raw["unit"], where),
        source=str(raw["source"]),
        table=table,
        label=words_of(raw["label"], f"{where}, label"),
        population=words_of(raw["population"], f"{where}, population"),
        geography=words_of(raw["geography"], f"{where}, geography"),
        note=words_of(raw["note"], f"{where}, note") if "note" in raw else {"en": "", "es": ""},
        as_of=_as_of(raw, where),
        filter=condition,
        window=_window(raw.get("window"), table, tables, f"{where}, window"),
        estimate=estimate,
        breakdowns=breakdowns,
        footnotes=footnotes,
        definition=json.dumps(raw, sort_keys=True, ensure_ascii=False),
    )


_NEEDED = ("schema", "id", "unit", "source", "table", "label", "filter", "population", "geography", "as_of")
_KEYS = {*_NEEDED, "note", "window", "estimate", "by", "footnotes"}


def _as_of(raw: Mapping[str, Any], where: str) -> str:
    """Records say themselves how far they reach; of a published file the definition says which release it is about."""
    as_of = str(raw["as_of"])
    if (as_of == RECORDS) != (raw["source"] == "records"):
        raise refused(
            where,
            f"as_of is {RECORDS} for records, and the release for a published file",
            f"as_of es {RECORDS} para registros, y la publicación para un archivo publicado",
        )
    return as_of


def _unit(raw: object, where: str) -> Unit:
    try:
        return Unit(str(raw))
    except ValueError:
        listed = ", ".join(Unit)
        raise refused(where, f"unit is one of: {listed}", f"unit es uno de: {listed}") from None


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
    rule = read_mapping(raw, where)
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
