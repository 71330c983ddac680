# SPDX-License-Identifier: Apache-2.0
"""Which numbers of a publication must be hidden, and the attacker who tries to work them out."""

from tejido.statistics.disclosure.attacking import Attacked, attack, tightest
from tejido.statistics.disclosure.choosing import Choice, Unprotectable, choose
from tejido.statistics.disclosure.facts import Contradiction, Facts, Interval, Key, Need, Relation
from tejido.statistics.disclosure.problem import Group, Problem, Reader, facts_for
from tejido.statistics.disclosure.sheet_tables import CellTable, hidden_cells, is_small, recoverable, uncovered

__all__ = [
    "Attacked",
    "CellTable",
    "Choice",
    "Contradiction",
    "Facts",
    "Group",
    "Interval",
    "Key",
    "Need",
    "Problem",
    "Reader",
    "Relation",
    "Unprotectable",
    "attack",
    "choose",
    "facts_for",
    "hidden_cells",
    "is_small",
    "recoverable",
    "tightest",
    "uncovered",
]
