# SPDX-License-Identifier: Apache-2.0
"""One page for each recovery share: its words, what it is for, how to keep it; in both languages, for a safe."""

from __future__ import annotations

from dataclasses import dataclass

from tejido.reports.typesetting import typeset
from tejido.vocabulary import Language, Words


@dataclass(frozen=True, repr=False)
class RecoverySheet:
    """What one sheet says. `prints` are fingerprints that tell whose keys it belongs to."""

    operator: Words
    number: int
    count: int
    threshold: int
    share: str
    organisation_print: str
    recovery_print: str
    first: Language


def sheet_pdf(sheet: RecoverySheet) -> bytes:
    """The sheet, one page."""
    return typeset("recovery.typ", _values(sheet))


def _values(sheet: RecoverySheet) -> dict[str, object]:
    order: tuple[Language, Language] = ("es", "en") if sheet.first == "es" else ("en", "es")
    both = [_SAID[language] for language in order]
    numbers = {"number": sheet.number, "count": sheet.count, "threshold": sheet.threshold}
    return {
        "language": sheet.first,
        "operator": " · ".join(dict.fromkeys(sheet.operator[language] for language in order)),
        "title": " · ".join(said["title"] for said in both),
        "which": " · ".join(said["which"].format(**numbers) for said in both),
        "words": sheet.share.split(),
        "parts": [
            {
                "language": language,
                "heading": _SAID[language]["heading"],
                "lines": [line.format(**numbers) for line in _LINES[language]],
            }
            for language in order
        ],
        "prints": [
            f"{' · '.join(said['organisation'] for said in both)}: {sheet.organisation_print}",
            f"{' · '.join(said['recovery'] for said in both)}: {sheet.recovery_print}",
        ],
    }


_SAID: dict[Language, dict[str, str]] = {
    "en": {
        "title": "Recovery share",
        "which": "Share {number} of {count}",
        "heading": "What this sheet is for",
        "organisation": "Organization key",
        "recovery": "Recovery key",
    },
    "es": {
        "title": "Parte de recuperación",
        "which": "Parte {number} de {count}",
        "heading": "Para qué sirve esta hoja",
        "organisation": "Llave de la organización",
        "recovery": "Llave de recuperación",
    },
}
_LINES: dict[Language, tuple[str, ...]] = {
    "en": (
        "If nobody can sign in any more, {threshold} of these {count} sheets together let people in again: "
        "“tejido node recover”. One alone opens nothing.",
        "Keep it where only one person can reach it, each sheet with someone else, none beside the server.",
        "Never photograph, scan, e-mail or store it. The words are English in every country; type them in this order.",
        "If one is lost or has been seen, the others print new ones with the same command; the old ones stop working.",
    ),
    "es": (
        "Si ya nadie puede iniciar sesión, {threshold} de estas {count} hojas juntas permiten recuperar el acceso: "
        "«tejido node recover». Una sola no abre nada.",
        "Guárdela donde solo una persona la alcance; cada hoja con alguien distinto y ninguna junto al servidor.",
        "No la fotografíe, escanee, envíe ni guarde en un equipo. Las palabras están en inglés en todos los países; "
        "escríbalas en este orden.",
        "Si una se pierde o alguien la vio, con las demás y el mismo comando se imprimen otras; estas dejan de servir.",
    ),
}
