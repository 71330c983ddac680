# SPDX-License-Identifier: Apache-2.0
"""Dates and short enumerations as readers of each language write them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from tejido.vocabulary import Language

_MONTHS: dict[Language, tuple[str, ...]] = {
    "en": (
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    ),
    "es": (
        "enero", "febrero", "marzo", "abril", "mayo", "junio",
        "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre",
    ),
}  # fmt: skip


def day_text(day: date, language: Language) -> str:
    """ "September 30, 2015" · "30 de septiembre de 2015"."""
    month = _MONTHS[language][day.month - 1]
    if language == "es":
        return f"{'1.º' if day.day == 1 else day.day} de {month} de {day.year}"
    return f"{month} {day.day}, {day.year}"


def period_text(start: date, end: date, language: Language) -> str:
    """Both days included: "September 30, 2015 to July 31, 2017"."""
    first, last = day_text(start, language), day_text(end, language)
    return f"{first} to {last}" if language == "en" else f"Del {first} al {last}"


def listed_text(words: Sequence[str], language: Language) -> str:
    """ "cases, victims and traffickers" · "casos, víctimas y tratantes"."""
    if len(words) < 2:
        return "".join(words)
    last = words[-1]
    joiner = "and" if language == "en" else ("e" if last.lower().startswith(("i", "hi")) else "y")
    return f"{', '.join(words[:-1])} {joiner} {last}"
