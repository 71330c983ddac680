# SPDX-License-Identifier: Apache-2.0
"""The page of an edition in a real browser: no accessibility violation, and no sideways scrolling on a telephone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright
from tests.library.reports.example import example

from tejido.reports.edition_page import DefinitionText, EditionPage, edition_css, edition_html

CHROMIUM = Path("/usr/bin/chromium")


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not installed")
def test_axe_finds_nothing_and_nothing_scrolls_sideways(tmp_path: Path) -> None:
    sheet = example("es")
    tables = tuple(replace(table, key=f"table-{place}") for place, table in enumerate(sheet.tables))
    means = tuple(DefinitionText(one.key, one.title, (("Base", "todas"),), "definitions/x.json") for one in tables)
    headline = tuple(replace(one, key=tables[0].key) for one in sheet.headline)
    drawn = replace(sheet.map, key=tables[0].key) if sheet.map else None
    shown = replace(sheet, tables=tables, headline=headline, map=drawn)
    page = EditionPage(shown, means, ("Cambió.",), (("Edición", "1"),), "Sustituye a otra.")
    (tmp_path / "es").mkdir()
    (tmp_path / "edition.css").write_bytes(edition_css())
    (tmp_path / "es" / "index.html").write_text(edition_html(page), "utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"])
        tab = browser.new_page(viewport={"width": 360, "height": 900})
        tab.goto((tmp_path / "es" / "index.html").as_uri())
        assert tab.evaluate("document.documentElement.scrollWidth") <= 360
        found = Axe().run(tab).response["violations"]
        browser.close()
    assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found] == []
