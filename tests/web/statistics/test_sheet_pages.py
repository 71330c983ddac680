# SPDX-License-Identifier: Apache-2.0
"""The analyst's pages: titles in words, C for what print hides, files in both languages."""

from __future__ import annotations

import json
import re

import pytest

from tests.web.statistics.conftest import WINDOW

PERIOD = {"start": "2026-11-01", "end": "2026-11-30"}


@pytest.fixture
def built(counting):
    """A client of the analyst and the address of a sheet built for the window."""
    counting.arrive(counting.totals())
    client = counting.cast.client("dora")
    answer = client.post("/sheets/build/", PERIOD)
    assert answer.status_code == 302, answer.content.decode()
    return client, answer.headers["Location"]


def _table(page: str, heading: str) -> str:
    return page[page.index(heading) :].split("</section>")[0]


@pytest.mark.parametrize(
    ("language", "heading", "answer"),
    [("en", "Potential victims: Age", "Adult"), ("es-mx", "Posibles víctimas: Edad", "Niñas, niños y adolescentes")],
)
def test_tables_are_called_as_a_person_calls_them(built, language, heading, answer):
    client, address = built
    client.cookies["tejido_mx_staff_language"] = language
    page = client.get(address).content.decode()
    assert answer in _table(page, heading)
    assert "victims · gender" not in page
    assert "type_of_trafficking" not in page


def test_what_print_hides_is_marked_c_beside_the_exact_figure(built):
    client, address = built
    page = client.get(address).content.decode()
    victims = page[page.index('data-unit="victims"') :].split("</tr>")[0]
    assert re.findall(r'<data value="(\d+)">', victims) == ["41", "0", "41"]
    assert "C<span" not in victims
    cases = page[page.index('data-unit="cases"') :].split("</tr>")[0]
    assert re.findall(r'<data value="(\d+)">', cases) == ["1", "0", "1"]
    assert "C<span" in cases


def test_each_file_of_the_sheet_can_be_had_in_both_languages(built):
    client, address = built
    page = client.get(address).content.decode()
    links = re.findall(rf'href="({address}(?:es|en)/(?:pdf|html|json)/)"', page)
    assert len(set(links)) == 6
    sheet = json.loads(client.get(f"{address}es/json/").content)
    assert sheet["window"] == {"start": str(WINDOW.start), "end": str(WINDOW.end)}
    hidden = [each for each in sheet["figures"] if each["unit"] == "cases" and each["by"] is None]
    assert [each["value"] for each in hidden] == [None]


def test_a_period_the_partner_has_not_counted_says_what_is_missing_and_keeps_the_days(counting):
    client = counting.cast.client("dora")
    answer = client.post("/sheets/build/", PERIOD)
    assert answer.status_code == 422
    said = answer.context["form"].non_field_errors()
    assert said == ["no totals have arrived from Harbor (invented) for this period"]
    assert 'value="2026-11-30"' in answer.content.decode()
