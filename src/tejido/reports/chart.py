# SPDX-License-Identifier: Apache-2.0
"""A table as a bar chart in SVG: with its words for whoever cannot see it, and no bar for what is confidential.

Drawn directly, like the map: the same bytes everywhere, no style that a strict content policy would refuse.
"""

from __future__ import annotations

from html import escape
from textwrap import wrap

from tejido.reports.document import SheetTable, TableRow
from tejido.reports.numbers import HIDDEN, count_text
from tejido.reports.print import bar_share
from tejido.reports.words import word
from tejido.vocabulary import Language

WIDTH, _BARS, _LINE, _BAR = 420, 310, 21, 16  # narrow enough to be read on a telephone
INK, SOFT, COLOUR, GROUND = "#17262c", "#4a5a60", "#377983", "#e6edec"
_FONT = 'font-family="IBM Plex Sans, Segoe UI, Roboto, Noto Sans, Arial, sans-serif" font-size="16"'
_LONGEST_LINE = 50


def chart_svg(table: SheetTable, language: Language) -> str:
    """One SVG element; same table, same text."""
    name = escape(table.key)
    rows, height = [], 0
    for place, row in enumerate(table.rows, 1):
        # A confidential row has no rank: its place in the list must say nothing.
        ranked = table.ranked and not row.hidden
        lines = wrap(f"{place}. {row.label}" if ranked else row.label, _LONGEST_LINE)
        rows.append(_row(table, row, lines, height, language))
        height += _LINE * len(lines) + _BAR + 14
    hatch = (
        f'<pattern id="{name}-hidden" width="8" height="8" patternUnits="userSpaceOnUse">'
        f'<path d="M-1,1l2,-2M0,8l8,-8M7,9l2,-2" stroke="{SOFT}" stroke-opacity=".45" fill="none"/></pattern>'
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'aria-labelledby="{name}-title {name}-description"><title id="{name}-title">{escape(table.title)}</title>'
        f'<desc id="{name}-description">{escape(chart_words(table, language))}</desc><defs>{hatch}</defs>'
        f"<g {_FONT}>{''.join(rows)}</g></svg>"
    )


def chart_words(table: SheetTable, language: Language) -> str:
    """Everything the chart shows, as sentences."""
    said = "; ".join(f"{row.label}: {_said(row, language)}" for row in table.rows)
    return f"{table.title}. {table.unit_line}. {said}."


def _said(row: TableRow, language: Language) -> str:
    if row.hidden:
        return word("hidden_short", language)
    value = "" if row.value is None else count_text(row.value)
    return f"{value} ({row.percent})" if row.percent is not None else value


def _row(table: SheetTable, row: TableRow, lines: list[str], top: int, language: Language) -> str:
    value = HIDDEN if row.hidden else "" if row.value is None else count_text(row.value)
    if row.percent is not None and not row.hidden:
        value = f"{value} · {row.percent}"
    # Confidential: hatched all along, whatever it holds, so that its length says nothing.
    length = 0.0 if row.hidden else _BARS * bar_share(table, row.value)
    drawn = max(length, 2.0) if row.value and not row.hidden else length
    ground = f"url(#{escape(table.key)}-hidden)" if row.hidden else GROUND
    bar_top = top + _LINE * len(lines) + 2
    bar = f'<rect y="{bar_top}" width="{drawn:.1f}" height="{_BAR}" fill="{COLOUR}"/>' if drawn else ""
    label = "".join(
        f'<text y="{top + _LINE * number - 5}" fill="{INK}">{escape(line)}</text>'
        for number, line in enumerate(lines, 1)
    )
    return (
        f"<g><title>{escape(f'{row.label}: {_said(row, language)}')}</title>{label}"
        f'<rect y="{bar_top}" width="{_BARS}" height="{_BAR}" fill="{ground}"/>{bar}'
        f'<text x="{WIDTH}" y="{bar_top + _BAR - 2}" fill="{INK}" font-weight="600" text-anchor="end">{escape(value)}'
        "</text></g>"
    )
