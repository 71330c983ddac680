# SPDX-License-Identifier: Apache-2.0
"""Files in IOM's Human Trafficking Case Data Standard (HTCDS) 2.0: one row for each case and person, as CSV.

The standard contradicts itself in places, and files follow one or another of its parts: the table of fields, the form
for phones (XLSForm), the spreadsheet. Columns are known by their letters alone (`vic_Methods_of_Control` is
`vic_MethodsOfControl`), codes by their name or by the label of any part.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tejido.tables.carrying import Carrying
from tejido.tables.csv_files import csv_header
from tejido.vocabulary import BadInput, Words, code_list

PREFIXES = ("org", "prs", "vic", "per", "cas", "cco", "hte", "spl", "con")
DAY = "cas_IncomingReferralDate"
# Columns of codes and their lists.
CODED: Mapping[str, str] = {
    "prs_Gender": "htcds_gender",
    "vic_TraffickingStatus": "htcds_trafficking_status",
    "vic_MethodOfRecruitment": "htcds_method_of_recruitment",
    "vic_MethodsOfControl": "htcds_methods_of_control",
    "vic_TypeOfExploitation": "htcds_type_of_exploitation",
    "vic_ForcedLabourIndustry": "htcds_forced_labour_industry",
    "vic_TypeOfSexExploitation": "htcds_type_of_sex_exploitation",
    "cas_Status": "htcds_case_status",
    "hte_Type": "htcds_event_type",
}
TEXTS = (
    "prs_FirstName", "prs_MiddleName", "prs_SecondName", "prs_Birthdate", "prs_Citizenship", "prs_PrimaryLanguage",
    "prs_Email", "prs_HomePhone", "prs_MobilePhone", "hte_Country", "hte_State", "hte_City", DAY,
)  # fmt: skip
# In the definitions of the standard, though not in its picklist of 16: ours has them.
DEFINED_ONLY: Mapping[str, str] = {"restrictsmovement": "restricts_movement", "useschildren": "uses_children"}
_ALSO = {"threatsoflawenforcement": "ThreatsLawEnforcement", "threatoflawenforcement": "ThreatsLawEnforcement"}
_CUT = "vic_ForcedLabourIndustry"  # ISIC's names, cut short in the codes: a label may go on after them


def letters(text: str) -> str:
    """Letters and digits alone, lower case."""
    return re.sub(r"[^a-z0-9]", "", text.lower())


_KNOWN = {letters(name): name for name in (*CODED, *TEXTS)}


@dataclass(frozen=True)
class HtcdsRow:
    """One row of a file: what stands in the columns that are read, by their names in the standard."""

    number: int
    cells: Mapping[str, str]


def read_htcds(path: Path, carrying: Carrying) -> Iterator[HtcdsRow]:
    """The rows of a file; what no column of ours can hold is noted. Raises `BadInput` where it is no HTCDS file."""
    header = csv_header(path, path.name)
    if not any(re.match(rf"(?:{'|'.join(PREFIXES)})_", name.strip()) for name in header):
        raise BadInput(
            "htcds.columns",
            en=f"no column of HTCDS is there; expected names such as prs_Gender and {DAY}",
            es=f"no hay ninguna columna de HTCDS; se esperaban nombres como prs_Gender y {DAY}",
            where=f"{path.name}, row 1",
        )
    names = [_KNOWN.get(letters(name)) for name in header]
    for name in {name for name in names if name is not None}:
        if names.count(name) > 1:
            raise BadInput(
                "htcds.column_twice",
                en="the column appears twice",
                es="la columna aparece dos veces",
                where=f"{path.name}, row 1, column {name}",
            )
    for number, cells in _cells(path, len(header)):
        if number == 2 and _is_labels(header, cells):
            _compare(header, cells, carrying)
            continue
        if not any(cell for name, cell in zip(header, cells, strict=True) if name.strip()):
            continue  # a row of the spreadsheet that nobody filled
        for place, (name, known, cell) in enumerate(zip(header, names, cells, strict=True)):
            if known is None and cell and (place or name or not cell.isdecimal()):  # the spreadsheet numbers its rows
                _not_ours(name.strip(), carrying)
        yield HtcdsRow(
            number, {known: cell for known, cell in zip(names, cells, strict=True) if known is not None and cell}
        )


def _cells(path: Path, width: int) -> Iterator[tuple[int, list[str]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for number, cells in enumerate(csv.reader(file, strict=True), 1):
                if number > 1 and cells:
                    if len(cells) != width:
                        raise BadInput(
                            "htcds.row",
                            en=f"the row has {len(cells)} of {width} columns",
                            es=f"la fila tiene {len(cells)} de {width} columnas",
                            where=f"{path.name}, row {number}",
                        )
                    yield number, [cell.strip() for cell in cells]
    except (UnicodeDecodeError, csv.Error):
        raise BadInput(
            "htcds.csv",
            en="cannot be read as CSV in UTF-8",
            es="no se puede leer como CSV en UTF-8",
            where=path.name,
        ) from None


def _is_labels(header: list[str], cells: list[str]) -> bool:
    """The spreadsheet prints under each name its label: `Gender` under `prs_Gender`."""
    return (
        sum(bool(cell) and letters(name).endswith(letters(cell)) for name, cell in zip(header, cells, strict=True))
        > len(header) // 2
    )


def _compare(header: list[str], labels: list[str], carrying: Carrying) -> None:
    for name, label in zip(header, labels, strict=True):
        own = letters(name.partition("_")[2])
        if name and label and letters(label)[:9] != own[:9] and own not in letters(label):
            words: Words = {
                "en": f"its label says {label!r}: it cannot be told which of the two was filled in",
                "es": f"su etiqueta dice {label!r}: no se sabe cuál de los dos se llenó",
            }
            carrying.changed(name, None, words)


_SAID: Mapping[str, Words] = {
    "con_Consent": {
        "en": "a tick is no release: it says not to whom, what, how or until when; ask again",
        "es": "una marca no es una autorización: no dice a quién, qué, cómo ni hasta cuándo; vuelva a preguntar",
    },
    "vic_AgeWhenTrafficked": {
        "en": "the age when first trafficked is not the age at contact",
        "es": "la edad al inicio de la trata no es la edad al momento del contacto",
    },
    "prs_Title": {
        "en": "the form labels it 'Second Name', the table of fields 'Title': it cannot be told which was filled in",
        "es": "el formulario lo llama 'Second Name' y la tabla de campos 'Title': no se sabe cuál se llenó",
    },
}
_NO_PLACE: Words = {"en": "records have no such column", "es": "los registros no tienen esa columna"}
_NO_FIELD: Words = {"en": "no field of HTCDS 2.0", "es": "no es un campo de HTCDS 2.0"}
_NO_NAME: Words = {"en": "the column has no name", "es": "la columna no tiene nombre"}


def _not_ours(name: str, carrying: Carrying) -> None:
    if name in ("start", "end", "__version__"):
        return  # what the form for phones says of itself
    if name:
        of_standard = name.partition("_")[0] in PREFIXES
        carrying.left_out(name, None, _SAID.get(name, _NO_PLACE if of_standard else _NO_FIELD))
    else:
        carrying.left_out("(no name)", None, _NO_NAME)


def codes_of(row: HtcdsRow, column: str, carrying: Carrying) -> list[str]:
    """The standard's codes in a cell, whole or joined by `;` or, as the form does, by blanks; unknown ones noted."""
    cell = row.cells.get(column, "")
    if not cell:
        return []
    whole = _code(cell, column)
    if whole is not None:
        return [whole]
    parts = [part.strip() for part in cell.split(";") if part.strip()]
    if len(parts) == 1 and all(_code(part, column) or letters(part) in DEFINED_ONLY for part in cell.split()):
        parts = cell.split()
    found = []
    for part in parts:
        code = _code(part, column)
        if code is not None:
            found.append(code)
        elif column != "vic_MethodsOfControl" or letters(part) not in DEFINED_ONLY:
            carrying.left_out(column, part, {"en": "no value of the standard", "es": "no es un valor del estándar"})
    return found


def defined_only(row: HtcdsRow, carrying: Carrying) -> list[str]:
    """Our codes for means of control that the standard defines but leaves out of its picklist."""
    found = []
    cell = row.cells.get("vic_MethodsOfControl", "")
    for part in re.split(r"[;\s]+", cell):
        own = DEFINED_ONLY.get(letters(part))
        if own is not None:
            found.append(own)
            words: Words = {
                "en": "defined in the standard, though not in its list of values",
                "es": "definido en el estándar, pero ausente de su lista de valores",
            }
            carrying.changed("vic_MethodsOfControl", part, words)
    return found


def _code(text: str, column: str) -> str | None:
    wanted = letters(text)
    own = letters(column.partition("_")[2])
    wanted = wanted.removeprefix(own) or wanted  # the definitions write MethodsOfControlDebtBondage
    codes = code_list(CODED[column]).codes
    for code in codes:
        name = letters(re.sub(r"^[A-Z]_", "", code))
        if wanted in (letters(code), name, f"{name}s") or (column == _CUT and wanted.startswith(name)):
            return code
    return _ALSO.get(wanted) if _ALSO.get(wanted) in codes else None
