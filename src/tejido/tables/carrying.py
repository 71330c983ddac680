# SPDX-License-Identifier: Apache-2.0
"""From one standard to another: a tally of everything that was left out or changed its meaning on the way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from tejido.vocabulary import Unmappable, Words, crosswalk


class Fate(StrEnum):
    """What became of a value."""

    LEFT_OUT = "left_out"
    CHANGED = "changed"  # carried, but it no longer says quite the same


FATES: dict[Fate, Words] = {
    Fate.LEFT_OUT: {"en": "left out", "es": "se omite"},
    Fate.CHANGED: {"en": "carried with a change", "es": "se traslada con un cambio"},
}


@dataclass(frozen=True)
class Loss:
    """One way in which something was lost, and how many times. `value`: the code; None: the whole column."""

    column: str
    value: str | None
    fate: Fate
    reason: Words
    times: int


@dataclass
class Carrying:
    """The losses of one import or export, as they come."""

    _found: dict[tuple[str, str | None, Fate], tuple[Words, int]] = field(default_factory=dict)

    def left_out(self, column: str, value: str | None, reason: Words) -> None:
        """`value` of `column` could not be carried, once more."""
        self._note(column, value, Fate.LEFT_OUT, reason)

    def changed(self, column: str, value: str | None, reason: Words) -> None:
        """`value` of `column` was carried as something that says less, or other."""
        self._note(column, value, Fate.CHANGED, reason)

    def _note(self, column: str, value: str | None, fate: Fate, reason: Words) -> None:
        first, times = self._found.get((column, value, fate), (reason, 0))
        self._found[column, value, fate] = (first, times + 1)

    def through(self, walks: Iterable[tuple[str, str, str]], column: str, codes: Iterable[str]) -> list[str]:
        """`codes` through one crosswalk after the other (name, from, to); what cannot go on is noted as `column`'s.

        A code that shares its place there with others is carried with a change.
        """
        found: list[str] = []
        for code in codes:
            reached = [code]
            try:
                for name, source, target in walks:
                    mapping = crosswalk(name).between(source, target)
                    shared = {one for one in reached for other in mapping.codes if other != one and
                              mapping.codes[other] == mapping.codes.get(one)}  # fmt: skip
                    reached = [other for one in reached for other in mapping.translate(one)]
                    if shared:
                        self.changed(column, code, _JOINED)
            except Unmappable as problem:
                self.left_out(column, code, problem.reason)
            else:
                found += [other for other in reached if other not in found]
        return found

    @property
    def losses(self) -> list[Loss]:
        """Every loss, by column, the columns in the order they were met."""
        columns = list(dict.fromkeys(column for column, _, _ in self._found))
        made = [Loss(*key, *entry) for key, entry in self._found.items()]
        return sorted(made, key=lambda loss: (columns.index(loss.column), loss.value or ""))


_JOINED: Words = {
    "en": "the other list joins it with others; it cannot be told apart there",
    "es": "la otra lista lo reúne con otros; allá no se puede distinguir",
}
