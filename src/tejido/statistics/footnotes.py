# SPDX-License-Identifier: Apache-2.0
"""The notes under a sheet, generated from the definitions of what stands on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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

NOT_WHOLE = "not_whole"  # stands only where the period outlasts the records of an organisation


def footnotes_of(plan: Layout, window: Window, as_of: Mapping[str, date]) -> tuple[Footnote, ...]:
    """Every note that an indicator, a table or the sheet itself declares, once, in the order of footnotes.yaml.

    `as_of`: the last day each node's records know of.
    """
    wanted = set(plan.notes)
    for name in plan.indicators:
        wanted.update(indicator(name).footnotes)
    for _, breakdown in plan.breakdowns():
        wanted.update(breakdown.footnotes)
    wanted.discard(ONLY_PROTECTED)
    if min(as_of.values()) < window.end:
        wanted.add(NOT_WHOLE)
    notes = []
    for name, text in footnote_texts().items():
        if name in wanted:
            filled: Words = {}
            for language in _LANGUAGES:
                filled[language] = text[language].format(
                    dates=_dates(plan, language),
                    start=day_text(window.start, language),
                    end=day_text(window.end, language),
                    as_of=_as_of(as_of, language),
                )
            notes.append(Footnote(name, filled))
    return tuple(notes)


def protected_footnotes(plan: Layout, notes: Sequence[Footnote], k: int) -> tuple[Footnote, ...]:
    """The notes of an unprotected sheet with the one that says what is hidden, in its place."""
    if ONLY_PROTECTED not in plan.notes:
        return tuple(notes)
    texts = footnote_texts()
    filled: Words = {language: texts[ONLY_PROTECTED][language].format(k=k) for language in _LANGUAGES}
    others = [note for note in notes if note.id != ONLY_PROTECTED]
    order = list(texts)
    return tuple(sorted([*others, Footnote(ONLY_PROTECTED, filled)], key=lambda note: order.index(note.id)))


def _as_of(days: Mapping[str, date], language: Language) -> str:
    """One day, or, where the organisations' records end on different days, each with whose it is."""
    if len(set(days.values())) == 1:
        return day_text(min(days.values()), language)
    each = sorted((day, node) for node, day in days.items())
    return listed_text([f"{day_text(day, language)} ({node})" for day, node in each], language)


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
