# SPDX-License-Identifier: Apache-2.0
"""The page of an edition, worded: what each figure means, what changed, and what the edition says of itself."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from tejido.reports.edition_page import DefinitionText, EditionPage
from tejido.reports.numbers import HIDDEN, count_text
from tejido.statistics.breakdowns import Breakdown
from tejido.statistics.definitions import indicator
from tejido.statistics.document import document_of
from tejido.statistics.editions.changes import Change
from tejido.statistics.editions.edition import Edition
from tejido.statistics.layout import layout
from tejido.statistics.specification import Indicator
from tejido.vocabulary import Language, Words, code_list


@cache
def _words() -> dict[str, Words]:
    text = (files("tejido.statistics") / "editions" / "words.yaml").read_text(encoding="utf-8")
    read: dict[str, Words] = yaml.safe_load(text)
    return read


def said(name: str, language: Language, /, **values: object) -> str:
    """The words called `name`."""
    return _words()[name][language].format(**values)


def page_of(edition: Edition, language: Language) -> EditionPage:
    """Everything the page says, in one language."""
    names = [one[language] for one in edition.operators]
    correction = ""
    if edition.replaces is not None:
        because = (edition.because or {})[language]
        correction = said("replaces", language, edition=edition.replaces, because=because)
    return EditionPage(
        sheet=document_of(edition.sheet, language, names),
        definitions=tuple(definitions_of(edition, language)),
        changes=tuple(changes_told(edition, language)),
        facts=tuple(_facts(edition, language)),
        correction=correction,
    )


def definitions_of(edition: Edition, language: Language) -> list[DefinitionText]:
    """One for each headline number and each table, in printed order."""
    headline = dict.fromkeys(one.indicator for one in edition.sheet.figures if one.by is None)
    told = [definition_of(name, None, language) for name in headline]
    return told + [_table_alone(name, by, language) for name, by in edition.tables]


def definition_of(name: str, by: str | None, language: Language) -> DefinitionText:
    """What one number or table means."""
    one = indicator(name)
    rows = list(_counted(one, language))
    title, key = one.label[language], name
    if by is not None:
        breakdown = one.breakdown(by)
        title, key = f"{title}: {breakdown.label[language]}", f"{name}-{by}"
        rows += _divided(one, breakdown, language)
    return DefinitionText(key, title, tuple(rows), f"definitions/{name}.json")


def _table_alone(name: str, by: str, language: Language) -> DefinitionText:
    """Without what the headline number above it says already."""
    whole = definition_of(name, by, language)
    return replace(whole, rows=(whole.rows[0], *_divided(indicator(name), indicator(name).breakdown(by), language)))


def _counted(one: Indicator, language: Language) -> list[tuple[str, str]]:
    rows = [(said("unit", language), one.label[language])]
    if one.note[language]:
        rows.append((said("meaning", language), one.note[language]))
    if one.window is not None:
        named = layout().dates.get(one.window.date)
        rows.append((said("date", language), named[language] if named else one.window.date))
    if one.estimate:
        rows.append((said("people", language), said("estimate", language)))
    return rows


def _divided(one: Indicator, breakdown: Breakdown, language: Language) -> list[tuple[str, str]]:
    answers = said("multiple" if breakdown.multiple else "single", language) if not breakdown.top else ""
    if breakdown.top:
        answers = said("top", language)
    rows = [(said("answers", language), answers)]
    declared: dict[str, Any] = json.loads(one.definition)["by"][breakdown.name]
    base = "base_everyone" if declared.get("base", "everyone") == "everyone" else "base_informed"
    rows.append((said("base", language), said(base, language)))
    known = "unknown_counted" if breakdown.unknown else "unknown_left_out"
    rows.append((said("unknown", language), said(known, language)))
    if breakdown.codes:
        found = code_list(breakdown.codes)
        told = said("code_list_said", language, label=found.label[language], version=found.version)
        rows.append((said("code_list", language), told))
    return rows


def _facts(edition: Edition, language: Language) -> list[tuple[str, str]]:
    earlier = ", ".join(one.edition or one.window for one in edition.earlier) or said("no_earlier", language)
    hidden = sum(one.hidden for one in edition.sheet.figures)
    return [
        (said("id", language), edition.id),
        (said("earlier", language), earlier),
        (said("protection", language), str(edition.sheet.protection)),
        (said("hidden", language), f"{hidden} / {len(edition.sheet.figures)}"),
        (said("snapshot", language), edition.snapshot),
        (said("made_by", language), edition.made_by),
        (said("verify", language), said("verify_how", language)),
    ]


def changes_told(edition: Edition, language: Language) -> list[str]:
    """What changed since the edition before, as sentences; nothing for a first edition."""
    told = [_told(one, edition, language) for one in edition.changes]
    if len(told) == 1:
        told.append(said("change_none", language))
    return told


def _told(one: Change, edition: Edition, language: Language) -> str:
    what = one["what"]
    if what == "since":
        which = "change_since" if one["edition"] else "change_since_sheet"
        return said(which, language, edition=one["edition"], window=one["window"].replace("..", " – "))
    if what == "figure":
        found = next(
            figure for figure in edition.sheet.figures
            if (figure.indicator, figure.by, figure.cell) == (one["indicator"], one["by"], one["cell"])
        )  # fmt: skip
        declared = indicator(found.indicator)
        parts = [found.label[language]]
        if found.by is not None:
            parts = [declared.label[language], declared.breakdown(found.by).label[language], found.label[language]]
        before, now = (_number(one[when]) for when in ("before", "now"))
        return said("change_figure", language, label=" · ".join(parts), before=before, now=now)
    absent = said("absent", language)
    return said(f"change_{what}", language, name=one["name"], before=one["before"] or absent, now=one["now"] or absent)


def _number(value: int | None) -> str:
    return HIDDEN if value is None else count_text(value)
