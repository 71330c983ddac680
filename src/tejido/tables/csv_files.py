# SPDX-License-Identifier: Apache-2.0
"""CSV files as people make them: reading the header, and saying in one line what is wrong with a broken one.

Reading itself is DuckDB's; the slow walk here runs only over a file that DuckDB has refused, to say where and why.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import NoReturn

from tejido.tables.shape import Column, Kind
from tejido.vocabulary import BadInput, system_reason

_HEADER_BYTES = 1 << 16


def refuse(code: str, where: str, en: str, es: str) -> NoReturn:
    """Raise the `BadInput`."""
    raise BadInput(code, en=en, es=es, where=where)


def check_readable(path: Path, name: str) -> None:
    """Raises `BadInput` unless `path` is a file that may be read: no folder, no pipe that never ends."""
    try:
        if not path.is_file():
            refuse("file.missing", name, "expected a file", "se esperaba un archivo")
        with path.open("rb") as file:
            file.read(1)
    except OSError as problem:
        reason = system_reason(problem)
        refuse("file.unreadable", name, f"cannot be read: {reason['en']}", f"no se puede leer: {reason['es']}")


def csv_header(path: Path, name: str) -> list[str]:
    """The column names in the first row; raises `BadInput` for an empty file, UTF-16, or another separator."""
    check_readable(path, name)
    with path.open("rb") as file:
        start = file.read(_HEADER_BYTES)
    if not start.strip():
        refuse("csv.empty", name, "the file is empty", "el archivo está vacío")
    if start[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in (start[1:2], start[:1]):
        refuse(
            "csv.utf16",
            name,
            "the file is UTF-16; expected UTF-8 (in Excel: save as CSV UTF-8)",
            "el archivo está en UTF-16; se esperaba UTF-8 (en Excel: guardar como CSV UTF-8)",
        )
    if b"\x00" in start:
        refuse("csv.binary", name, "not a CSV file: it is no text", "no es un archivo CSV: no es texto")
    first = re.split(rb"\r\n|\n|\r", start.removeprefix(b"\xef\xbb\xbf"), maxsplit=1)[0]
    try:
        names = next(csv.reader([first.decode("utf-8")], strict=True))
    except (UnicodeDecodeError, csv.Error, StopIteration):
        refuse("csv.header", f"{name}, row 1", "the header cannot be read", "no se puede leer el encabezado")
    for separator, called in ((";", '";"'), ("\t", "tab")):
        if len(names) == 1 and separator in names[0]:
            refuse(
                "csv.separator",
                f"{name}, row 1",
                f"columns are separated by {called}; expected commas",
                f"las columnas están separadas por {called}; se esperaban comas",
            )
    return names


def diagnose_csv(path: Path, name: str, width: int, columns: Sequence[Column] = ()) -> None:
    """Raise the `BadInput` that names the first thing wrong in the file; return if nothing is found.

    Rows must have `width` cells; where `columns` are given, each cell must be of its column's kind.
    """
    for row, cells in _records(path, name):
        if row == 1:
            continue
        if len(cells) != width:
            refuse(
                "csv.row_length",
                f"{name}, row {row}",
                f"the row has {len(cells)} of {width} columns: the file may have been cut off",
                f"la fila tiene {len(cells)} de {width} columnas: quizá el archivo se cortó",
            )
        for column, cell in zip(columns, cells, strict=False):
            if cell and (wrong := wrong_cell(column, cell)):
                refuse("records.value", f"{name}, row {row}, column {column.name}", *wrong)
    if len(set(re.findall(rb"\r\n|\n|\r", path.read_bytes()))) > 1:
        refuse(
            "csv.line_ends",
            name,
            "rows end in different ways (LF, CRLF or CR): two files may have been joined; expected one way throughout",
            "las filas terminan de distintas maneras (LF, CRLF o CR): se esperaba una sola; quizá se unieron archivos",
        )


def wrong_cell(column: Column, cell: str) -> tuple[str, str] | None:
    """What is wrong with a cell of text for its column's kind, in both languages; None if nothing is."""
    match column.kind:
        case Kind.DATE if not _is_day(cell):
            return (
                f"{cell!r} is no day; expected year-month-day such as 2016-02-29",
                f"{cell!r} no es una fecha; se esperaba año-mes-día como 2016-02-29",
            )
        case Kind.INTEGER if not re.fullmatch(r"-?[0-9]{1,9}", cell):
            return f"{cell!r} is no whole number", f"{cell!r} no es un número entero"
        case Kind.FLAG if cell.lower() not in ("true", "false"):
            return f"{cell!r} is neither true nor false", f"{cell!r} no es true ni false"
    return None


def _is_day(cell: str) -> bool:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", cell):
        return False
    try:
        date.fromisoformat(cell)
    except ValueError:
        return False
    return True


def _records(path: Path, name: str) -> Iterator[tuple[int, list[str]]]:
    """Rows with their spreadsheet number, the header being 1. Blank lines are no rows."""
    row = 0
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for cells in csv.reader(file, strict=True):
                if cells:
                    row += 1
                    yield row, cells
    except UnicodeDecodeError:
        where = f"{name}, row {_undecodable_row(path)}"
        refuse(
            "csv.encoding",
            where,
            "some letters are not UTF-8 (often Latin-1 from an older program); expected UTF-8 throughout",
            "hay letras que no están en UTF-8 (suelen ser Latin-1 de un programa antiguo); se esperaba UTF-8",
        )
    except csv.Error as error:
        en, es = f"broken quotation marks ({error})", f"comillas mal puestas ({error})"
        if "field limit" in str(error):
            en = "a cell holds more than 131,072 characters: a line end or a quotation mark is missing"
            es = "una celda tiene más de 131,072 caracteres: falta un salto de línea o unas comillas"
        if "unexpected end" in str(error):
            en = "a quotation mark is opened and never closed: the file may have been cut off"
            es = "unas comillas se abren y nunca se cierran: quizá el archivo se cortó"
        refuse("csv.quotes", f"{name}, row {row + 1}", en, es)


def _undecodable_row(path: Path) -> int:
    """The row with the first byte that is not UTF-8: rows are counted in the decodable text before it."""
    data = path.read_bytes()
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8-sig", errors="replace")
        rows = sum(1 for cells in csv.reader(before.splitlines(keepends=True)) if cells)
        return rows + (1 if before.endswith(("\n", "\r")) else 0)
    return 1
