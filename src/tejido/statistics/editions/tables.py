# SPDX-License-Identifier: Apache-2.0
"""The tables of an edition as CSV, one file each, and the dictionary that says what every column holds."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from tejido.statistics.definitions import indicator
from tejido.statistics.editions.edition import Edition
from tejido.statistics.sheet import Figure
from tejido.vocabulary import Language, Words

LANGUAGES: tuple[Language, ...] = ("en", "es")
HEADLINE = "headline"
COLUMNS: dict[str, Words] = {
    "indicator": {"en": "What is counted: a file in definitions/", "es": "Qué se cuenta: un archivo de definitions/"},
    "breakdown": {"en": "By what it is divided; empty for a headline number",
                  "es": "Según qué se desglosa; vacío en una cifra principal"},
    "code": {"en": "Code of the row; empty for a headline number", "es": "Clave; vacía en cifras principales"},
    "label_en": {"en": "The row in English", "es": "El renglón en inglés"},
    "label_es": {"en": "The row in Spanish", "es": "El renglón en español"},
    "count": {"en": "The number; empty where confidential", "es": "El número; vacío si es confidencial"},
    "status": {"en": "published, or C: confidential", "es": "published: publicado; C: dato confidencial"},
    "percent": {"en": "Share of the base as printed; empty where none is",
                "es": "Porcentaje de la base; vacío si no se da"},
    "base": {"en": "Out of how many; empty where confidential", "es": "De cuántos; vacío si es confidencial"},
}  # fmt: skip
_DICTIONARY = ("file", "column", "meaning_en", "meaning_es", "response", "code_list")
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def table_file(name: str, by: str | None) -> str:
    """Where a table stands in the edition."""
    return f"tables/{HEADLINE if by is None else f'{name}-{by}'}.csv"


def csv_files(edition: Edition) -> dict[str, bytes]:
    """One CSV for the headline numbers, one for each table, and the dictionary."""
    made = {table_file("", None): _figures([one for one in edition.sheet.figures if one.by is None])}
    for name, by in edition.tables:
        made[table_file(name, by)] = _figures(edition.sheet.table(name, by))
    made["dictionary.csv"] = _written(_DICTIONARY, _dictionary(edition))
    return made


def plain(text: object) -> str:
    """A cell no spreadsheet takes for a formula: an apostrophe goes before what looks like one."""
    said = "" if text is None else str(text)
    return f"'{said}" if said.startswith(_STARTS_A_FORMULA) else said


def _figures(figures: Sequence[Figure]) -> bytes:
    rows = (
        (one.indicator, one.by, one.cell, one.label["en"], one.label["es"], one.value,
         "C" if one.hidden else "published", one.percent, one.base)
        for one in figures
    )  # fmt: skip
    return _written(tuple(COLUMNS), rows)


def _dictionary(edition: Edition) -> Iterable[Sequence[object]]:
    for name, by in (("", None), *edition.tables):
        file = table_file(name, by)
        if by is None:
            yield file, "", "Headline numbers", "Cifras principales", "", ""
        else:
            one, breakdown = indicator(name), indicator(name).breakdown(by)
            en, es = (f"{one.label[said]}: {breakdown.label[said]}" for said in LANGUAGES)
            yield file, "", en, es, "multiple" if breakdown.multiple else "single", breakdown.codes or ""
        for column, words in COLUMNS.items():
            yield file, column, words["en"], words["es"], "", ""


def _written(head: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows([plain(cell) for cell in row] for row in rows)
    return text.getvalue().encode()
