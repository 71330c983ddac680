# SPDX-License-Identifier: Apache-2.0
"""The catalogue entry: DCAT 3 as JSON-LD, for the open-data portals of both countries."""

from __future__ import annotations

import hashlib
from typing import Any

from tejido.reports.document import INVENTED_STAMP
from tejido.statistics.editions.edition import Edition
from tejido.vocabulary import Language

LANGUAGES: tuple[Language, ...] = ("en", "es")
_CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "spdx": "http://spdx.org/rdf/terms#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_MEDIA = {"csv": "text/csv", "json": "application/json", "pdf": "application/pdf", "html": "text/html",
          "svg": "image/svg+xml"}  # fmt: skip
_THEMES = ("human trafficking", "trata de personas")
_PUBLIC = "http://publications.europa.eu/resource/authority/access-right/PUBLIC"


def catalogue_entry(edition: Edition, files: dict[str, bytes]) -> dict[str, Any]:
    """The dataset and a distribution for every file of figures, with its hash."""
    sheet = edition.sheet
    names = edition.operators or tuple({"en": node, "es": node} for node in sheet.nodes)
    entry: dict[str, Any] = {
        "@context": _CONTEXT,
        "@type": "dcat:Dataset",
        "@id": f"urn:tejido:edition:{edition.id}",
        "dct:identifier": edition.id,
        "dct:title": _said(dict(sheet.title)),
        "dct:description": [
            {"@language": language, "@value": " ".join(
                [*((INVENTED_STAMP,) if sheet.invented else ()), *(note.text[language] for note in sheet.footnotes)])}
            for language in LANGUAGES
        ],
        "dct:language": list(LANGUAGES),
        "dct:publisher": [{"@type": "foaf:Organization", "foaf:name": _said(dict(name))} for name in names],
        "dct:temporal": {
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": _day(sheet.window.start.isoformat()),
            "dcat:endDate": _day(sheet.window.end.isoformat()),
        },
        "dct:modified": _day(sheet.as_of.isoformat()),
        "dct:spatial": ["http://publications.europa.eu/resource/authority/country/MEX",
                        "http://publications.europa.eu/resource/authority/country/USA"],
        "dct:accessRights": _PUBLIC,
        "dcat:version": str(edition.number),
        "dcat:keyword": [{"@language": language, "@value": theme}
                         for language, theme in zip(LANGUAGES, _THEMES, strict=True)],
        "dcat:distribution": [_distribution(name, content) for name, content in files.items() if _kind(name) in _MEDIA],
    }  # fmt: skip
    if edition.replaces:
        entry["dct:replaces"] = f"urn:tejido:edition:{edition.replaces}"
        entry["dcat:versionNotes"] = _said(dict(edition.because or {}))
    return entry


def _kind(name: str) -> str:
    return "" if name.startswith(("definitions/", "schemas/")) else name.rpartition(".")[2]


def _said(words: dict[Language, str]) -> list[dict[str, str]]:
    return [{"@language": language, "@value": text} for language, text in words.items()]


def _day(day: str) -> dict[str, str]:
    return {"@type": "xsd:date", "@value": day}


def _distribution(name: str, content: bytes) -> dict[str, Any]:
    made: dict[str, Any] = {
        "@type": "dcat:Distribution",
        "dct:title": name,
        "dcat:downloadURL": {"@id": name},
        "dcat:mediaType": f"https://www.iana.org/assignments/media-types/{_MEDIA[_kind(name)]}",
        "dcat:byteSize": len(content),
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
            "spdx:checksumValue": hashlib.sha256(content).hexdigest(),
        },
    }
    if name[:3] in ("en/", "es/"):
        made["dct:language"] = name[:2]
    if name == "sheet.json":
        made["dct:conformsTo"] = {"@id": "schemas/sheet.schema.json"}
    return made
