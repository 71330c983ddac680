# SPDX-License-Identifier: Apache-2.0
"""What stands on the joint fact sheet and in what order: data, read from `sheets/`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from tejido.statistics.breakdowns import Breakdown
from tejido.statistics.conditions import only, refused
from tejido.statistics.definitions import indicator
from tejido.statistics.notes import footnote_texts, read_yaml, words_of
from tejido.statistics.specification import Indicator
from tejido.vocabulary import Words

SCHEMA = "tejido.sheet_layout/1"


@dataclass(frozen=True)
class Layout:
    """Headline indicators, tables as (indicator, breakdown), notes for the whole sheet, lower edges of map bands."""

    id: str
    title: Words
    headline: tuple[str, ...]
    tables: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    bands: tuple[int, ...]
    sections: Mapping[str, Words]
    units: Mapping[str, Words]
    dates: Mapping[str, Words]

    @property
    def indicators(self) -> tuple[str, ...]:
        """Every indicator that must be counted."""
        return tuple(dict.fromkeys([*self.headline, *(name for name, _ in self.tables)]))

    def breakdowns(self) -> list[tuple[Indicator, Breakdown]]:
        """The tables as declared, in order."""
        return [(indicator(name), indicator(name).breakdown(by)) for name, by in self.tables]


_KEYS = {"schema", "id", "title", "headline", "tables", "notes", "bands", "sections", "units", "dates"}


def _many_words(raw: Mapping[str, object], where: str) -> dict[str, Words]:
    return {str(name): words_of(words, f"{where}, {name}") for name, words in raw.items()}


@cache
def layout(name: str = "cross_border") -> Layout:
    """The shipped sheet called `name`; raises `BadInput` where its file names what is not declared."""
    where = f"sheets/{name}.yaml"
    raw = read_yaml((files("tejido.statistics") / "sheets" / f"{name}.yaml").read_text(encoding="utf-8"), where)
    if not isinstance(raw, dict) or raw.get("schema") != SCHEMA:
        raise refused(where, f"expected schema {SCHEMA}", f"se esperaba el esquema {SCHEMA}")
    only(raw, _KEYS, where)
    for note in raw["notes"]:
        if note not in footnote_texts():
            raise refused(where, f"no footnote {note!r}", f"no hay nota {note!r}")
    made = Layout(
        id=raw["id"],
        title=words_of(raw["title"], where),
        headline=tuple(raw["headline"]),
        tables=tuple((entry["indicator"], entry["by"]) for entry in raw["tables"]),
        notes=tuple(raw["notes"]),
        bands=tuple(raw["bands"]),
        sections=_many_words(raw["sections"], where),
        units=_many_words(raw["units"], where),
        dates=_many_words(raw["dates"], where),
    )
    made.breakdowns()
    return made
