# SPDX-License-Identifier: Apache-2.0
"""A sheet in one language as the printed document: every word and number final, from protected figures only."""

from __future__ import annotations

from collections.abc import Sequence

from tejido.reports.document import (
    FactSheetDocument,
    HeadlineNumber,
    SheetMap,
    SheetTable,
    TableRow,
)
from tejido.reports.numbers import HIDDEN, count_text
from tejido.statistics.breakdowns import Breakdown
from tejido.statistics.definitions import indicator
from tejido.statistics.layout import Layout, layout
from tejido.statistics.sheet import Figure, Footnote, Sheet
from tejido.statistics.specification import Indicator
from tejido.statistics.wording import day_text, listed_text, period_text
from tejido.vocabulary import Language, Words

_WORDS: dict[str, Words] = {
    "as_of": {"en": "Records as of {day}", "es": "Registros al {day}"},
    "operators": {"en": "Joint figures of {nodes}", "es": "Cifras conjuntas de {nodes}"},
    "operator": {"en": "Figures of {nodes}", "es": "Cifras de {nodes}"},
    "base": {"en": "{unit}, of {base}", "es": "{unit}, de {base}"},
    "single": {"en": "one answer each", "es": "respuesta única"},
    "several": {"en": "several answers possible", "es": "respuesta múltiple"},
    "parts": {
        "en": "{sum} summed, {both} known to both",
        "es": "{sum} en suma, {both} en ambas",
    },
    "band": {"en": "{low} to {high}", "es": "{low} a {high}"},
    "last_band": {"en": "{low} or more", "es": "{low} o más"},
    "none": {"en": "No known case", "es": "Sin casos conocidos"},
    "none_or_few": {"en": "Fewer than {k}, or none", "es": "Menos de {k}, o ninguno"},
}


def document_of(sheet: Sheet, language: Language, operators: Sequence[str] = ()) -> FactSheetDocument:
    """The document to print. `operators`: the names of the organisations as they sign, else the nodes' names."""
    plan = layout()
    marks = _marks(sheet, plan)
    names = list(operators or sheet.nodes)
    signed = _words("operators" if len(names) > 1 else "operator", language, nodes=listed_text(names, language))
    tables = [
        _table(sheet, one, breakdown, plan, language, marks)
        for one, breakdown in plan.breakdowns()
        if breakdown.display == "table"
    ]
    maps = [
        _map(sheet, one, breakdown, plan, language, marks)
        for one, breakdown in plan.breakdowns()
        if breakdown.display == "map"
    ]
    return FactSheetDocument(
        language=language,
        title=sheet.title[language],
        operators=signed,
        period=period_text(sheet.window.start, sheet.window.end, language),
        as_of=_words("as_of", language, day=day_text(sheet.as_of, language)),
        headline=tuple(_headline(sheet, figure, language, marks) for figure in sheet.figures if figure.by is None),
        tables=tuple(table for table in tables if table.rows),
        map=maps[0] if maps and maps[0].states else None,
        footnotes=tuple((marks.get(note.id, ""), note.text[language]) for note in _in_print_order(sheet, marks)),
        stamps=sheet.stamps,
    )


def _words(name: str, language: Language, **values: object) -> str:
    return _WORDS[name][language].format(**values)


def _marks(sheet: Sheet, plan: Layout) -> dict[str, str]:
    """A number, in the order a reader meets it, for each note of some figures only; others are general."""
    general = set(plan.notes) | set.intersection(*(set(indicator(name).footnotes) for name in plan.headline))
    met = [note for figure in sheet.figures if figure.by is None for note in figure.footnotes]
    met.extend(note for _, breakdown in plan.breakdowns() for note in breakdown.footnotes)
    specific = [note for note in dict.fromkeys(met) if note not in general]
    return {note: str(number) for number, note in enumerate(specific, 1)}


def _in_print_order(sheet: Sheet, marks: dict[str, str]) -> list[Footnote]:
    """Numbered notes by number, then the general ones."""
    return sorted(sheet.footnotes, key=lambda note: int(marks.get(note.id, len(marks) + 1)))


def _marked(names: Sequence[str], marks: dict[str, str]) -> tuple[str, ...]:
    return tuple(marks[name] for name in dict.fromkeys(names) if name in marks)


def _headline(sheet: Sheet, figure: Figure, language: Language, marks: dict[str, str]) -> HeadlineNumber:
    value = HIDDEN if figure.value is None else count_text(figure.value)
    note = ""
    if sheet.internal and figure.sum is not None and figure.both is not None:
        note = _words("parts", language, sum=count_text(figure.sum), both=count_text(figure.both))
    return HeadlineNumber(figure.label[language], value, _marked(figure.footnotes, marks), note, figure.indicator)


def _unit_line(
    plan: Layout, one: Indicator, breakdown: Breakdown, figures: Sequence[Figure], language: Language
) -> str:
    unit = plan.sections[one.unit.plural][language]
    base = figures[0].base if figures else None
    out_of = HIDDEN if base is None else count_text(base)
    answers = _words("several" if breakdown.multiple else "single", language)
    return f"{_words('base', language, unit=unit, base=out_of)} · {answers}"


def _table(
    sheet: Sheet, one: Indicator, breakdown: Breakdown, plan: Layout, language: Language, marks: dict[str, str]
) -> SheetTable:
    figures = sheet.table(one.id, breakdown.name)
    return SheetTable(
        title=breakdown.label[language],
        unit_line=_unit_line(plan, one, breakdown, figures, language),
        rows=tuple(TableRow(f.label[language], f.value, f.percent, f.hidden) for f in figures),
        section=plan.sections[one.unit.plural][language],
        base=figures[0].base if figures else None,
        marks=_marked(breakdown.footnotes, marks),
        ranked=breakdown.top is not None,
        key=f"{one.id}-{breakdown.name}",
    )


def _map(
    sheet: Sheet, one: Indicator, breakdown: Breakdown, plan: Layout, language: Language, marks: dict[str, str]
) -> SheetMap:
    figures = sheet.table(one.id, breakdown.name)
    edges = _edges(plan, sheet.protection)
    bands = {str(figure.cell): _band(figure, edges) for figure in figures}
    used = max((band for band in bands.values() if band is not None), default=0)
    labels = []
    for number, low in enumerate(edges[: used + 1]):
        if number + 1 < len(edges):
            labels.append(_words("band", language, low=low, high=edges[number + 1] - 1))
        else:
            labels.append(_words("last_band", language, low=low))
    none = "none" if sheet.protection is None else "none_or_few"
    return SheetMap(
        title=breakdown.label[language],
        unit_line=_unit_line(plan, one, breakdown, figures, language),
        states=bands,
        band_labels=tuple(labels),
        none_label=_words(none, language, k=sheet.protection),
        marks=_marked(breakdown.footnotes, marks),
        key=f"{one.id}-{breakdown.name}",
    )


def _edges(plan: Layout, k: int | None) -> tuple[int, ...]:
    """Lower edges of the bands: from the smallest count that may be shown (1 on an unprotected sheet)."""
    first = 1 if k is None else k
    return (first, *(edge for edge in plan.bands if edge > first))


def _band(figure: Figure, edges: Sequence[int]) -> int | None:
    if figure.hidden or not figure.value:
        return None
    return max(number for number, edge in enumerate(edges) if figure.value >= edge)
