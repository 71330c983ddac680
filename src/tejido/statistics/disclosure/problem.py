# SPDX-License-Identifier: Apache-2.0
"""What is about to be published, and who reads it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field

from tejido.statistics.disclosure.facts import Facts, Interval, Key, Need, Relation


@dataclass(frozen=True)
class Reader:
    """One reader: the public, or a partner who knows its own counts.

    `least`: what a cell is at least, by what this reader knows (0 where nothing is said). `musts`: what a cell needs
    to stay open from this reader, which is why it cannot be shown. `covers`: what any other hidden cell needs.
    `floor`: a hidden cell is at least this, by rule: 1 where zeros are shown, 0 where a reader is not told.
    `told`: cells that this reader knows exactly from elsewhere; nothing is kept from it there.
    """

    name: str
    musts: Mapping[Key, Need]
    covers: Need
    least: Mapping[Key, int] = field(default_factory=dict)
    floor: int = 1
    told: Set[Key] = frozenset()

    def need(self, key: Key, count: int) -> Need | None:
        """What this cell needs once it is hidden; nothing for a zero: nobody is found in it."""
        return None if key in self.told else self.musts.get(key, self.covers if count else None)


@dataclass(frozen=True)
class Group:
    """Cells that go together when nothing else helps: a table, or a line of one with its `total`."""

    cells: frozenset[Key]
    total: Key | None = None


@dataclass(frozen=True)
class Problem:
    """Everything that is or will be known, with the true numbers.

    Zeros are shown, but for whole groups. `settled`: cells that are shown whatever is chosen (earlier editions).
    `never`: cells that are shown nowhere, such as the months between two windows. `groups`: which cells go together
    when nothing else helps; with all of a group hidden, zeros may be among the hidden. `whole`: those that go in any
    case. `zeros`: cells of tables that hide their zeros too. `costs`: what hiding a cell costs, 1 where nothing is
    said.
    """

    values: Mapping[Key, int]
    relations: Sequence[Relation]
    settled: Set[Key] = frozenset()
    never: Set[Key] = frozenset()
    groups: Sequence[Group] = ()
    whole: Sequence[Group] = ()
    zeros: Set[Key] = frozenset()
    costs: Mapping[Key, int] = field(default_factory=dict)


def facts_for(problem: Problem, hidden: Set[Key], reader: Reader, whole: Iterable[Group] = ()) -> Facts:
    """What this reader knows once `hidden` is hidden: a hidden cell is not zero, unless its group is hidden whole."""
    from_zero = cells_of(whole)
    gone = {key: None for key in problem.values if (key in hidden and key not in reader.told) or key in problem.never}
    return Facts(
        shown={key: value for key, value in problem.values.items() if key not in gone},
        hidden={key: range_of(problem, key, reader, from_zero) for key in gone},
        relations=problem.relations,
    )


def cells_of(groups: Iterable[Group]) -> frozenset[Key]:
    """Every cell of these groups."""
    return frozenset().union(*(group.cells for group in groups))


def range_of(problem: Problem, key: Key, reader: Reader, from_zero: Set[Key]) -> Interval:
    """What this reader knows of a hidden cell by rule alone; `from_zero`: cells of groups that went whole."""
    rule = 0 if key in from_zero or key in problem.zeros or key in problem.never else reader.floor
    return max(rule, reader.least.get(key, 0)), None
