# SPDX-License-Identifier: Apache-2.0
"""One page that says what was destroyed, when, and what still stands elsewhere; in both languages, without content."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tejido.reports.typesetting import typeset
from tejido.vocabulary import Language, Words


@dataclass(frozen=True)
class Certificate:
    """What the page says. `facts` are (what, value) pairs, `lines` sentences; each in both languages."""

    operator: Words
    code: str
    first: Language
    facts: Sequence[tuple[Words, Words]]
    lines: Sequence[Words]


def certificate_pdf(certificate: Certificate) -> bytes:
    """The certificate, one page."""
    order: tuple[Language, Language] = ("es", "en") if certificate.first == "es" else ("en", "es")
    values = {
        "language": certificate.first,
        "operator": " · ".join(dict.fromkeys(certificate.operator[language] for language in order)),
        "title": " · ".join(_TITLE[language] for language in order),
        "code": certificate.code,
        "parts": [
            {
                "language": language,
                "heading": _TITLE[language],
                "facts": [[what[language], value[language]] for what, value in certificate.facts],
                "known": _KNOWN[language],
                "lines": [line[language] for line in certificate.lines],
            }
            for language in order
        ],
    }
    return typeset("certificate.typ", values)


_TITLE: dict[Language, str] = {"en": "Certificate of destruction", "es": "Constancia de destrucción"}
_KNOWN: dict[Language, str] = {"en": "What to know", "es": "Lo que hay que saber"}
