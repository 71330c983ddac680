# SPDX-License-Identifier: Apache-2.0
"""The k-anonymised global dataset of the Counter-Trafficking Data Collaborative (releases of 2017 to 2020).

Declared from its data dictionary of 28 November 2017. The released files name columns in camelCase, extracts of them in
snake_case; both are taken. Missing is an empty cell or -99; `ZZ`, `00` and `Unknown` are codes of their own. The first
header cell of a release holds the terms of use: that column is a row number and is passed over.
"""

# ruff: noqa: S608  names in the SQL come from the declaration below
from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import duckdb

from tejido.tables.csv_files import csv_header, diagnose_csv
from tejido.tables.shape import Column, Kind, Sensitivity, Table
from tejido.tables.sources import Connection, literal, quoted, read_csv
from tejido.vocabulary import BadInput, Words, code_list

FIRST_YEAR, LAST_YEAR = 2002, 2020  # from the first records of a contributor to the last release of this form
_CORE = ("year_of_registration", "datasource", "gender", "majority_status", "citizenship", "country_of_exploitation")
_FLAG_LISTS = ("means_of_control", "type_of_exploitation", "type_of_labour", "type_of_sex", "recruiter_relation")
_TEXTS = ("means_of_control_concatenated", "type_of_exploit_concatenated", "type_of_labour_concatenated")


def _code(name: str, *, required: bool = False) -> Column:
    return Column(name, Kind.CODE, Sensitivity.OPEN, codes=f"ctdc2018_{name}", required=required)


def _flags() -> list[Column]:
    return [
        Column(str(entry.properties["column"]), Kind.FLAG, Sensitivity.OPEN)
        for name in _FLAG_LISTS
        for entry in code_list(f"ctdc2018_{name}").codes.values()
    ]


def _declared() -> Table:
    others = ("age_broad", "majority_status_at_exploit", "majority_entry")
    texts = (*_TEXTS, "type_of_sex_concatenated", "recruiter_relationship")
    return Table(
        "ctdc_2018",
        (
            Column("year_of_registration", Kind.INTEGER, Sensitivity.OPEN, required=True),
            *(_code(name, required=True) for name in _CORE[1:]),
            *(_code(name) for name in others),
            *_flags(),
            Column("is_abduction", Kind.FLAG, Sensitivity.OPEN),
            *(Column(name, Kind.TEXT, Sensitivity.OPEN) for name in texts),
        ),
    )


CTDC_2018 = _declared()


@dataclass(frozen=True)
class Refused:
    """A value that cannot be taken: its row (the header is row 1), column as the file names it, and why."""

    row: int
    column: str
    value: str
    reason: Words


@dataclass(frozen=True)
class CtdcReport:
    """What a file holds (`rows`), and every value of it that cannot be taken, by row, then by column."""

    rows: int
    refused: list[Refused]


def check_ctdc(path: Path) -> CtdcReport:
    """Check every value of a file; raises `BadInput` if it is no such file, or broken as a file."""
    connection = duckdb.connect()
    names = _load(connection, path, "raw")
    (rows,) = connection.execute("SELECT count(*) FROM raw").fetchone()
    return CtdcReport(rows, _refused(connection, "raw", names))


def attach_ctdc(connection: Connection, path: Path, prefix: str) -> None:
    """Create the typed table `{prefix}_ctdc_2018`: year INTEGER, codes VARCHAR, flags BOOLEAN, missing NULL.

    Columns the file does not have are NULL. Raises `BadInput` for the first value that cannot be taken.
    """
    raw = f"{prefix}_ctdc_2018__raw"
    names = _load(connection, path, raw)
    try:
        if refused := _refused(connection, raw, names):
            first = refused[0]
            others = f" ({len(refused) - 1} more values refused)" if len(refused) > 1 else ""
            otros = f" (se rechazan {len(refused) - 1} valores más)" if len(refused) > 1 else ""
            raise BadInput(
                "ctdc.value",
                en=first.reason["en"] + others,
                es=first.reason["es"] + otros,
                where=f"{path.name}, row {first.row}, column {first.column}",
            )
        inverse = {declared: name for name, declared in names.items()}
        columns = ", ".join(f"{_typed(c, inverse.get(c.name))} AS {quoted(c.name)}" for c in CTDC_2018.columns)
        connection.execute(
            f"CREATE OR REPLACE TABLE {quoted(f'{prefix}_ctdc_2018')} AS SELECT {columns} FROM {quoted(raw)}"
        )
    finally:
        connection.execute(f"DROP TABLE IF EXISTS {quoted(raw)}")


