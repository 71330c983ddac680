# SPDX-License-Identifier: Apache-2.0
"""Every file of an edition, as bytes: same edition, same bytes, on any machine with this version."""

from __future__ import annotations

import hashlib
import json
from importlib.resources import files
from typing import Any

from tejido.reports.chart import chart_svg
from tejido.reports.edition_page import edition_css, edition_html
from tejido.reports.map import map_svg
from tejido.reports.print import pdf
from tejido.statistics.definitions import in_order, indicator, indicators
from tejido.statistics.editions.dcat import catalogue_entry
from tejido.statistics.editions.edition import Edition, printed
from tejido.statistics.editions.tables import LANGUAGES, csv_files
from tejido.statistics.editions.telling import page_of
from tejido.vocabulary import Words

SCHEMAS = ("manifest.schema.json", "sheet.schema.json", "sign-offs.schema.json")
MANIFEST, SIGNATURES, SHEET = "manifest.json", "signatures.json", "sheet.json"
# One reason for all: whoever is told which hidden cell is the small one knows what to look for.
CONFIDENTIAL: Words = {
    "en": "confidential: a small number, or one from which a small number could be worked out",
    "es": "dato confidencial: un número pequeño, u otro que permitiría deducirlo",
}


def contents(edition: Edition) -> dict[str, bytes]:
    """All files by their path, the manifest last; signatures are apart, because they are over the manifest."""
    made = dict(sorted(_files(edition).items()))
    return made | {MANIFEST: manifest_bytes(edition, made)}


def manifest_bytes(edition: Edition, listed: dict[str, bytes]) -> bytes:
    """What the edition is, which cells are hidden, and the hash of every other file."""
    hidden = [one for one in edition.sheet.figures if one.hidden]
    return printed(
        edition.head()
        | {
            "reasons": {"confidential": CONFIDENTIAL},
            "hidden": [
                {"indicator": one.indicator, "by": one.by, "cell": one.cell, "reason": "confidential"} for one in hidden
            ],
            "files": {name: {"sha256": digest(content), "bytes": len(content)} for name, content in listed.items()},
        }
    )


def digest(content: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(content).hexdigest()


def _files(edition: Edition) -> dict[str, bytes]:
    made = {SHEET: printed(edition.sheet.as_json())} | csv_files(edition)
    for name in in_order(edition.indicators, indicators()):
        definition: Any = json.loads(indicator(name).definition)
        made[f"definitions/{name}.json"] = printed(definition)
    for language in LANGUAGES:
        page = page_of(edition, language)
        made[f"{language}/sheet.pdf"] = pdf(page.sheet)
        made[f"{language}/index.html"] = edition_html(page).encode()
        for table in page.sheet.tables:
            made[f"{language}/charts/{table.key}.svg"] = (chart_svg(table, language) + "\n").encode()
        if page.sheet.map is not None:
            made[f"{language}/charts/{page.sheet.map.key}.svg"] = (map_svg(page.sheet.map, language) + "\n").encode()
    made["edition.css"] = edition_css()
    for name in SCHEMAS:
        made[f"schemas/{name}"] = (files("tejido.statistics") / "editions" / "schemas" / name).read_bytes()
    made["dcat.jsonld"] = printed(catalogue_entry(edition, dict(sorted(made.items()))))
    return made
