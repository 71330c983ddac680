# SPDX-License-Identifier: Apache-2.0
"""What must hold inside one row of a record table, each as the SQL condition of a row that breaks it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tejido.tables.shape import Column, Kind, Table

EARLIEST = date(1900, 1, 1)


@dataclass(frozen=True)
class RowRule:
    """Rows where `broken` holds are refused at `column`; `{value}` in the words is what stands there."""

    column: str
    broken: str
    en: str
    es: str


def row_rules(table: Table, as_of: date) -> list[RowRule]:
    """The rules of one table. Codes, keys and references are not here: they are checked over sets."""
    rules = [rule for column in table.columns for rule in _of_column(column, as_of)]
    if "counted_by" in table.names:
        rules.append(
            RowRule(
                "counted_by",
                "counted_by IS NOT NULL AND handover_id IS NULL",
                "counted_by is given without a handover_id",
                "hay counted_by sin handover_id",
            )
        )
    return rules + _OF_TABLE.get(table.name, [])


def _of_column(column: Column, as_of: date) -> list[RowRule]:
    name, rules = column.name, []
    if column.required and column.kind in (Kind.DATE, Kind.INTEGER, Kind.FLAG, Kind.TEXT):
        rules.append(RowRule(name, f'"{name}" IS NULL', *REQUIRED))
    if column.kind is Kind.DATE:
        rules.append(
            RowRule(
                name,
                f"\"{name}\" NOT BETWEEN DATE '{EARLIEST}' AND DATE '{as_of}'",
                f"{{value}} is out of range; expected {EARLIEST} to {as_of}, where the records end",
                f"{{value}} está fuera de rango; se esperaba del {EARLIEST} al {as_of}, fin de los registros",
            )
        )
    if name == "birth_year":
        rules.append(
            RowRule(
                name,
                f"birth_year NOT BETWEEN {EARLIEST.year} AND {as_of.year}",
                f"{{value}} is out of range; expected {EARLIEST.year} to {as_of.year}",
                f"{{value}} está fuera de rango; se esperaba de {EARLIEST.year} a {as_of.year}",
            )
        )
    return rules


REQUIRED = ("a value is required", "falta un valor obligatorio")

_OF_TABLE: dict[str, list[RowRule]] = {
    "persons": [
        RowRule(
            "count_low",
            "count_low < 1",
            "{value} people; expected 1 or more",
            "{value} personas; se esperaba 1 o más",
        ),
        RowRule(
            "count_best",
            "count_best < count_low OR count_best > count_high",
            "{value} is not between count_low and count_high",
            "{value} no está entre count_low y count_high",
        ),
        RowRule(
            "count_high",
            "count_high < count_low",
            "{value} is less than count_low",
            "{value} es menor que count_low",
        ),
        RowRule(
            "unnamed_group",
            "NOT unnamed_group AND (count_low <> 1 OR count_best <> 1 OR count_high <> 1)",
            "one person has counts other than 1, 1, 1; expected unnamed_group true",
            "una sola persona tiene conteos distintos de 1, 1, 1; se esperaba unnamed_group true",
        ),
    ],
    "group_counts": [
        RowRule("count", '"count" < 1', "{value} people; expected 1 or more", "{value} personas; se esperaba 1 o más"),
    ],
    "answers": [
        RowRule(
            "waited_minutes",
            "waited_minutes < 0",
            "{value} minutes; expected 0 or more",
            "{value} minutos; se esperaba 0 o más",
        ),
    ],
    "referrals": [
        RowRule(
            "served_on",
            "served_on < asked_on",
            "{value} is before asked_on",
            "{value} es anterior a asked_on",
        ),
    ],
    "places": [
        RowRule(
            "country",
            "state IS NOT NULL AND country IS DISTINCT FROM left(state, 2)",  # ISO 3166-2 begins with the country
            "{value} is not the country of the state in the same row",
            "{value} no es el país del estado que está en la misma fila",
        ),
    ],
}
