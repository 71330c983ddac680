# SPDX-License-Identifier: Apache-2.0
"""The printed sheet: accessible, self-contained, the same bytes twice, and silent about what is hidden."""

from __future__ import annotations

import re
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader
from tests.library.reports.example import example

from tejido.reports.document import INTERNAL_STAMP, INVENTED_STAMP, FactSheetDocument, HeadlineNumber, SheetMap
from tejido.reports.fact_sheet import write
from tejido.reports.map import band_words, description, drawn_states, map_svg
from tejido.reports.page import page
from tejido.reports.print import bar_share, pdf
from tejido.vocabulary import Language, code_list

LANGUAGES: tuple[Language, ...] = ("en", "es")


def words_of(reader: PdfReader) -> str:
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in reader.pages))


def with_label(document: FactSheetDocument, label: str) -> FactSheetDocument:
    return replace(document, title=label, headline=(HeadlineNumber(label, "12"), *document.headline[1:]))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pdf_is_tagged_titled_and_in_its_language(language: Language) -> None:
    document = example(language)
    reader = PdfReader(BytesIO(pdf(document)))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == {"en": "en-US", "es": "es-MX"}[language]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata is not None
    assert reader.metadata.title == document.title
    assert b"pdfuaid:part" in root["/Metadata"].get_data()
    assert b">1<" in root["/Metadata"].get_data()
    assert len(reader.pages) == 2


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pdf_says_every_word_and_number_that_is_not_hidden(language: Language) -> None:
    document = example(language)
    said = words_of(PdfReader(BytesIO(pdf(document))))
    for number in document.headline:
        assert number.value in said
    for table in document.tables:
        for row in table.rows:
            assert row.hidden or f"{row.value:,}" in said
    assert document.map is not None
    assert "1-888-373-7888" in said
    assert "800 5533 000" in said
    assert "INEGI" in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_same_document_same_bytes(language: Language, tmp_path: Path) -> None:
    for name in ("once", "twice"):
        write(example(language), tmp_path / name, b'{"figures": []}')
    for name in ("sheet.pdf", "sheet.html", "sheet.json"):
        assert (tmp_path / "once" / name).read_bytes() == (tmp_path / "twice" / name).read_bytes()
    assert sorted(entry.name for entry in (tmp_path / "once").iterdir()) == ["sheet.html", "sheet.json", "sheet.pdf"]


def test_without_figures_no_json_is_written(tmp_path: Path) -> None:
    write(example("en"), tmp_path)
    assert not (tmp_path / "sheet.json").exists()


