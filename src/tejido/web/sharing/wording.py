# SPDX-License-Identifier: AGPL-3.0-or-later
"""Facts and totals that arrived or left, as a person reads them."""

from __future__ import annotations

from collections.abc import Iterable

from tejido.statistics.definitions import indicators
from tejido.vocabulary import Language
from tejido.web.packets.wording import facts_in_words

__all__ = ["facts_in_words", "totals_in_words"]


def totals_in_words(tables: Iterable[str], language: Language) -> list[str]:
    """Aggregate tables as an agreement names them (`victims/gender`), by the titles of their indicators.

    A table this version does not know keeps its name: the agreement says it, so the page must.
    """
    declared, said = indicators(), []
    for table in tables:
        name, _, by = table.partition("/")
        if name not in declared or (by and by not in declared[name].breakdowns):
            said.append(table)
            continue
        title = declared[name].label[language]
        said.append(f"{title}: {declared[name].breakdown(by).label[language]}" if by else title)
    return said
