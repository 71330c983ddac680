# SPDX-License-Identifier: Apache-2.0
"""A real browser with its memory of pages on: after signing out, or leaving, going back shows nothing of before."""

from __future__ import annotations

import contextlib
import shutil

import pytest
from playwright.sync_api import Error

from tests.web.test_pages_axe import LANGUAGES, doors, signed_in  # noqa: F401

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def chromium():
    """A browser that keeps pages in memory for "back", as people's browsers do; the testing tool switches that off."""
    sync_playwright = pytest.importorskip("playwright.sync_api").sync_playwright
    installed = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if installed is None:
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=installed, args=["--no-sandbox"], ignore_default_args=["--disable-back-forward-cache"]
        )
        yield browser
        browser.close()


def _tab(chromium, language="es", **options):
    return chromium.new_context(locale=LANGUAGES[language], **options).new_page()


def _settled(tab):
    """Wait until the page is at rest; at no moment may a page of someone signed in, or her words, be seen."""
    for _ in range(30):
        with contextlib.suppress(Error):  # in the middle of going elsewhere nothing can be asked, nor seen
            assert not tab.locator("form.signed-in").is_visible()  # her name is on the demo's sign-in page, this is not
            assert not tab.get_by_text("seis meses").first.is_visible()
        tab.wait_for_timeout(100)


def test_going_back_after_signing_out_shows_nothing_of_any_page(chromium, doors, signed_in):  # noqa: F811
    address = doors.addresses["staff"]
    tab = _tab(chromium, storage_state=signed_in("amara"))
    seen = [f"/contacts/{doors.seeded['contact']}/", "/contacts/", "/"]
    for path in seen:
        tab.goto(address + path)
        assert "/login/" not in tab.url
    tab.click("form.signed-in button")
    tab.wait_for_url("**/login/")
    for _ in seen:
        with contextlib.suppress(Exception):  # the page brought back asks for itself anew while we wait for it
            tab.go_back()
        _settled(tab)
        assert "/login/" in tab.url
    tab.context.close()


def test_going_back_to_a_form_that_was_sent_shows_no_word_of_it(chromium, doors):  # noqa: F811
    address = doors.addresses["public"]
    for script in (True, False):
        tab = _tab(chromium, java_script_enabled=script)
        tab.goto(address + "/")
        tab.goto(address + "/write/")
        tab.fill("[name=own_words]", "Canario que no vuelve.")
        tab.click("form#write .form-actions button")
        tab.wait_for_selector("[data-arrived]")
        for move in (tab.go_back, tab.go_forward, tab.go_back):
            with contextlib.suppress(Exception):  # without JavaScript the browser asks before sending a form again
                move()
            tab.wait_for_timeout(1000)
            assert "Canario" not in tab.content()
            typed = tab.locator("textarea:visible")
            assert not any(typed.nth(number).input_value() for number in range(typed.count()))
        tab.context.close()


def test_going_back_from_where_one_left_to_shows_no_word(chromium, doors):  # noqa: F811
    tab = _tab(chromium)
    tab.route("**/exit/", lambda route: route.fulfill(body="<h1>Elsewhere</h1>", content_type="text/html"))
    tab.goto(doors.addresses["public"] + "/")
    tab.goto(doors.addresses["public"] + "/write/")
    tab.fill("[name=own_words]", "Canario que no vuelve.")
    tab.click("a.leave")
    tab.wait_for_url("**/exit/")
    tab.go_back()
    tab.wait_for_load_state()
    assert "/write/" not in tab.url
    assert "Canario" not in tab.content()