def test_a_document_that_cannot_be_drawn_leaves_nothing_behind(tmp_path: Path) -> None:
    document = example("en")
    assert document.map is not None
    with pytest.raises(ValueError, match="not on the map"):
        write(replace(document, map=replace(document.map, states={"CA-ON": 1})), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_every_page_carries_the_stamps() -> None:
    reader = PdfReader(BytesIO(pdf(example("es", stamps=(INVENTED_STAMP, INTERNAL_STAMP)))))
    for printed in reader.pages:
        text = re.sub(r"\s+", " ", printed.extract_text())
        assert text.count("DATOS INVENTADOS") == 2
        assert text.count("USO INTERNO") == 2
    html = page(example("es", stamps=(INVENTED_STAMP, INTERNAL_STAMP)))
    assert html.count("DATOS INVENTADOS") == 4  # above, below, and in both margins when printed


def test_an_unstamped_sheet_says_nothing_of_invention() -> None:
    assert "INVENTA" not in page(example("es", stamps=()))
    assert "INVENTA" not in words_of(PdfReader(BytesIO(pdf(example("es", stamps=())))))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_hidden_row_prints_only_c_and_its_explanation(language: Language) -> None:
    document = example(language)
    table = next(table for table in document.tables if any(row.hidden for row in table.rows))
    # Whatever a caller leaves in a hidden row must not reach the paper: not as number, percentage or bar.
    spoilt = replace(
        table, rows=tuple(replace(row, value=77123, percent="98.7%") if row.hidden else row for row in table.rows)
    )
    document = replace(document, tables=tuple(spoilt if other is table else other for other in document.tables))
    html = page(document)
    printed = words_of(PdfReader(BytesIO(pdf(document))))
    for said in (html, printed):
        assert "77,123" not in said
        assert "98.7%" not in said
    assert {"en": "(C)", "es": "Dato confidencial (C)"}[language] in printed
    assert html.count(">C</abbr>") == 4
    assert 'style="width:7' not in html.split(table.rows[-1].label)[-1].split("</tr>")[0]


def test_the_sign_is_not_explained_twice() -> None:
    document = example("es")
    told = replace(document, footnotes=(*document.footnotes, ("", "C: dato confidencial, menor que 11.")))
    assert page(document).count("onfidencial (C)") == 1
    assert page(told).count("onfidencial (C)") == 0


def test_many_notes_still_leave_a_sheet_of_two_pages() -> None:
    document = example("es")
    assert len(PdfReader(BytesIO(pdf(replace(document, footnotes=document.footnotes * 3)))).pages) == 2


def test_nothing_is_explained_where_nothing_is_hidden() -> None:
    document = example("en")
    shown = tuple(replace(t, rows=tuple(row for row in t.rows if not row.hidden)) for t in document.tables)
    assert "(C)" not in page(replace(document, tables=shown))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_fetches_nothing_and_runs_nothing(language: Language) -> None:
    html = page(example(language))
    assert "<script" not in html
    assert not re.search(r"\son\w+=", html)
    assert not re.search(r"(src|href)=[\"'](?!tel:)", html)
    assert "url(http" not in html
    assert "@import" not in html
    assert set(re.findall(r"https?://[^\"' <]+", html)) <= {"http://www.w3.org/2000/svg"}


def test_words_that_look_like_markup_stay_words() -> None:
    label = '<b>"A & B"</b> #strong[x] $y$ \\ *z*'
    html = page(with_label(example("en"), label))
    assert "<b>" not in html
    assert "&lt;b&gt;" in html
    assert label in words_of(PdfReader(BytesIO(pdf(with_label(example("en"), label)))))


def test_a_stamp_cannot_leave_its_place_in_the_style() -> None:
    html = page(example("en", stamps=('x"}</style><p>',)))
    assert html.count("</style>") == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_map_is_told_in_words(language: Language) -> None:
    document = example(language)
    assert document.map is not None
    told = re.split(r": |, |\. ?", description(document.map, language))
    html = page(document)
    for code in drawn_states():
        label = code_list("state").label_of(code, language)
        assert (label in told) == (document.map.states.get(code) is not None)
        assert f"<title>{label}: {band_words(document.map, code)}</title>" in html
    assert "<desc " in html


def test_the_map_holds_every_state_of_the_code_list() -> None:
    assert set(drawn_states()) == set(code_list("state"))


@pytest.mark.parametrize("bands", [(), tuple("abcdefg")])
def test_a_map_without_a_scale_is_refused(bands: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="one to six bands"):
        map_svg(SheetMap("t", "u", {}, bands, "none"), "en")


def test_a_band_without_a_label_is_refused() -> None:
    with pytest.raises(ValueError, match="no label"):
        map_svg(SheetMap("t", "u", {"US-TX": 2}, ("1-10", "11+"), "none"), "en")


def test_bars_are_shares_of_the_base_or_of_the_largest() -> None:
    tables = example("en").tables
    with_base = next(table for table in tables if table.base == 982)
    without = next(table for table in tables if table.base is None)
    assert bar_share(with_base, 491) == 0.5
    assert [round(bar_share(without, row.value), 2) for row in without.rows] == [1.0, 0.28, 0.22]


def test_a_sheet_with_no_tables_and_no_map_still_prints() -> None:
    bare = replace(example("es"), tables=(), map=None, footnotes=(), headline=())
    assert len(PdfReader(BytesIO(pdf(bare))).pages) >= 1
    assert "<h1>" in page(bare)
