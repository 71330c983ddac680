# SPDX-License-Identifier: Apache-2.0
"""The web page of the sheet in a real browser: no accessibility violation, no request, no sideways scrolling."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, sync_playwright
from tests.library.reports.example import example

from tejido.reports.page import page
from tejido.vocabulary import Language

CHROMIUM = Path("/usr/bin/chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not installed"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=str(CHROMIUM), args=arguments)
        yield started
        started.close()


@pytest.mark.parametrize("width", [360, 1100])
@pytest.mark.parametrize("language", ["en", "es"])
def test_axe_finds_nothing(browser: Browser, language: Language, width: int, tmp_path: Path) -> None:
    path = tmp_path / "sheet.html"
    path.write_text(page(example(language)), encoding="utf-8")
    tab = browser.new_page(viewport={"width": width, "height": 900})
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(path.as_uri())
    tab.locator("summary").click()
    found = Axe().run(tab)
    assert found.violations_count == 0, found.generate_report()
    assert asked == [path.as_uri()]
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    tab.close()
