# SPDX-License-Identifier: Apache-2.0
"""The public pages: what they say, what they leave behind, where leaving leads."""

from __future__ import annotations

import dataclasses
import re
from datetime import date

import pytest
from django.conf import settings
from django.test import override_settings

from tejido.web.outreach.public_words import notice_on, notices, real_lines
from tests.web.public_door import cookie_names, hidden_fields, public_door, visitor  # noqa: F401

PAGES = ["/", "/privacy/", "/privacy/2026-11/", "/write/"]
pytestmark = pytest.mark.usefixtures("public_door")


@pytest.fixture
def demo():
    with override_settings(TEJIDO=dataclasses.replace(settings.TEJIDO, demo=True)):
        yield


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(("language", "code"), [("es", "es-MX"), ("en", "en")])
def test_every_page_speaks_the_reader_s_language(page, language, code):
    answer = visitor(language).get(page)
    assert answer.status_code == 200
    assert f'<html lang="{code}">' in answer.content.decode()


@pytest.mark.parametrize("page", PAGES)
def test_no_page_asks_anything_of_another_host(page):
    html = visitor().get(page).content.decode()
    loaded = re.findall(r'(?:src|srcset|data|action)="([^"]+)"|<link[^>]+href="([^"]+)"', html)
    assert loaded
    assert [address for pair in loaded for address in pair if address and not address.startswith("/")] == []


@pytest.mark.parametrize("page", PAGES)
def test_no_page_carries_a_script_or_style_that_the_policy_would_refuse(page):
    answer = visitor().get(page)
    html = answer.content.decode()
    assert re.findall(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", html) == []
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("page", PAGES)
def test_pages_set_no_cookie_that_outlives_the_browser_or_follows_anyone(page):
    client = visitor()
    answer = client.get(page)
    assert cookie_names(client) <= {"tejido_mx_public_csrf"}
    assert all(not cookie["max-age"] and not cookie["expires"] for cookie in client.cookies.values())
    assert answer.headers["Cache-Control"] == "no-store, max-age=0"


@pytest.mark.parametrize("page", PAGES)
def test_titles_say_nothing_to_whoever_looks_through_the_history(page):
    title = re.search(r"<title>(.*?)</title>", visitor().get(page).content.decode()).group(1)
    assert title
    assert not re.search(r"trata|l[ií]nea|ayuda|v[ií]ctima|explota", title, re.I)


def test_the_language_is_changed_without_a_script_and_the_same_page_comes_back():
    client = visitor("es")
    html = client.get("/privacy/").content.decode()
    answer = client.post("/language/", {**hidden_fields(html), "language": "en"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/privacy/")
    assert '<html lang="en">' in client.get("/privacy/").content.decode()
    assert cookie_names(client) == {"tejido_mx_public_csrf", "tejido_mx_public_language"}


@pytest.mark.parametrize("page", PAGES)
def test_leaving_is_a_plain_link_on_every_page(page):
    assert re.search(r'<a class="leave" href="/exit/" rel="noreferrer"', visitor().get(page).content.decode())


def test_leaving_goes_where_the_operator_says_and_takes_the_cookies_along():
    answer = visitor().get("/exit/")
    assert answer.status_code == 303
    assert answer.headers["Location"] == settings.TEJIDO.operator.exit_address
    assert answer.headers["Clear-Site-Data"] == '"cookies", "storage"'
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store, max-age=0"


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    ("language", "said"), [("es", "Nadie lee lo que se escribe aquí"), ("en", "Nobody reads what is written here")]
)
def test_the_demo_says_nobody_reads_it_and_gives_the_lines_that_answer(page, language, said):
    html = visitor(language).get(page).content.decode()
    assert said in html
    assert "INVENTED DATA" in html
    assert "DATOS INVENTADOS" in html
    for number in ("1-888-373-7888", "800 5533 000"):
        assert number in html
    # The number must be read before anything is written.
    assert html.index("800 5533 000") < html.index("</main>")
    if "<textarea" in html:
        assert html.index("800 5533 000") < html.index("<textarea")


@pytest.mark.parametrize("page", PAGES)
def test_a_real_node_says_nothing_of_a_demonstration(page):
    html = visitor().get(page).content.decode()
    assert "DATOS INVENTADOS" not in html
    assert [line.number for line in real_lines() if line.number in html] == []


def test_the_notice_separates_what_is_necessary_from_what_is_voluntary():
    html = visitor("es").get("/privacy/").content.decode()
    assert html.index("finalidades necesarias") < html.index("sólo si usted quiere")
    assert "Secretaría Anticorrupción y Buen Gobierno" in html  # this node works under Mexican law


def test_the_notice_of_a_node_under_us_law_names_no_mexican_authority():
    operator = dataclasses.replace(settings.TEJIDO.operator, pack="us", country="US")
    with override_settings(TEJIDO=dataclasses.replace(settings.TEJIDO, operator=operator)):
        html = visitor("en").get("/privacy/").content.decode()
    assert "Secretaría Anticorrupción" not in html
    assert "by federal law" in html


def test_an_unknown_version_of_the_notice_is_not_there():
    assert visitor().get("/privacy/1999-01/").status_code == 404


def test_the_notice_in_force_is_the_newest_that_has_begun():
    newest = notices()[-1]
    assert notice_on(date(2999, 1, 1)) == newest
    assert notice_on(newest.valid_from) == newest
    assert len({notice.version for notice in notices()}) == len(notices())


def test_every_section_of_every_notice_is_whole_in_both_languages():
    for notice in notices():
        for section in (*notice.simplified, *notice.integral):
            for words in (section.heading, *section.paragraphs, *section.items):
                assert set(words) == {"en", "es"}
                assert all(words.values())
                blanks = {language: sorted(re.findall(r"\{\w+\}", text)) for language, text in words.items()}
                assert blanks["en"] == blanks["es"]


def test_the_operator_s_own_words_stand_first():
    operator = dataclasses.replace(settings.TEJIDO.operator, about={"en": "Our own words.", "es": "Nuestras palabras."})
    with override_settings(TEJIDO=dataclasses.replace(settings.TEJIDO, operator=operator)):
        assert "Nuestras palabras." in visitor("es").get("/").content.decode()


def test_a_page_that_is_not_there_is_said_in_the_reader_s_language():
    answer = visitor("es").get("/nada/")
    assert answer.status_code == 404
    assert "Aquí no hay nada" in answer.content.decode()


@pytest.mark.parametrize(
    "back", ["//example.org/", "/\\example.org/", "https://example.org/", "javascript:alert(1)", ""]
)
def test_changing_the_language_never_leads_to_another_site(back):
    client = visitor("es")
    html = client.get("/").content.decode()
    answer = client.post("/language/", {**hidden_fields(html), "back": back, "language": "en"})
    assert answer.headers["Location"] == "/"


def test_who_looks_for_help_can_find_a_real_line_and_not_the_demo():
    assert "X-Robots-Tag" not in visitor().get("/").headers
    with override_settings(TEJIDO=dataclasses.replace(settings.TEJIDO, demo=True)):
        assert visitor().get("/").headers["X-Robots-Tag"] == "noindex"


def test_when_something_breaks_both_languages_say_so_and_nothing_else():
    client = visitor("es")
    client.raise_request_exception = False
    with override_settings(TEJIDO=dataclasses.replace(settings.TEJIDO, operator=None)):
        answer = client.get("/")
    html = answer.content.decode()
    assert answer.status_code == 500
    assert "Algo falló de nuestro lado" in html
    assert "Something broke on our side" in html
    assert not re.search(r"Traceback|Error|Exception|operator|\.py", html)
