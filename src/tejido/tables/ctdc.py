# SPDX-License-Identifier: Apache-2.0
"""Reading the public files of the Counter-Trafficking Data Collaborative in either of their forms.

The first header cell of a release holds the terms of use: that column is a row number and is passed over.
"""

# ruff: noqa: S608  names in the SQL come from the declaration below
from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from tejido.tables.csv_files import csv_header, diagnose_csv
from tejido.tables.ctdc_forms import FORM_2018, CtdcForm, snake_case
from tejido.tables.shape import Column, Kind
from tejido.tables.sources import Connection, literal, quoted, read_csv
from tejido.vocabulary import BadInput, Words, code_list

CTDC_2018 = FORM_2018.table


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


def check_ctdc(path: Path, form: CtdcForm = FORM_2018) -> CtdcReport:
    """Check every value of a file; raises `BadInput` if it is no such file, or broken as a file."""
    connection = duckdb.connect()
    names = _load(connection, path, "raw", form)
    (rows,) = connection.execute("SELECT count(*) FROM raw").fetchone()
    return CtdcReport(rows, _refused(connection, "raw", names, form))


def attach_ctdc(connection: Connection, path: Path, prefix: str, form: CtdcForm = FORM_2018) -> str:
    """Create the typed table `{prefix}_ctdc_2018` (or `_2024`), and return its name.

    The year is INTEGER, codes VARCHAR, flags BOOLEAN, what is missing NULL.

    Columns the file does not have are NULL. Raises `BadInput` for the first value that cannot be taken.
    """
    target = f"{prefix}_{form.table.name}"
    raw = f"{target}__raw"
    names = _load(connection, path, raw, form)
    try:
        if refused := _refused(connection, raw, names, form):
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
        columns = ", ".join(
            f"{_typed(form, column, inverse.get(column.name))} AS {quoted(column.name)}"
            for column in form.table.columns
        )
        connection.execute(f"CREATE OR REPLACE TABLE {quoted(target)} AS SELECT {columns} FROM {quoted(raw)}")
    finally:
        connection.execute(f"DROP TABLE IF EXISTS {quoted(raw)}")
    return target


def people_in(target: str, form: CtdcForm) -> str:
    """SQL: the rows of `target`, which `attach_ctdc` made, with one column of several codes for each group of flags."""
    columns = [quoted(column.name) for column in form.people.columns if column.name not in form.groups]
    for group, flags in form.groups.items():
        codes = ", ".join(f"CASE WHEN {quoted(flag)} THEN {literal(code)} END" for code, flag in flags.items())
        columns.append(f"list_filter([{codes}], lambda code: code IS NOT NULL) AS {quoted(group)}")
    return f"(SELECT {', '.join(columns)} FROM {quoted(target)})"


def _load(connection: Connection, path: Path, target: str, form: CtdcForm) -> dict[str, str]:
    """Load the file as text into `target`; returns the declared column of each column the file names."""
    if not path.exists():
        raise BadInput("ctdc.missing", en="no such file", es="no existe el archivo", where=path.name)
    header = csv_header(path, path.name)
    names = _recognised(header, path.name, form)
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


def _recognised(header: list[str], where: str, form: CtdcForm) -> dict[str, str]:
    names: dict[str, str] = {}
    for position, name in enumerate(header):
        snake = snake_case(name)
        if position == 0 and (not name or "terms of use" in name.lower()):
            continue
        if snake not in form.table.names or snake in names.values():
            twice = snake in names.values()
            raise BadInput(
                "ctdc.column",
                en="the column appears twice" if twice else f"not a column of {form.label['en']}",
                es="la columna aparece dos veces" if twice else f"no es una columna de {form.label['es']}",
                where=f"{where}, row 1, column {name if len(name) <= 60 else name[:59] + '…'}",
            )
        names[name] = snake
    for core in form.core:
        if core not in names.values():
            raise BadInput(
                "ctdc.column_missing",
                en=f"not a file of {form.label['en']}: the column is missing",
                es=f"no es un archivo de {form.label['es']}: falta la columna",
                where=f"{where}, row 1, column {core}",
            )
    return names


