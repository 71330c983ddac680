# SPDX-License-Identifier: Apache-2.0
"""Every file of an edition, as bytes: same edition, same bytes, on any machine with this version."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from tejido.reports.print import pdf
from tejido.statistics.definitions import in_order, indicator, indicators
from tejido.statistics.document import document_of
from tejido.statistics.editions.edition import Edition, printed
from tejido.statistics.editions.tables import LANGUAGES, csv_files
from tejido.vocabulary import Words

MANIFEST, SIGNATURES, SHEET = "manifest.json", "signatures.json", "sheet.json"
# One reason for all: whoever is told which hidden cell is the small one knows what to look for.
CONFIDENTIAL: Words = {
    "en": "confidential: a small number, or one from which a small number could be worked out",
    "es": "dato confidencial: un número pequeño, u otro que permitiría deducirlo",
}


def contents(edition: Edition) -> dict[str, bytes]:
    """All files by their path, the manifest last; signatures are apart, because they are over the manifest."""
    files = dict(sorted(_files(edition).items()))
    return files | {MANIFEST: manifest_bytes(edition, files)}


def manifest_bytes(edition: Edition, files: dict[str, bytes]) -> bytes:
    """What the edition is, which cells are hidden, and the hash of every other file."""
    hidden = [one for one in edition.sheet.figures if one.hidden]
    return printed(
        edition.head()
        | {
            "reasons": {"confidential": CONFIDENTIAL},
            "hidden": [
                {"indicator": one.indicator, "by": one.by, "cell": one.cell, "reason": "confidential"} for one in hidden
            ],
            "files": {name: {"sha256": digest(content), "bytes": len(content)} for name, content in files.items()},
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
        names = [one[language] for one in edition.operators]
        made[f"{language}/sheet.pdf"] = pdf(document_of(edition.sheet, language, names))
    return made
