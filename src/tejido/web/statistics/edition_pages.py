# SPDX-License-Identifier: AGPL-3.0-or-later
"""An edition as tables to read: each figure before and after, why it is hidden, and how narrowly it can be placed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tejido.statistics import Figure, Sheet
from tejido.statistics.definitions import indicator
from tejido.statistics.editions.making import REASONS
from tejido.vocabulary import Words
from tejido.web.statistics.models import EditionAttempt

_MAKING = {
    "hiding": _("Choose what is hidden, so that as little as possible is lost"),
    "writing": _("Write the pages, tables and charts in both languages"),
    "attacking": _("Attack it: how narrowly can each hidden figure be placed?"),
}
_SIGNING = {
    "attacking": _("Attack it beside everything published before"),
    "writing": _("Write every file again and compare it with what is signed"),
}


@dataclass(frozen=True)
class Row:
    """One figure: exact, as it will be published (None: confidential), why, and from where to where it can be."""

    figure: Figure
    shown: int | None
    reason: Words | None
    low: int | None
    high: int | None


@dataclass(frozen=True)
class Table:
    """One table; `by` is None for the headline numbers. `indicator` opens the definition."""

    indicator: str | None
    counted: Words
    by: Words | None
    rows: list[Row]

    @property
    def long(self) -> bool:
        """Too long to be shown at once, as a table of all states is."""
        return len(self.rows) > 20

    @property
    def hidden(self) -> int:
        """How many of its figures are confidential."""
        return sum(row.shown is None for row in self.rows)


def tables(counted: Sheet, draft: Mapping[str, Any]) -> list[Table]:
    """The headline numbers, then every table in printed order."""
    shown = {(one.indicator, one.by, one.cell): one for one in Sheet.from_json(draft["sheet"]).figures}
    reasons = {(one["indicator"], one["by"], one["cell"]): one["reason"] for one in draft["reasons"]}
    placed = {(name, by, cell): (low, high) for name, by, cell, low, high in draft["intervals"]}
    grouped: dict[tuple[str | None, str | None], list[Row]] = {}
    for figure in counted.figures:
        key = (figure.indicator, figure.by, figure.cell)
        reason = reasons.get(key)
        low, high = placed.get(key, (None, None))
        row = Row(figure, shown[key].value, REASONS[reason] if reason else None, low, high)
        grouped.setdefault((figure.indicator if figure.by else None, figure.by), []).append(row)
    return [_table(name, by, rows) for (name, by), rows in grouped.items()]


def _table(name: str | None, by: str | None, rows: list[Row]) -> Table:
    if name is None or by is None:
        return Table(None, {"en": "", "es": ""}, None, rows)
    declared = indicator(name)
    return Table(name, declared.label, declared.breakdown(by).label, rows)


def lost(draft: Mapping[str, Any]) -> list[tuple[Words, int]]:
    """How many figures are hidden, by the reason."""
    counted = Counter(one["reason"] for one in draft["reasons"])
    return [(REASONS[reason], number) for reason, number in counted.most_common()]


def steps(attempt: EditionAttempt) -> list[tuple[str | Promise, str]]:
    """What an attempt goes through, and whether each step is done, under way or still to come."""
    named = _SIGNING if attempt.signs else _MAKING
    here = [*named].index(attempt.stage) if attempt.stage in named else 0
    return [
        (words, ("done", "now", "later")[(place >= here) + (place > here)])
        for place, words in enumerate(named.values())
    ]


def definition_text(name: str) -> str:
    """The definition as it is written, for whoever wants every word of it."""
    return json.dumps(json.loads(indicator(name).definition), ensure_ascii=False, indent=2)