def _load(connection: Connection, path: Path, target: str) -> dict[str, str]:
    """Load the file as text into `target`; returns the declared column of each column the file names."""
    if not path.exists():
        raise BadInput("ctdc.missing", en="no such file", es="no existe el archivo", where=path.name)
    header = csv_header(path, path.name)
    names = _recognised(header, path.name)
    try:
        connection.execute(f"CREATE OR REPLACE TABLE {quoted(target)} AS FROM {read_csv(path, _unique(header))}")
    except duckdb.Error as error:
        diagnose_csv(path, path.name, len(header))
        line = str(error).splitlines()[0]
        raise BadInput(
            "ctdc.csv",
            en=f"the file cannot be read as CSV ({line})",
            es=f"el archivo no se puede leer como CSV ({line})",
            where=path.name,
        ) from None
    if not connection.execute(f"SELECT 1 FROM {quoted(target)} LIMIT 1").fetchone():
        raise BadInput(
            "ctdc.no_rows",
            en="holds a header and no rows: the file was cut off",
            es="tiene encabezado y ninguna fila: el archivo se cortó",
            where=path.name,
        )
    return names


def _unique(header: list[str]) -> list[str]:
    """Header cells as column names: the cell with the terms of use may be anything, even empty."""
    return [name or f"column {position + 1}" for position, name in enumerate(header)]


def _recognised(header: list[str], where: str) -> dict[str, str]:
    names: dict[str, str] = {}
    for position, name in enumerate(header):
        snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.strip()).lower()
        if position == 0 and (not name or "terms of use" in name.lower()):
            continue
        if snake not in CTDC_2018.names or snake in names.values():
            twice = snake in names.values()
            raise BadInput(
                "ctdc.column",
                en="the column appears twice" if twice else "not a column of the CTDC k-anonymised dataset",
                es="la columna aparece dos veces" if twice else "no es una columna del conjunto k-anonimizado de CTDC",
                where=f"{where}, row 1, column {name if len(name) <= 60 else name[:59] + '…'}",
            )
        names[name] = snake
    for core in _CORE:
        if core not in names.values():
            raise BadInput(
                "ctdc.column_missing",
                en="not a file of the CTDC k-anonymised dataset: the column is missing",
                es="no es un archivo del conjunto k-anonimizado de CTDC: falta la columna",
                where=f"{where}, row 1, column {core}",
            )
    return names


def _refused(connection: Connection, raw: str, names: dict[str, str]) -> list[Refused]:
    found: list[tuple[int, int, Refused]] = []
    for position, (name, declared) in enumerate(names.items()):
        column = CTDC_2018.column(declared)
        if column.kind is Kind.TEXT:
            continue
        reason = _reason(column)
        rows = connection.execute(
            f"SELECT rowid + 2, {quoted(name)} FROM {quoted(raw)} WHERE NOT ({_taken(column, quoted(name))})"
        ).fetchall()
        for row, value in rows:
            words: Words = {"en": f"{value!r} {reason['en']}", "es": f"{value!r} {reason['es']}"}
            found.append((row, position, Refused(row, name, value, words)))
    return [refused for _, _, refused in sorted(found, key=lambda entry: entry[:2])]


_MISSING = "('-99', '-99.0')"


def _taken(column: Column, name: str) -> str:
    """The SQL condition of a value that can be taken; NULL, a missing cell, is taken."""
    if column.kind is Kind.INTEGER:
        years = f"left({name}, 4) BETWEEN '{FIRST_YEAR}' AND '{LAST_YEAR}'"
        rule = f"regexp_full_match({name}, '[0-9]{{4}}([.]0)?') AND {years}"
    elif column.kind is Kind.FLAG:
        rule = f"{name} IN ('0', '1', '0.0', '1.0')"
    else:
        rule = f"{name} IN ({', '.join(literal(code) for code in code_list(column.codes or ''))})"
    return f"{name} IS NULL OR {name} IN {_MISSING} OR ({rule})"


def _reason(column: Column) -> Words:
    if column.kind is Kind.INTEGER:
        years = f"{FIRST_YEAR}-{LAST_YEAR}"
        return {
            "en": f"is no year of registration ({years}, or -99)",
            "es": f"no es un año de registro ({years}, o -99)",
        }
    if column.kind is Kind.FLAG:
        return {"en": "is not 0, 1 or -99", "es": "no es 0, 1 ni -99"}
    codes = list(code_list(column.codes or ""))
    some = ", ".join(codes) if len(codes) <= 12 else f"{', '.join(codes[:3])} …"
    return {
        "en": f"is not a code of the list {column.codes} ({some}, or -99)",
        "es": f"no es un código de la lista {column.codes} ({some}, o -99)",
    }


def _typed(column: Column, name: str | None) -> str:
    types = {Kind.INTEGER: "INTEGER", Kind.FLAG: "BOOLEAN"}
    if name is None:
        return f"CAST(NULL AS {types.get(column.kind, 'VARCHAR')})"
    value = f"CASE WHEN {quoted(name)} NOT IN {_MISSING} THEN {quoted(name)} END"
    if column.kind is Kind.INTEGER:
        return f"CAST(left({value}, 4) AS INTEGER)"
    return f"(left({value}, 1) = '1')" if column.kind is Kind.FLAG else value