def _refused(connection: Connection, raw: str, names: dict[str, str], form: CtdcForm) -> list[Refused]:
    found: list[tuple[int, int, Refused]] = []
    for position, (name, declared) in enumerate(names.items()):
        column = form.table.column(declared)
        if column.kind is Kind.TEXT:
            continue
        reason = _reason(form, column)
        rows = connection.execute(
            f"SELECT rowid + 2, {quoted(name)} FROM {quoted(raw)} WHERE NOT ({_taken(form, column, quoted(name))})"
        ).fetchall()
        for row, value in rows:
            words: Words = {"en": f"{value!r} {reason['en']}", "es": f"{value!r} {reason['es']}"}
            found.append((row, position, Refused(row, name, value, words)))
    return [refused for _, _, refused in sorted(found, key=lambda entry: entry[:2])]


def _missing(form: CtdcForm) -> str:
    return f"({', '.join(literal(text) for text in form.missing)})"


def _taken(form: CtdcForm, column: Column, name: str) -> str:
    """The SQL condition of a value that can be taken; NULL, a missing cell, is taken."""
    if column.kind is Kind.INTEGER:
        first, last = form.years
        years = f"left({name}, 4) BETWEEN '{first}' AND '{last}'"
        rule = f"regexp_full_match({name}, '[0-9]{{4}}([.]0)?') AND {years}"
    elif column.kind is Kind.FLAG:
        rule = f"{name} IN ('0', '1', '0.0', '1.0')"
    else:
        rule = f"{name} IN ({', '.join(map(literal, form.spellings(column)))})"
    return f"{name} IS NULL OR {name} IN {_missing(form)} OR ({rule})"


def _reason(form: CtdcForm, column: Column) -> Words:
    missing = form.missing[0]
    empty = (f", or {missing}", f", o {missing}", f" or {missing}", f" ni {missing}") if missing else ("", "", "", "")
    if column.kind is Kind.INTEGER:
        years = "-".join(map(str, form.years))
        return {
            "en": f"is no year of registration ({years}{empty[0]})",
            "es": f"no es un año de registro ({years}{empty[1]})",
        }
    if column.kind is Kind.FLAG:
        if not missing:
            return {"en": "is neither 0 nor 1", "es": "no es 0 ni 1"}
        return {"en": f"is not 0, 1{empty[2]}", "es": f"no es 0, 1{empty[3]}"}
    codes = list(form.spellings(column)) if column.codes == "country" else list(code_list(column.codes or ""))
    some = ", ".join(codes) if len(codes) <= 12 else f"{', '.join(codes[:3])} …"
    return {
        "en": f"is not a code of the list {column.codes} ({some}{empty[0]})",
        "es": f"no es un código de la lista {column.codes} ({some}{empty[1]})",
    }


def _typed(form: CtdcForm, column: Column, name: str | None) -> str:
    types = {Kind.INTEGER: "INTEGER", Kind.FLAG: "BOOLEAN"}
    if name is None:
        return f"CAST(NULL AS {types.get(column.kind, 'VARCHAR')})"
    value = f"CASE WHEN {quoted(name)} NOT IN {_missing(form)} THEN {quoted(name)} END"
    if column.kind is Kind.INTEGER:
        return f"CAST(left({value}, 4) AS INTEGER)"
    if column.kind is Kind.FLAG:
        return f"(left({value}, 1) = '1')"
    if column.kind is not Kind.CODE:
        return value
    other = {spelling: code for spelling, code in form.spellings(column).items() if spelling != code}
    if not other:
        return value
    cases = " ".join(f"WHEN {literal(spelling)} THEN {literal(code)}" for spelling, code in other.items())
    return f"CASE {value} {cases} ELSE {value} END"
