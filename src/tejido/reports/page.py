# SPDX-License-Identifier: Apache-2.0
"""The fact sheet as one self-contained web page: no script, nothing fetched, readable by a screen reader."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from importlib.resources import files
from itertools import groupby

from tejido.reports.document import REAL_HOTLINES, FactSheetDocument, HeadlineNumber, SheetMap, SheetTable, TableRow
from tejido.reports.map import band_words, drawn_states, key_svg, map_svg
from tejido.reports.numbers import HIDDEN, count_text
from tejido.reports.print import bar_share, explain_hidden
from tejido.reports.words import word
from tejido.vocabulary import Language, code_list


def page(document: FactSheetDocument) -> str:
    """The sheet as HTML. Same document, same text."""
    style = (files("tejido.reports") / "templates" / "sheet.css").read_text(encoding="utf-8")
    stamps = " · ".join(document.stamps)
    # CSS strings end at a quote or a line break; printed pages carry the stamps in the margin of every page.
    printed = stamps.replace("\\", " ").replace('"', " ").replace("\n", " ").replace("<", " ")
    body = "\n".join(part for part in _parts(document, stamps) if part)
    language = "es-MX" if document.language == "es" else "en-US"
    return (
        f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(document.title)}</title>\n"
        f'<style>\n{style}@page {{ @top-center {{ content: "{printed}" }} @bottom-left {{ content: "{printed}" }} }}\n'
        f"</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def _parts(document: FactSheetDocument, stamps: str) -> Iterator[str]:
    language = document.language
    stamp = f'<p class="stamp">{escape(stamps)}</p>' if stamps else ""
    yield '<header class="sheet">'
    yield stamp
    yield f'<p class="operators">{escape(document.operators)}</p><h1>{escape(document.title)}</h1>'
    yield f'<p class="period"><strong>{escape(document.period)}</strong> · {escape(document.as_of)}</p>'
    yield f'<p class="introduction">{escape(document.introduction)}</p>' if document.introduction else ""
    yield '</header>\n<main class="sheet">'
    yield f'<h2 class="unseen">{escape(word("main_figures", language))}</h2>'
    yield f'<dl class="headline">{"".join(_headline(number, language) for number in document.headline)}</dl>'
    for section, tables in groupby(document.tables, key=lambda table: table.section):
        heading = f"<h2>{escape(section)}</h2>" if section else ""
        yield f'{heading}<div class="tables">{"".join(_table(table, language) for table in tables)}</div>'
    yield map_section(document.map, language) if document.map else ""
    yield notes_section(document)
    yield "</main>"
    yield '<footer class="sheet">'
    yield hotlines(document)
    yield stamp
    yield "</footer>"


def marks_html(marks: tuple[str, ...]) -> str:
    """The numbers that lead to notes."""
    return "".join(f"<sup>{escape(mark)}</sup>" for mark in marks)


def hidden_html(language: Language) -> str:
    """The sign for a confidential number, with what it means."""
    return f'<abbr title="{escape(word("hidden_short", language))}">{HIDDEN}</abbr>'


def number_html(number: HeadlineNumber, language: Language) -> str:
    """A headline number, or the sign that it is confidential."""
    return hidden_html(language) if number.value == HIDDEN else escape(number.value)


def head_html(table: SheetTable, language: Language) -> str:
    """The names of a table's columns."""
    columns = ("category", "number", "share") if _has_shares(table) else ("category", "number")
    head = "".join(f'<th scope="col">{escape(word(name, language))}</th>' for name in columns)
    return f"<thead><tr>{head}</tr></thead>"


def cells_html(table: SheetTable, row: TableRow, language: Language) -> str:
    """What stands in a row beside its label."""
    value = hidden_html(language) if row.hidden else "" if row.value is None else count_text(row.value)
    percent = "" if row.hidden or row.percent is None else escape(row.percent)
    return f'<td class="count">{value}</td>' + (f"<td>{percent}</td>" if _has_shares(table) else "")


def _has_shares(table: SheetTable) -> bool:
    return any(row.percent is not None for row in table.rows)


