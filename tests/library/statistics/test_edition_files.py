# SPDX-License-Identifier: Apache-2.0
"""What an edition is written as: schemas that hold, a catalogue entry, pages and charts whoever reads can read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import pytest
from tests.library.statistics.conftest import SALT

from tejido.statistics import Sheet, Window
from tejido.statistics.editions import Made, Published, contents, digest, make_edition
from tejido.statistics.editions.telling import changes_told

SVG = "{http://www.w3.org/2000/svg}"


def drawing(svg: bytes) -> ElementTree.Element:
    return ElementTree.fromstring(svg)  # noqa: S314  our own file


@pytest.fixture(scope="module")
def files(first: Made) -> dict[str, bytes]:
    return contents(first.edition)


def wrong(value: Any, schema: dict[str, Any], whole: dict[str, Any], at: str = "$") -> Iterator[str]:
    """The few words of JSON Schema that ours are written in; a word it does not know is an error."""
    if "$ref" in schema:
        schema = whole["$defs"][schema["$ref"].rpartition("/")[2]]
    types: dict[str, Any] = {"object": dict, "array": list, "string": str, "integer": int, "number": (int, float),
                             "boolean": bool, "null": type(None)}  # fmt: skip
    for word, rule in schema.items():
        match word:
            case "type":
                named = [rule] if isinstance(rule, str) else rule
                if not any(isinstance(value, types[one]) for one in named) or (
                    isinstance(value, bool) and "boolean" not in named
                ):
                    yield f"{at}: {named}"
            case "const" | "enum":
                if value not in ([rule] if word == "const" else rule):
                    yield f"{at}: {rule}"
            case "pattern":
                if isinstance(value, str) and not re.search(rule, value):
                    yield f"{at}: {rule}"
            case "minimum":
                if isinstance(value, int) and value < rule:
                    yield f"{at}: {rule}"
            case "minItems":
                if len(value) < rule:
                    yield f"{at}: {rule}"
            case "required":
                yield from (
                    f"{at}: {name} is missing" for name in rule if isinstance(value, dict) and name not in value
                )
            case "items":
                for place, one in enumerate(value):
                    yield from wrong(one, rule, whole, f"{at}[{place}]")
            case "properties":
                for name, inner in rule.items():
                    if isinstance(value, dict) and name in value:
                        yield from wrong(value[name], inner, whole, f"{at}.{name}")
            case "additionalProperties":
                for name, one in value.items() if isinstance(value, dict) else ():
                    if name not in schema.get("properties", {}):
                        yield from [f"{at}: {name}"] if rule is False else wrong(one, rule, whole, f"{at}.{name}")
            case "$schema" | "$id" | "$comment" | "title" | "$defs":
                pass
            case _:
                raise AssertionError(f"{word} is not checked")


@pytest.mark.parametrize("name", ["sheet", "manifest"])
def test_the_published_schema_fits_what_is_published(files: dict[str, bytes], name: str) -> None:
    schema, body = json.loads(files[f"schemas/{name}.schema.json"]), json.loads(files[f"{name}.json"])
    assert list(wrong(body, schema, schema)) == []
    assert list(wrong(body | {"more": 1}, schema, schema)) == ["$: more"]
    assert list(wrong(body | {"as_of": "today"}, schema, schema)) != []


def test_the_catalogue_entry_lists_every_file_of_figures_with_its_hash(files: dict[str, bytes]) -> None:
    entry = json.loads(files["dcat.jsonld"])
    listed = {one["dct:title"]: one for one in entry["dcat:distribution"]}
    figures = {name for name in files if name.endswith((".csv", ".pdf", ".html", ".svg")) or name == "sheet.json"}
    assert set(listed) == figures
    for name, one in listed.items():
        assert one["spdx:checksum"]["spdx:checksumValue"] == digest(files[name]), name
        assert one["dcat:byteSize"] == len(files[name])
    assert {title["@language"] for title in entry["dct:title"]} == {"en", "es"}
    assert entry["dct:temporal"]["dcat:endDate"]["@value"] == "2017-06-30"
    assert "INVENTED" in entry["dct:description"][0]["@value"]


@pytest.mark.parametrize(("language", "confidential"), [("en", "confidential"), ("es", "dato confidencial")])
def test_every_chart_says_in_words_what_it_shows(
    first: Made, files: dict[str, bytes], language: str, confidential: str
) -> None:  # fmt: skip
    charts = {f"{name}-{by}" for name, by in first.edition.tables}
    assert {name for name in files if name.startswith(f"{language}/charts/")} == {
        f"{language}/charts/{key}.svg" for key in charts
    }
    for name, by in first.edition.tables:
        drawn = drawing(files[f"{language}/charts/{name}-{by}.svg"])
        title, told = drawn.find(f"{SVG}title"), drawn.find(f"{SVG}desc")
        assert title is not None
        assert told is not None
        assert drawn.get("aria-labelledby", "").split() == [title.get("id"), told.get("id")]
        for figure in first.edition.sheet.table(name, by):
            said = f"{figure.label[language]}: {confidential if figure.hidden else f'{figure.value:,}'}"  # type: ignore[index]
            assert said in (told.text or "")
    hidden = drawing(files[f"{language}/charts/traffickers-gender.svg"])
    lengths = {rect.get("width") for rect in hidden.iter(f"{SVG}rect") if "hidden" in (rect.get("fill") or "")}
    assert lengths == {"310"}, "the length of a confidential bar says nothing"


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_page_keeps_to_a_strict_policy_and_leads_nowhere_that_is_not_there(
    files: dict[str, bytes], language: str
) -> None:  # fmt: skip
    page = files[f"{language}/index.html"].decode()
    assert not re.search(r"<script|<style| style=| on[a-z]+=|src=|https?://(?!www\.w3\.org/2000/svg)", page)
    assert len(re.findall(r"<figure><svg[^>]*>", page)) == page.count("<details>")
    anchors = set(re.findall(r' id="([^"]+)"', page))
    for link in re.findall(r'href="([^"]+)"', page):
        if link.startswith("#"):
            assert link[1:] in anchors, link
        elif not link.startswith("tel:"):
            path = link.removeprefix("../") if link.startswith("../") else f"{language}/{link}"
            assert path in files or path == "manifest.json", link


def test_what_changed_is_told_in_both_languages_from_published_figures_alone(june: Sheet, first: Made) -> None:
    corrected = tuple(
        replace(one, value=one.value + 2) if one.by is None and one.indicator == "contacts" and one.value else one
        for one in june.figures
    )
    wrong_one = Published(first.edition.sheet, first.edition.head())
    because = {"en": "Two calls were missing.", "es": "Faltaban dos llamadas."}
    made = make_edition(replace(june, figures=corrected), salt=SALT, replaces=wrong_one, because=because).edition  # type: ignore[arg-type]
    figures = [one for one in made.changes if one["what"] == "figure"]
    assert [(one["indicator"], one["now"] - one["before"]) for one in figures] == [("contacts", 2)]
    pages = contents(made)
    assert "Faltaban dos llamadas." in pages["es/index.html"].decode()
    assert "Contacts related to trafficking: from 1,110 to 1,112." in pages["en/index.html"].decode()
    later = replace(june, window=Window.parse("2015-09-30..2017-07-01"))
    head = first.edition.head() | {"code_lists": {"gender": "2016"}, "definitions": {"cases": "0" * 64}}
    edition = make_edition(later, salt=SALT, earlier=[Published(first.edition.sheet, head)]).edition
    assert {one["by"] for one in edition.changes if one["what"] == "figure"} <= {None}, "of another window headlines"
    told = changes_told(edition, "es")
    assert "Lista de códigos gender: de 2016 a 2017." in told
    assert "Cambió la definición de cases." in told
