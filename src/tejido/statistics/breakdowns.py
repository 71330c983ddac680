# SPDX-License-Identifier: Apache-2.0
"""How an indicator may be divided: its declared tables, and of whom their percentages are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal, cast

from tejido.statistics.conditions import Condition, Exists, column_of, only, read_condition, refused
from tejido.statistics.notes import footnote_texts, words_of
from tejido.tables import Kind, Table
from tejido.vocabulary import UnknownCodeList, Words, code_list, code_lists

NO_INFORMATION = "no_information"  # the cell of whoever says nothing, where the code list has no code for it
NO_INFORMATION_LABEL: Words = {"en": "No information", "es": "Sin información"}


class Base(StrEnum):
    """Of whom percentages are taken."""

    EVERYONE = "everyone"  # the cross-border sheet's rule: whoever is unknown is in the base
    WITH_INFORMATION = "with_information"  # the CTDC codebook's rule (section 6): whoever says nothing is left out


BASE_LABELS: Mapping[Base, Words] = {
    Base.EVERYONE: {"en": "everyone counted, the unknown too", "es": "todo lo contado, también lo que se desconoce"},
    Base.WITH_INFORMATION: {"en": "those with any information", "es": "lo que tiene alguna información"},
}


@dataclass(frozen=True)
class Band:
    """Numbers as bands: those of column `to`, or how many days after `since` its day is. Times are never told finer.

    `limits` are the highest numbers of the bands `codes`, except the last, which has none.
    """

    to: str
    since: str | None
    codes: tuple[str, ...]
    limits: tuple[int, ...]


@dataclass(frozen=True)
class Breakdown:
    """A declared table of an indicator: how its units are divided, and what is printed of it.

    `codes` is the code list of the cells (None: the values as they stand). `unknown` is the code an empty column
    counts as; of several answers, whoever gives none but this one is counted under it, once. `listed` are the codes
    that may be printed; `top` how many of them. `integers`: the values are numbers, as years are. `through` reaches a
    table whose rows point to the counted row; a code that one of them holds and that meets `unless` is left out
    (a need that one service did not meet and another did is met). `band`: numbers or days are told apart by the bands
    of `codes`. A single answer without `top` is complete: its parts add up to the base.
    """

    name: str
    label: Words
    column: str
    codes: str | None
    listed: tuple[str, ...]
    multiple: bool
    base: Base
    unknown: str | None
    silent: tuple[str, ...]  # the unknown, and codes that say no more
    top: int | None
    through: Exists | None
    unless: Condition | None
    band: Band | None
    display: Literal["table", "map"]
    percent: bool
    integers: bool
    footnotes: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """True where the printed parts must add up to the base."""
        return not self.multiple and self.top is None

    def base_of(self, total: int, counts: Mapping[str, int]) -> int:
        """Of how many its percentages are, where `total` are counted and `counts` are its cells."""
        if self.base is Base.EVERYONE:
            return total
        return total - sum(counts.get(code, 0) for code in self.silent)

    def median(self, counts: Mapping[str, int]) -> str | None:
        """The band in which the middle one lies; the unknown is the end of the row: who still waits has waited longest.

        None without bands, and where no one is counted. From the cells that are printed, so it tells nothing more.
        """
        if self.band is None or self.unknown is None:
            return None
        row = [*self.band.codes, *([self.unknown] if self.base is Base.EVERYONE else [])]
        half, so_far = sum(counts.get(code, 0) for code in row) / 2, 0
        for code in row:
            so_far += counts.get(code, 0)
            if so_far and so_far >= half:
                return code
        return None

    @property
    def version(self) -> str | None:
        """The version of the code list; None without one."""
        return code_list(self.codes).version if self.codes else None

    def label_of(self, cell: str) -> Words:
        """The words of a cell; the cell itself where it is no code."""
        if cell == NO_INFORMATION:
            return NO_INFORMATION_LABEL
        entry = code_list(self.codes).codes.get(cell) if self.codes else None
        return entry.label if entry else {"en": cell, "es": cell}

    def in_order(self, cells: Iterable[str]) -> list[str]:
        """Cells in the order of their code list, others after them by name."""
        places = {code: number for number, code in enumerate(code_list(self.codes))} if self.codes else {}
        return sorted(cells, key=lambda cell: (places.get(cell, len(places)), cell))


_BY_KEYS = {
    "label", "column", "codes", "response", "unknown", "where", "top", "through", "display", "percent", "integers",
    "base", "band", "unless", "footnotes",
}  # fmt: skip


def read_mapping(raw: object, where: str) -> dict[str, Any]:
    """A mapping, or `BadInput`."""
    if not isinstance(raw, dict):
        raise refused(where, "expected a mapping", "se esperaba un mapa")
    return raw


def read_footnotes(raw: object, where: str) -> tuple[str, ...]:
    """Ids of footnotes that exist, or `BadInput`."""
    if not isinstance(raw, list):
        raise refused(where, "footnotes is a list of ids", "footnotes es una lista de claves")
    for name in raw:
        if name not in footnote_texts():
            raise refused(where, f"no footnote {name!r}", f"no hay nota {name!r}")
    return tuple(str(name) for name in raw)


def read_breakdown(name: str, raw: object, table: Table, tables: Mapping[str, Table], where: str) -> Breakdown:
    """Read one entry of `by`; raises `BadInput` naming what is wrong."""
    entry = read_mapping(raw, where)
    only(entry, _BY_KEYS, where)
    through, unless = None, None
    if "unless" in entry and "through" not in entry:
        raise refused(where, "unless needs through", "unless necesita through")
    if "through" in entry:
        found = read_condition(entry["through"], table, tables, where)
        if not isinstance(found, Exists):
            raise refused(where, "through is {exists: TABLE, is: …}", "through es {exists: TABLA, is: …}")
        through, table = found, tables[found.table]
        unless = read_condition(entry["unless"], table, tables, where) if "unless" in entry else None
    if ("band" in entry) == ("column" in entry):
        raise refused(where, "expected a column or a band", "se esperaba column o band")
    band = _band(entry, table, where) if "band" in entry else None
    column = column_of(table, band.to if band else entry["column"], where)
    multiple = {"single": False, "multiple": True}.get(str(entry.get("response")))
    if multiple is None:
        raise refused(where, "response is single or multiple", "response es single o multiple")
    if not multiple and (column.kind is Kind.CODES or through is not None):
        raise refused(where, f"{column.name} may hold several answers", f"{column.name} puede tener varias respuestas")
    footnotes = read_footnotes(entry.get("footnotes", []), where)
    if multiple and not footnotes:
        raise refused(where, "several answers need a footnote", "varias respuestas necesitan una nota")
    silent = _silent(entry)
    unknown = silent[0] if silent else None
    base = _base(entry, unknown, where)
    listed = _listed(entry, silent, multiple, where)
    return Breakdown(
        name=name,
        label=words_of(entry.get("label"), f"{where}, label"),
        column=column.name,
        codes=str(entry["codes"]) if "codes" in entry else None,
        listed=listed,
        multiple=multiple,
        base=base,
        unknown=unknown,
        silent=silent,
        top=_top(entry, where),
        through=through,
        unless=unless,
        band=band,
        display=_display(entry, where),
        percent=entry.get("percent", True) is True,
        integers=entry.get("integers", False) is True,
        footnotes=footnotes,
    )


def _band(entry: Mapping[str, Any], table: Table, where: str) -> Band:
    rule = read_mapping(entry["band"], where)
    only(rule, {"number", "since", "to"}, where)
    numbers = "number" in rule
    columns = [column_of(table, rule.get(name), where) for name in (("number",) if numbers else ("since", "to"))]
    kind = Kind.INTEGER if numbers else Kind.DATE
    if (numbers and len(rule) > 1) or any(column.kind is not kind for column in columns):
        raise refused(
            where,
            "band is {number: COLUMN} or {since: DATE, to: DATE}",
            "band es {number: COLUMNA} o {since: FECHA, to: FECHA}",
        )
    listed = code_list(str(entry["codes"])) if str(entry.get("codes")) in code_lists() else None
    known = [code for code in listed or () if code not in _silent(entry)]
    limits: list[Any] = [listed.codes[code].properties.get("up_to") for code in known] if listed else []
    if not limits or limits[-1] is not None or limits[:-1] != sorted({int(limit or 0) for limit in limits[:-1]}):
        raise refused(
            where,
            "codes is a list of bands: each but the last with a higher up_to than the one before",
            "codes es una lista de rangos: cada uno, salvo el último, con un up_to mayor que el anterior",
        )
    return Band(columns[-1].name, None if numbers else columns[0].name, tuple(known), tuple(map(int, limits[:-1])))


def _base(entry: Mapping[str, Any], unknown: object, where: str) -> Base:
    if entry.get("base", Base.EVERYONE) not in list(Base):
        raise refused(where, "base is everyone or with_information", "base es everyone o with_information")
    base = Base(entry.get("base", Base.EVERYONE))
    if base is Base.WITH_INFORMATION and unknown is None:
        raise refused(
            where,
            "a base of those with information says which code stands for none (unknown)",
            "una base de quienes tienen información dice qué código es no tenerla (unknown)",
        )
    return base


def _silent(entry: Mapping[str, Any]) -> tuple[str, ...]:
    raw = entry.get("unknown")
    return () if raw is None else tuple(map(str, raw if isinstance(raw, list) else [raw]))


def _listed(entry: Mapping[str, Any], silent: tuple[str, ...], multiple: bool, where: str) -> tuple[str, ...]:
    if "codes" not in entry:
        return ()
    try:
        codes = code_list(str(entry["codes"]))
    except UnknownCodeList:
        raise refused(where, f"no code list {entry['codes']!r}", f"no hay catálogo {entry['codes']!r}") from None
    for unknown in silent:
        if unknown != NO_INFORMATION and unknown not in codes:
            raise refused(where, f"{unknown!r} is not in {codes.name}", f"{unknown!r} no está en {codes.name}")
    if not silent and not multiple:
        raise refused(
            where,
            "a single answer says which code an empty column counts as (unknown)",
            "una respuesta única dice con qué código cuenta la columna vacía (unknown)",
        )
    wanted = read_mapping(entry.get("where", {}), where)
    if wanted and not multiple and "top" not in entry:
        raise refused(
            where,
            "a single answer prints all its codes, or their top: its parts must add up",
            "una respuesta única imprime todos sus códigos, o los principales: sus partes deben sumar",
        )
    listed = tuple(codes.where(**wanted))
    if not listed:
        raise refused(where, f"no code of {codes.name} has {wanted}", f"ningún código de {codes.name} tiene {wanted}")
    return listed


def _top(entry: Mapping[str, Any], where: str) -> int | None:
    top = entry.get("top")
    if top is not None and (not isinstance(top, int) or isinstance(top, bool) or top < 1):
        raise refused(where, "top is a number above zero", "top es un número mayor que cero")
    return top


def _display(entry: Mapping[str, Any], where: str) -> Literal["table", "map"]:
    display = entry.get("display", "table")
    if display not in ("table", "map"):
        raise refused(where, "display is table or map", "display es table o map")
    return cast(Literal["table", "map"], display)
