# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the public pages say that is data: the privacy notice of the day and the lines that truly answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tejido.vocabulary import Language, Words

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Section:
    """A heading, what it says, and its list."""

    heading: Words
    paragraphs: tuple[Words, ...]
    items: tuple[Words, ...]
    packs: tuple[str, ...]  # only under these laws; empty for all


@dataclass(frozen=True)
class Notice:
    """One version of the privacy notice: short, as shown above the form, and whole."""

    version: str
    valid_from: date
    title: Words
    simplified: tuple[Section, ...]
    integral: tuple[Section, ...]
    voluntary: Words  # the question that separates voluntary purposes from necessary ones

    def under(self, pack: str, *, short: bool) -> list[Section]:
        """The sections that hold under a policy pack."""
        sections = self.simplified if short else self.integral
        return [section for section in sections if not section.packs or pack in section.packs]


@dataclass(frozen=True)
class RealLine:
    """A hotline that exists."""

    country: Words
    name: Words
    number: str
    dial: str


@dataclass(frozen=True)
class SaidSection:
    """A section in one language, its blanks filled."""

    heading: str
    paragraphs: list[str]
    items: list[str]


def _section(raw: dict[str, Any]) -> Section:
    return Section(
        heading=raw["heading"],
        paragraphs=tuple(raw.get("paragraphs", ())),
        items=tuple(raw.get("items", ())),
        packs=tuple(raw.get("packs", ())),
    )


@cache
def notices() -> tuple[Notice, ...]:
    """Every version there has been, oldest first: a contact keeps the version it was shown."""
    found = []
    for path in sorted((_HERE / "notices").glob("*.yaml")):
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
        found.append(
            Notice(
                version=raw["version"],
                valid_from=raw["valid_from"],
                title=raw["title"],
                simplified=tuple(_section(section) for section in raw["simplified"]),
                integral=tuple(_section(section) for section in raw["integral"]),
                voluntary=raw["voluntary"],
            )
        )
    return tuple(sorted(found, key=lambda notice: notice.valid_from))


def notice_on(day: date) -> Notice:
    """The version in force on a day; the first of all before there was any."""
    return ([notice for notice in notices() if notice.valid_from <= day] or [notices()[0]])[-1]


def said(section: Section, language: Language, **blanks: Any) -> SaidSection:
    """A section in the reader's language, with the operator's name and addresses in its blanks."""
    return SaidSection(
        heading=section.heading[language].format(**blanks),
        paragraphs=[words[language].format(**blanks) for words in section.paragraphs],
        items=[words[language].format(**blanks) for words in section.items],
    )


@cache
def real_lines() -> tuple[RealLine, ...]:
    """The hotlines that exist, for the demo to point to."""
    raw = yaml.safe_load((_HERE / "real_lines.yaml").read_text(encoding="utf-8"))
    return tuple(RealLine(**line) for line in raw["lines"])
