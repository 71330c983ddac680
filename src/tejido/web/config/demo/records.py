# SPDX-License-Identifier: AGPL-3.0-or-later
"""The invented world's files as rows for the import."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from tejido.tables import RECORD_TABLES, Kind, Table


def read_rows(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """Record tables of `folder` that hold anything: codes split, numbers and flags as such, empty as None."""
    read = {table.name: _read(folder / f"{table.name}.csv", table) for table in RECORD_TABLES}
    return {name: rows for name, rows in read.items() if rows}


def _read(path: Path, table: Table) -> list[dict[str, Any]]:
    if not path.is_file():
        return []
    kinds = {column.name: column.kind for column in table.columns}
    with path.open(encoding="utf-8", newline="") as file:
        return [{name: _value(kinds[name], text) for name, text in row.items()} for row in csv.DictReader(file)]


def _value(kind: Kind, text: str) -> Any:
    if kind is Kind.CODES:
        return text.split(";") if text else []
    if text == "":
        return None
    if kind is Kind.INTEGER:
        return int(text)
    if kind is Kind.FLAG:
        return text == "true"
    return text
