# SPDX-License-Identifier: Apache-2.0
"""The fact sheet as PDF: typeset by Typst, tagged (PDF/UA-1), with the shipped fonts only."""

from __future__ import annotations

from typing import Any

from tejido.reports.document import REAL_HOTLINES, FactSheetDocument, SheetTable
from tejido.reports.map import description, key_svg, map_svg
from tejido.reports.numbers import HIDDEN, count_text
from tejido.reports.typesetting import typeset
from tejido.reports.words import word, words


def pdf(document: FactSheetDocument) -> bytes:
    """The printed sheet. Same document, same bytes."""
    return typeset("sheet.typ", _values(document))


def bar_share(table: SheetTable, value: int | None) -> float:
    """Length of a row's bar from 0 to 1: of the base, or of the largest printed row where there is no base."""
    if value is None:
        return 0.0
    whole = table.base or max((row.value or 0 for row in table.rows if not row.hidden), default=0)
    return min(1.0, value / whole) if whole else 0.0


def _table(table: SheetTable) -> dict[str, Any]:
    return {
        "title": table.title,
        "unit_line": table.unit_line,
        "section": table.section,
        "marks": list(table.marks),
        "ranked": table.ranked,
        "shares": any(row.percent is not None for row in table.rows),
        "rows": [
            {
                "label": row.label,
                "value": HIDDEN if row.hidden else "" if row.value is None else count_text(row.value),
                "percent": "" if row.hidden or row.percent is None else row.percent,
                "share": 0.0 if row.hidden else round(bar_share(table, row.value), 4),
                "hidden": row.hidden,
            }
            for row in table.rows
        ],
    }


def _values(document: FactSheetDocument) -> dict[str, Any]:
    return {
        "language": document.language,
        "title": document.title,
        "operators": document.operators,
        "period": document.period,
        "as_of": document.as_of,
        "introduction": document.introduction,
        "stamps": list(document.stamps),
        "headline": [
            {"label": h.label, "value": h.value, "marks": list(h.marks), "note": h.note} for h in document.headline
        ],
        "tables": [_table(table) for table in document.tables],
        "map": _map(document),
        "footnotes": [list(footnote) for footnote in document.footnotes],
        "explain_hidden": explain_hidden(document),
        "hotlines": [[line.place, line.number] for line in document.hotlines or REAL_HOTLINES[document.language]],
        "words": words(document.language),
    }


def explain_hidden(document: FactSheetDocument) -> bool:
    """Whether the renderer must explain the sign C: something is hidden and no footnote says what that means."""
    rows = (row.hidden for table in document.tables for row in table.rows)
    hidden = any(rows) or any(number.value == HIDDEN for number in document.headline)
    sign = word("hidden_short", document.language).split()[-1]  # "confidential", "confidencial"
    return hidden and not any(sign in text.lower() for _, text in document.footnotes)


def _map(document: FactSheetDocument) -> dict[str, Any] | None:
    drawn = document.map
    if drawn is None:
        return None
    keys: list[int | None] = [*range(len(drawn.band_labels)), None]
    return {
        "title": drawn.title,
        "unit_line": drawn.unit_line,
        "marks": list(drawn.marks),
        "note": drawn.note,
        "svg": map_svg(drawn, document.language),
        "alt": description(drawn, document.language),
        "legend": [
            [drawn.none_label if band is None else drawn.band_labels[band], key_svg(drawn, band)] for band in keys
        ],
    }
