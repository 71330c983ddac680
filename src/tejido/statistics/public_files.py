# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: S608  column names in the SQL come from the declared table, the path is quoted
"""Counting over the public CTDC file, where each row is one person and a blank stays a blank."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from tejido.statistics.queries import quoted
from tejido.statistics.sources import CTDC_2018
from tejido.tables.csv_files import csv_header
from tejido.vocabulary import BadInput


def attach_ctdc(connection: Any, file: Path, prefix: str) -> None:
    """Make `{prefix}_ctdc_2018` from the file, all text; years lose the ".0" a spreadsheet gave them.

    Raises `BadInput` where the file is no such CSV.
    """
    if not file.is_file():
        raise BadInput("no_file", en="expected a CSV file", es="se esperaba un archivo CSV", where=str(file))
    header = csv_header(file, file.name)
    wanted = CTDC_2018.names
    if sorted(header) != sorted(wanted):
        raise BadInput(
            "ctdc_columns",
            en=f"expected the columns {', '.join(wanted)}",
            es=f"se esperaban las columnas {', '.join(wanted)}",
            where=f"{file.name}, row 1",
        )
    declared = ", ".join(f"{quoted(name)}: 'VARCHAR'" for name in header)
    columns = ", ".join(
        f"regexp_replace({name}, '\\.0$', '') AS {name}" if name == "year_of_registration" else name for name in wanted
    )
    try:
        connection.execute(
            f"CREATE TABLE {prefix}_{CTDC_2018.name} AS SELECT {columns} FROM read_csv({quoted(str(file))}, "
            f"auto_detect=false, header=true, delim=',', quote='\"', escape='\"', columns={{{declared}}})"
        )
    except duckdb.Error as problem:
        raise BadInput(
            "ctdc_file",
            en=f"the file cannot be read as CSV ({str(problem).splitlines()[0]})",
            es=f"el archivo no se puede leer como CSV ({str(problem).splitlines()[0]})",
            where=file.name,
        ) from None
