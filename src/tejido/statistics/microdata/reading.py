# SPDX-License-Identifier: Apache-2.0
"""Rows about persons, read as numbers of categories: one row is one person, and nothing outside the domain is taken."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pv

from tejido.statistics.microdata.domain import MISSING, Domain, domain
from tejido.tables.csv_files import csv_header, diagnose_csv
from tejido.vocabulary import BadInput

Codes = npt.NDArray[np.uint16]  # one row for each column: its category's number, person by person


def read_codes(path: Path, public: Domain) -> Codes:
    """The rows of a CSV file; raises `BadInput` naming row and column."""
    table = _table(path)
    name = path.name
    known = {*public.names, *public.left_out, *([public.person] if public.person else [])}
    if absent := [column for column in known if column not in table.column_names]:
        raise _refuse(f"{name}, row 1", f"no column {min(absent)!r}", f"falta la columna {min(absent)!r}")
    if extra := [column for column in table.column_names if column not in known]:
        raise _refuse(f"{name}, row 1", f"column {extra[0]!r} is not in the domain: name its codes, or leave it out",
                      f"la columna {extra[0]!r} no está en el dominio: indique sus códigos o déjela fuera")  # fmt: skip
    if public.person:
        _one_row_each(table, public.person, name)
    codes = np.empty((len(public.names), table.num_rows), dtype=np.uint16)
    for place, (column, values) in enumerate(public.columns.items()):
        found = pc.index_in(table.column(column), value_set=pa.array(values, pa.string()))
        if found.null_count:
            row = int(pc.index(pc.is_null(found), pa.scalar(True)).as_py())
            shown = str(table.column(column)[row])[:60]
            raise _refuse(f"{name}, row {row + 2}, column {column}", f"{shown!r} is none of the column's codes",
                          f"{shown!r} no es un código de la columna")  # fmt: skip
        codes[place] = found.to_numpy()
    _check_possible(codes, public, name)
    return codes


def domain_of_rows(path: Path, left_out: tuple[str, ...] = ()) -> Domain:
    """The categories that stand in the rows themselves. This gives them away: for internal trials only."""
    table = _table(path)
    found = {
        column: sorted(pc.unique(table.column(column)).to_pylist())
        for column in table.column_names
        if column not in left_out
    }
    return domain(found, left_out=left_out, where=path.name)


def impossible_rows(codes: Codes, public: Domain) -> npt.NDArray[np.bool_]:
    """Which rows hold values that cannot stand together."""
    broken = np.zeros(codes.shape[1], dtype=np.bool_)
    for together in public.impossible:
        hit = np.ones(codes.shape[1], dtype=np.bool_)
        for column, values in together.items():
            place, listed = public.names.index(column), public.columns[column]
            hit &= np.isin(codes[place], [listed.index(value) for value in values])
        broken |= hit
    return broken


def _check_possible(codes: Codes, public: Domain, name: str) -> None:
    broken = impossible_rows(codes, public)
    if broken.any():
        raise _refuse(f"{name}, row {int(broken.argmax()) + 2}", "it holds values that the domain says cannot be",
                      "tiene valores que según el dominio no pueden darse juntos")  # fmt: skip


def _table(path: Path) -> pa.Table:
    name = path.name
    header = csv_header(path, name)
    if twice := [column for column in header if header.count(column) > 1]:
        raise _refuse(f"{name}, row 1", f"column {twice[0]!r} stands there twice",
                      f"la columna {twice[0]!r} aparece dos veces")  # fmt: skip
    try:
        table = pv.read_csv(
            path,
            read_options=pv.ReadOptions(block_size=1 << 24),
            parse_options=pv.ParseOptions(newlines_in_values=True, ignore_empty_lines=len(header) > 1),
            convert_options=pv.ConvertOptions(
                column_types={column: pa.string() for column in header}, strings_can_be_null=False
            ),
        )
    except (pa.ArrowException, ValueError):
        diagnose_csv(path, name, len(header))
        raise _refuse(name, "it cannot be read as CSV", "no se puede leer como CSV") from None
    if not table.num_rows:
        raise _refuse(name, "it holds no rows", "no tiene filas")
    return table


def _one_row_each(table: pa.Table, person: str, name: str) -> None:
    ids = table.column(person)
    if pc.count_distinct(ids).as_py() == table.num_rows and pc.all(pc.not_equal(ids, MISSING)).as_py():
        return
    seen = set[str]()
    for row, value in enumerate(ids.to_pylist(), start=2):
        if value in seen or value == MISSING:
            raise _refuse(f"{name}, row {row}, column {person}",
                          "expected one row for each person: this one has an earlier row, or none is named",
                          "se esperaba una fila por persona: ésta ya tiene otra fila, o no se nombra")  # fmt: skip
        seen.add(value)


def _refuse(where: str, en: str, es: str) -> BadInput:
    return BadInput("microdata.rows", where=where, en=en, es=es)
