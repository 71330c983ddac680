# SPDX-License-Identifier: Apache-2.0
"""What a printed fact sheet says, as plain values: every word is final, nothing here knows how it was counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tejido.vocabulary import Language


@dataclass(frozen=True)
class HeadlineNumber:
    """One of the large numbers at the top: `value` is already worded ("1,257", or "C" where confidential)."""

    label: str
    value: str
    marks: tuple[str, ...] = ()
    note: str = ""  # a second, smaller line: on internal sheets "1,300 summed - 43 in both"
    key: str = ""  # the indicator


@dataclass(frozen=True)
class TableRow:
    """One cell of a table. `value` None and `hidden` False: not known; `hidden` True prints C, whatever `value` is."""

    label: str
    value: int | None
    percent: str | None = None  # as it must be printed ("63%", "<1%"); None: the table prints no percentages
    hidden: bool = False


@dataclass(frozen=True)
class SheetTable:
    """One table. Bars are drawn as shares of `base`; without a base (top lists) as shares of the largest row."""

    title: str
    unit_line: str  # what is counted and out of how many: "Victims · base 1,257 · one answer each"
    rows: tuple[TableRow, ...]
    section: str = ""  # consecutive tables with the same section stand under one heading ("Victims")
    base: int | None = None
    marks: tuple[str, ...] = ()
    ranked: bool = False  # a top list: rows are numbered, unlisted codes exist
    key: str = ""  # what its files are called: "victims-gender"


@dataclass(frozen=True)
class SheetMap:
    """States of both countries in bands. `states` maps ISO 3166-2 codes ("US-NC", "MX-TLA") to a band.

    A band is an index into `band_labels`, lightest first; None, or a state left out, is drawn as `none_label`.
    """

    title: str
    unit_line: str
    states: Mapping[str, int | None]
    band_labels: tuple[str, ...]  # one to six
    none_label: str  # "No known case" / "Sin casos conocidos"
    marks: tuple[str, ...] = ()
    note: str = ""  # "State not known: 120 cases"
    key: str = ""


@dataclass(frozen=True)
class HotlineNumber:
    """A line people can call, printed on every sheet."""

    place: str
    number: str


REAL_HOTLINES: Mapping[Language, tuple[HotlineNumber, ...]] = {
    "en": (HotlineNumber("United States", "1-888-373-7888"), HotlineNumber("Mexico", "800 5533 000")),
    "es": (HotlineNumber("Estados Unidos", "1-888-373-7888"), HotlineNumber("México", "800 5533 000")),
}


@dataclass(frozen=True)
class FactSheetDocument:
    """Everything that is printed on one fact sheet in one language."""

    language: Language
    title: str
    operators: str  # who publishes it, under the title
    period: str  # "September 30, 2015 to July 31, 2017"
    as_of: str  # "Records as of August 15, 2017"
    headline: tuple[HeadlineNumber, ...]
    tables: tuple[SheetTable, ...]
    map: SheetMap | None
    footnotes: tuple[tuple[str, str], ...]  # (mark, text); an empty mark is a general note
    stamps: tuple[str, ...] = ()  # INVENTED_STAMP, INTERNAL_STAMP
    introduction: str = ""
    hotlines: tuple[HotlineNumber, ...] = field(default=())  # empty: REAL_HOTLINES of the language


INVENTED_STAMP = "INVENTED DATA · DATOS INVENTADOS"
INTERNAL_STAMP = "INTERNAL · USO INTERNO"
