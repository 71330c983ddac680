# SPDX-License-Identifier: Apache-2.0
"""The fact sheet as a value: what `sheet.json` holds and everything printed is made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from tejido.reports.document import INTERNAL_STAMP, INVENTED_STAMP
from tejido.reports.numbers import percent_text
from tejido.statistics.window import Window
from tejido.vocabulary import BadInput, Words

SCHEMA = "tejido.sheet/1"


@dataclass(frozen=True)
class Figure:
    """One printed number. `by` and `cell` are None for a headline number, `value` None where hidden.

    `base` is what percentages are of; None where it is hidden or the figure is its own base. `sum` and `both` (what
    all nodes hold, and how much of it more than one holds) are kept on internal sheets only.
    """

    indicator: str
    unit: str
    by: str | None
    cell: str | None
    value: int | None
    hidden: bool
    base: int | None
    multiple: bool
    footnotes: tuple[str, ...]
    label: Words
    percents: bool = False
    sum: int | None = None
    both: int | None = None

    @property
    def percent(self) -> str | None:
        """Percentage of the base as printed; None where the value or the base is hidden, or none is printed."""
        if self.value is None or self.hidden or not self.percents:
            return None
        return percent_text(self.value, self.base)

    def without_value(self) -> Figure:
        """The same figure, hidden."""
        return replace(self, value=None, hidden=True, sum=None, both=None)


@dataclass(frozen=True)
class Combined:
    """A headline number over all nodes: sum of what each holds, what several hold, and the joint figure."""

    sum: int | None
    both: int | None
    joint: int | None


@dataclass(frozen=True)
class Footnote:
    """A note under the sheet."""

    id: str
    text: Words


@dataclass(frozen=True)
class Sheet:
    """A joint fact sheet. `protection` is the smallest count shown, None on an unprotected (internal) sheet."""

    title: Words
    window: Window
    as_of: date
    nodes: tuple[str, ...]
    invented: bool
    internal: bool
    protection: int | None
    figures: tuple[Figure, ...]
    headline: Mapping[str, Combined]
    footnotes: tuple[Footnote, ...]

    def table(self, indicator: str, by: str | None) -> list[Figure]:
        """The figures of one table, or of the headline for `by` None, in printed order."""
        return [figure for figure in self.figures if figure.indicator == indicator and figure.by == by]

    @property
    def stamps(self) -> tuple[str, ...]:
        """What every page and file of this sheet says of itself, in both languages."""
        stamps = ((INVENTED_STAMP, self.invented), (INTERNAL_STAMP, self.internal))
        return tuple(stamp for stamp, holds in stamps if holds)

    def as_json(self) -> dict[str, Any]:
        """The object `sheet.json` holds (without the language), schema tejido.sheet/1."""
        return {
            "schema": SCHEMA,
            "title": dict(self.title),
            "window": {"start": self.window.start.isoformat(), "end": self.window.end.isoformat()},
            "as_of": self.as_of.isoformat(),
            "nodes": list(self.nodes),
            "invented": self.invented,
            "internal": self.internal,
            "stamps": list(self.stamps),
            "protection": None if self.protection is None else {"k": self.protection},
            "headline": {
                unit: {"sum": entry.sum, "both": entry.both, "joint": entry.joint}
                for unit, entry in self.headline.items()
            },
            "figures": [_figure_json(figure, self.internal) for figure in self.figures],
            "footnotes": [{"id": note.id, "text": dict(note.text)} for note in self.footnotes],
        }

    @classmethod
    def from_json(cls, raw: object) -> Sheet:
        """The sheet that `as_json` wrote; raises `BadInput`."""
        if not isinstance(raw, dict) or raw.get("schema") != SCHEMA:
            raise _refused(f"expected schema {SCHEMA}", f"se esperaba el esquema {SCHEMA}")
        try:
            return _sheet(raw)
        except (KeyError, TypeError, ValueError, AttributeError) as problem:
            raise _refused(f"not a whole sheet: {problem}", f"la hoja no está completa: {problem}") from None


def _refused(en: str, es: str) -> BadInput:
    return BadInput("sheet", en=en, es=es, where="sheet.json")


def _figure_json(figure: Figure, internal: bool) -> dict[str, Any]:
    written: dict[str, Any] = {
        "indicator": figure.indicator,
        "unit": figure.unit,
        "by": figure.by,
        "cell": figure.cell,
        "value": figure.value,
        "hidden": figure.hidden,
        "base": figure.base,
        "multiple": figure.multiple,
        "footnotes": list(figure.footnotes),
        "label": dict(figure.label),
        "percent": figure.percent,
        "percents": figure.percents,
    }
    if internal:
        written |= {"sum": figure.sum, "both": figure.both, "joint": figure.value}
    return written


def _sheet(raw: Mapping[str, Any]) -> Sheet:
    window = raw["window"]
    return Sheet(
        title=raw["title"],
        window=Window(date.fromisoformat(window["start"]), date.fromisoformat(window["end"])),
        as_of=date.fromisoformat(raw["as_of"]),
        nodes=tuple(raw["nodes"]),
        invented=raw["invented"],
        internal=raw["internal"],
        protection=None if raw["protection"] is None else raw["protection"]["k"],
        figures=tuple(_figure(entry) for entry in raw["figures"]),
        headline={unit: Combined(e["sum"], e["both"], e["joint"]) for unit, e in raw["headline"].items()},
        footnotes=tuple(Footnote(entry["id"], entry["text"]) for entry in raw["footnotes"]),
    )


def _figure(raw: Mapping[str, Any]) -> Figure:
    return Figure(
        indicator=raw["indicator"],
        unit=raw["unit"],
        by=raw["by"],
        cell=raw["cell"],
        value=raw["value"],
        hidden=raw["hidden"],
        base=raw["base"],
        multiple=raw["multiple"],
        footnotes=tuple(raw["footnotes"]),
        label=raw["label"],
        percents=raw["percents"],
        sum=raw.get("sum"),
        both=raw.get("both"),
    )
