# SPDX-License-Identifier: Apache-2.0
"""The notes under a sheet, generated from the definitions of what stands on it."""

from __future__ import annotations

from datetime import date

from tejido.statistics.definitions import indicator
from tejido.statistics.layout import Layout
from tejido.statistics.notes import footnote_texts
from tejido.statistics.sheet import Footnote
from tejido.statistics.window import Window
from tejido.statistics.wording import day_text, listed_text
from tejido.vocabulary import Language, Words

_LANGUAGES: tuple[Language, ...] = ("en", "es")
ONLY_PROTECTED = "hidden_small"  # says that small numbers are hidden: true of a protected sheet only


def footnotes_of(plan: Layout, window: Window, as_of: date, k: int | None) -> tuple[Footnote, ...]:
    """Every note that an indicator, a table or the sheet itself declares, once, in the order of footnotes.yaml."""
    wanted = set(plan.notes)
    for name in plan.indicators:
        wanted.update(indicator(name).footnotes)
    for _, breakdown in plan.breakdowns():
        wanted.update(breakdown.footnotes)
    if k is None:
        wanted.discard(ONLY_PROTECTED)
    notes = []
    for name, text in footnote_texts().items():
        if name in wanted:
            filled: Words = {}
            for language in _LANGUAGES:
                filled[language] = text[language].format(
                    dates=_dates(plan, language),
                    start=day_text(window.start, language),
                    end=day_text(window.end, language),
                    as_of=day_text(as_of, language),
                    k=k,
                )
            notes.append(Footnote(name, filled))
    return tuple(notes)


def _dates(plan: Layout, language: Language) -> str:
    """Which date counts for which units, from their window rules."""
    units: dict[str, list[str]] = {}
    for name in plan.headline:
        rule = indicator(name).window
        if rule is not None:
            units.setdefault(rule.date, []).append(plan.units[indicator(name).unit.plural][language])
    parts: list[str] = []
    for column, names in units.items():
        day = plan.dates[column][language]
        verb = " are counted by " if language == "en" else " se cuentan según "
        parts.append(f"{listed_text(names, language)}{verb}{day}")
    sentence = "; ".join(parts)
    return f"{sentence[:1].upper()}{sentence[1:]}."
