# SPDX-License-Identifier: Apache-2.0
"""An edition as a web page that stands by itself: no script, one style sheet, links only within the edition."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from itertools import groupby

from tejido.reports.chart import chart_svg
from tejido.reports.document import FactSheetDocument, HeadlineNumber, SheetMap, SheetTable, TableRow
from tejido.reports.page import cells_html, head_html, hotlines, map_section, marks_html, notes_section, number_html
from tejido.reports.words import word
from tejido.vocabulary import Language


@dataclass(frozen=True)
class DefinitionText:
    """What a table or a number means: rows of term and text, and the file that says it to programs."""

    key: str
    title: str
    rows: tuple[tuple[str, str], ...]
    file: str


@dataclass(frozen=True)
class EditionPage:
    """The page's words: the sheet itself, its definitions, what changed since the edition before, where it came from.

    `facts` and `changes` are worded already; `correction` stands above everything where this replaces another.
    """

    sheet: FactSheetDocument
    definitions: tuple[DefinitionText, ...]
    changes: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    correction: str = ""


def edition_css() -> bytes:
    """The one style sheet of an edition."""
    folder = files("tejido.reports") / "templates"
    return (folder / "sheet.css").read_bytes() + (folder / "edition.css").read_bytes()


def edition_html(page: EditionPage) -> str:
    """The page. Same edition, same text."""
    sheet = page.sheet
    language = "es-MX" if sheet.language == "es" else "en-US"
    body = "\n".join(part for part in _parts(page) if part)
    return (
        f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<title>{escape(sheet.title)}</title>\n<link rel="stylesheet" href="../edition.css">\n'
        f"</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def _parts(page: EditionPage) -> Iterator[str]:
    sheet, language = page.sheet, page.sheet.language
    stamps = " · ".join(sheet.stamps)
    stamp = f'<p class="stamp">{escape(stamps)}</p>' if stamps else ""
    yield f'<header class="sheet">{stamp}'
    yield f'<p class="operators">{escape(sheet.operators)}</p><h1>{escape(sheet.title)}</h1>'
    yield f'<p class="period"><strong>{escape(sheet.period)}</strong> · {escape(sheet.as_of)}</p>'
    yield _links(language)
    yield f'<p class="correction">{escape(page.correction)}</p>' if page.correction else ""
    yield '</header>\n<main class="sheet">'
    yield f'<h2 class="unseen">{escape(word("main_figures", language))}</h2>'
    yield f'<dl class="headline">{"".join(_headline(number, language) for number in sheet.headline)}</dl>'
    for section, tables in groupby(sheet.tables, key=lambda table: table.section):
        yield f"<h2>{escape(section)}</h2>" if section else ""
        yield f'<div class="charts">{"".join(_chart(table, language) for table in tables)}</div>'
    if sheet.map:
        yield map_section(sheet.map, language) + _files_of(sheet.map, language)
    yield _changes(page)
    yield notes_section(sheet)
    yield _definitions(page)
    yield _facts(page)
    yield f'</main>\n<footer class="sheet">{hotlines(sheet)}{stamp}</footer>'


def _links(language: Language) -> str:
    other, name, said = ("en", "English", "en") if language == "es" else ("es", "Español", "es-MX")
    links = [
        f'<a href="../{other}/index.html" lang="{said}" hreflang="{said}">{name}</a>',
        '<a href="sheet.pdf">PDF</a>',
        '<a href="../tables/headline.csv">CSV</a>',
        f'<a href="../dictionary.csv">{escape(word("dictionary", language))}</a>',
        '<a href="../sheet.json">JSON</a>',
        '<a href="../dcat.jsonld">DCAT</a>',
        f'<a href="../manifest.json">{escape(word("manifest", language))}</a>',
    ]
    items = "".join(f"<li>{link}</li>" for link in links)
    return f'<nav aria-label="{escape(word("files", language))}"><ul class="files">{items}</ul></nav>'


def _headline(number: HeadlineNumber, language: Language) -> str:
    label = f'<a href="#means-{escape(number.key)}">{escape(number.label)}</a>{marks_html(number.marks)}'
    return f"<div><dt>{label}</dt><dd>{number_html(number, language)}</dd></div>"


def _chart(table: SheetTable, language: Language) -> str:
    rows = "".join(_row(table, place, row, language) for place, row in enumerate(table.rows, 1))
    return (
        f'<section class="chart"><h3>{escape(table.title)}{marks_html(table.marks)}</h3>'
        f'<p class="unit">{escape(table.unit_line)}</p><figure>{chart_svg(table, language)}</figure>'
        f"<details><summary>{escape(word('behind', language))}</summary><table>"
        f'<caption class="unseen">{escape(table.title)}</caption>{head_html(table, language)}'
        f"<tbody>{rows}</tbody></table></details>{_files_of(table, language)}</section>"
    )


def _row(table: SheetTable, place: int, row: TableRow, language: Language) -> str:
    label = f"{place}. {row.label}" if table.ranked and not row.hidden else row.label
    return f'<tr><th scope="row">{escape(label)}</th>{cells_html(table, row, language)}</tr>'


def _files_of(shown: SheetTable | SheetMap, language: Language) -> str:
    title, key = escape(shown.title), escape(shown.key)
    about = f'<span class="unseen">: {title}</span>'
    return (
        f'<p class="files"><a href="#means-{key}">{escape(word("definition", language))}{about}</a> '
        f'<a href="../tables/{key}.csv">CSV{about}</a> <a href="charts/{key}.svg">SVG{about}</a></p>'
    )


def _changes(page: EditionPage) -> str:
    if not page.changes:
        return ""
    items = "".join(f"<li>{escape(text)}</li>" for text in page.changes)
    return f'<section class="changes"><h2>{escape(word("changed", page.sheet.language))}</h2><ul>{items}</ul></section>'


def _definitions(page: EditionPage) -> str:
    language = page.sheet.language
    told = "".join(
        f'<section class="means" id="means-{escape(one.key)}"><h3>{escape(one.title)}</h3><dl>'
        + "".join(f"<div><dt>{escape(term)}</dt><dd>{escape(text)}</dd></div>" for term, text in one.rows)
        + f'</dl><p class="files"><a href="../{escape(one.file)}">JSON<span class="unseen">: {escape(one.title)}</span>'
        "</a></p></section>"
        for one in page.definitions
    )
    return f'<section><h2>{escape(word("definitions", language))}</h2><div class="definitions">{told}</div></section>'


def _facts(page: EditionPage) -> str:
    rows = "".join(f"<div><dt>{escape(term)}</dt><dd>{escape(text)}</dd></div>" for term, text in page.facts)
    title = escape(word("edition", page.sheet.language))
    return f'<section class="means"><h2>{title}</h2><dl>{rows}</dl></section>'
