# SPDX-License-Identifier: Apache-2.0
"""Small tables of invented people, written as text, as records."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import date

import pyarrow as pa

from tejido.tables import Column, Kind, record_table
from tejido.tables.arrow_types import arrow_schema
from tejido.tables.reading import Records

AS_OF = date(2017, 8, 31)
# What a specification need not say: one person, by phone, in Spanish.
ORDINARY = {
    "persons": {"role": "survivor", "unnamed_group": "false", "count_low": "1", "count_best": "1", "count_high": "1"},
    "contacts": {"channel": "phone", "language": "es", "topic": "trafficking_tip"},
    "places": {"kind": "exploitation"},
}


def table_of(name: str, text: str) -> pa.Table:
    """A record table from CSV text with a header; blanks around cells do not count."""
    table = record_table(name)
    rows = []
    for number, row in enumerate(csv.DictReader(io.StringIO(text.strip()), skipinitialspace=True), 1):
        given = {key.strip(): (value or "").strip() for key, value in row.items()}
        unknown = set(given) - set(table.names)
        if unknown:
            raise ValueError(f"{name} has no column {sorted(unknown)}")
        filled = ORDINARY.get(name, {}) | {key: value for key, value in given.items() if value}
        if table.key and table.key not in filled:
            filled[table.key] = f"{name}-{number}"
        rows.append({column.name: _value(column, filled.get(column.name, "")) for column in table.columns})
    return pa.Table.from_pylist(rows, schema=arrow_schema(table))


def _value(column: Column, text: str) -> object:
    if column.kind is Kind.CODES:
        return text.split(";") if text else []
    if not text:
        return None
    if column.kind is Kind.DATE:
        return date.fromisoformat(text)
    if column.kind is Kind.INTEGER:
        return int(text)
    return text == "true" if column.kind is Kind.FLAG else text


def records_of(node: str, tables: Mapping[str, str], *, invented: bool = True) -> Records:
    """One node's records from text tables; those not given are empty."""
    given = {name: table_of(name, text) for name, text in tables.items()}
    return Records.in_memory(node=node, as_of=AS_OF, invented=invented, tables=given)
