# SPDX-License-Identifier: AGPL-3.0-or-later
"""Opened coded rows as record tables: the bridge to the library's counting."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import pyarrow as pa

from tejido.tables.arrow_types import arrow_schema
from tejido.tables.records import record_table
from tejido.tables.shape import Kind
from tejido.web.cases.codes import coded_case
from tejido.web.intake.frames import contact_rows

__all__ = ["coded_case", "records_tables"]

Coded = Iterable[tuple[UUID, Mapping[str, Any]]]


def records_tables(contacts: Coded, cases: Coded) -> dict[str, pa.Table]:
    """Coded rows, as `security.coded.open_coded` gives them, as the record tables of `tejido.tables`.

    Tables: contacts, cases, persons, group_counts, places. Names, phones and localities are not in coded rows.
    """
    rows: dict[str, list[Mapping[str, Any]]] = {name: [] for name in ("cases", "persons", "group_counts", "places")}
    case_of: dict[str, str] = {}
    for case_id, coded in cases:
        rows["cases"].append(coded["case"])
        for name in ("persons", "group_counts", "places"):
            rows[name].extend(coded[name])
        case_of.update(dict.fromkeys(coded["contacts"], str(case_id)))
    tables = {name: _table(name, found) for name, found in rows.items()}
    return {"contacts": _table("contacts", contact_rows(contacts, case_of=case_of)), **tables}


def _table(name: str, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    table, schema = record_table(name), arrow_schema(record_table(name))
    arrays = []
    for column, declared in zip(table.columns, schema, strict=True):
        values = [row.get(column.name) for row in rows]
        if column.kind is Kind.DATE:
            values = [date.fromisoformat(value) if isinstance(value, str) else value for value in values]
        if column.kind is Kind.CODES:
            values = [value or [] for value in values]
        arrays.append(pa.array(values, type=declared.type))
    return pa.table(arrays, schema=schema)