def _headline(number: HeadlineNumber, language: Language) -> str:
    note = f"<small>{escape(number.note)}</small>" if number.note else ""
    label = f"{escape(number.label)}{marks_html(number.marks)}"
    return f"<div><dt>{label}</dt><dd>{number_html(number, language)}{note}</dd></div>"


def _table(table: SheetTable, language: Language) -> str:
    rows = "".join(_row(table, place, row, language) for place, row in enumerate(table.rows, 1))
    return (
        f'<table><caption><span class="title">{escape(table.title)}{marks_html(table.marks)}</span>'
        f'<span class="unit">{escape(table.unit_line)}</span></caption>'
        f"{head_html(table, language)}<tbody>{rows}</tbody></table>"
    )


def _row(table: SheetTable, place: int, row: TableRow, language: Language) -> str:
    label = f"{place}. {row.label}" if table.ranked else row.label
    width = 0.0 if row.hidden else bar_share(table, row.value) * 100
    bar = f'<span class="bar" aria-hidden="true"><span style="width:{width:.1f}%"></span></span>'
    return f'<tr><th scope="row">{escape(label)}{bar}</th>{cells_html(table, row, language)}</tr>'


def map_section(sheet_map: SheetMap, language: Language) -> str:
    """The map, its legend, and the same as a table."""
    bands: list[int | None] = [*range(len(sheet_map.band_labels)), None]
    legend = "".join(
        f"<li>{key_svg(sheet_map, band, alone=False)} "
        f"{escape(sheet_map.none_label if band is None else sheet_map.band_labels[band])}</li>"
        for band in bands
    )
    note = f"<p>{escape(sheet_map.note)}</p>" if sheet_map.note else ""
    return (
        f'<section class="map"><h2>{escape(sheet_map.title)}{marks_html(sheet_map.marks)}</h2>'
        f'<figure>{map_svg(sheet_map, language)}<figcaption><p class="unit">{escape(sheet_map.unit_line)}</p>'
        f'<ul class="legend">{legend}</ul>{note}</figcaption></figure>{_map_table(sheet_map, language)}</section>'
    )


def _map_table(sheet_map: SheetMap, language: Language) -> str:
    """What the colours say, for readers who cannot see them: states by band, from the darkest."""
    states = code_list("state")
    rows = "".join(
        f'<tr><th scope="row">{escape(states.label_of(code, language))}</th>'
        f"<td>{escape(band_words(sheet_map, code))}</td></tr>"
        for code in sorted(
            (code for code in drawn_states() if sheet_map.states.get(code) is not None),
            key=lambda code: -(sheet_map.states[code] or 0),
        )
    )
    if not rows:
        return ""
    return (
        f"<details><summary>{escape(word('map_table', language))}</summary><table class='states'>"
        f"<caption>{escape(sheet_map.title)}. {escape(sheet_map.unit_line)}</caption><thead><tr>"
        f'<th scope="col">{escape(word("state", language))}</th><th scope="col">{escape(word("band", language))}</th>'
        f"</tr></thead><tbody>{rows}</tbody></table></details>"
    )


def notes_section(document: FactSheetDocument) -> str:
    """How to read the figures."""
    language = document.language
    notes = [f"{marks_html((mark,)) if mark else ''} {escape(text)}".strip() for mark, text in document.footnotes]
    if explain_hidden(document):
        notes.append(f"<strong>{escape(word('hidden_note', language))}</strong>")
    if document.map:
        notes.append(escape(word("map_credit", language)))
    items = "".join(f"<li>{note}</li>" for note in notes)
    return (
        f'<section class="notes"><h2>{escape(word("notes", language))}</h2><ul>{items}</ul></section>' if notes else ""
    )


def hotlines(document: FactSheetDocument) -> str:
    """The lines that answer."""
    lines = "".join(
        f'<p><span>{escape(line.place)}</span><a href="tel:{line.number.replace(" ", "").replace("-", "")}">'
        f"{escape(line.number)}</a></p>"
        for line in document.hotlines or REAL_HOTLINES[document.language]
    )
    asked, detail = (escape(word(name, document.language)) for name in ("help", "help_detail"))
    return f'<div class="hotlines"><p class="asked"><strong>{asked}</strong><br>{detail}</p>{lines}</div>'
