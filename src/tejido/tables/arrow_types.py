# SPDX-License-Identifier: Apache-2.0
"""Declared tables as Arrow schemas: the form records have in memory and in Parquet."""

from __future__ import annotations

import pyarrow as pa

from tejido.tables.shape import Column, Kind, Table

_TYPES: dict[Kind, pa.DataType] = {
    Kind.ID: pa.string(),
    Kind.TEXT: pa.string(),
    Kind.CODE: pa.string(),
    Kind.CODES: pa.list_(pa.string()),
    Kind.DATE: pa.date32(),
    Kind.INTEGER: pa.int32(),
    Kind.FLAG: pa.bool_(),
}


def arrow_type(column: Column) -> pa.DataType:
    """The Arrow type of one declared column."""
    return _TYPES[column.kind]


def arrow_schema(table: Table) -> pa.Schema:
    """The Arrow schema of a declared table, columns in their declared order."""
    return pa.schema([pa.field(column.name, arrow_type(column)) for column in table.columns])
