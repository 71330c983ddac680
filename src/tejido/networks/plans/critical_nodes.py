# SPDX-License-Identifier: Apache-2.0
"""Plans after which as few pairs as possible can still reach each other, in a network that knows no flow.

Critical nodes: Arulselvan, Commander, Elefteriadou, Pardalos (2009), "Detecting critical nodes in sparse graphs",
Computers & Operations Research 36(7). The rows that say who is connected by way of whom follow Veremyev, Boginski,
Pasiliao (2014), Optimization Letters 8(4), but for one end of each pair only. Exact, on HiGHS.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from fractions import Fraction

from tejido.networks.assembling import refuse
from tejido.networks.network import Network, Node
from tejido.networks.plans.connections import by_betweenness, by_pairs, connected_pairs, exchanged, pieces
from tejido.networks.plans.plan import Plan
from tejido.networks.plans.programme import Programme, Solved, Tell
from tejido.networks.protection import NOBODY, is_protected

_MOST_NODES = 600


def critical_nodes(
    network: Network, name: str, *, budget: Fraction, unprotected: bool = False, time_limit: float = 60.0,
    tell: Tell | None = None,
) -> Plan:  # fmt: skip
    """The plan against at most `budget` nodes that leaves the fewest connected pairs, or, when time runs out, the best.

    A tie connects both ways, whatever it carries. Raises `BadInput`.
    """
    ends = time.monotonic() + time_limit
    people = [node for node in network.nodes.values() if node.role not in NOBODY]
    _check(network, name, len(people), budget, unprotected)
    beside = _beside(network, people)
    # Enforcement where it must not be is a variable fixed to zero.
    may = [unprotected or not is_protected(node) for node in people]
    most = min(int(budget), sum(may))
    best = _quick(beside, may, most, ends - 3 * time_limit / 4)
    left = bound = connected_pairs(beside, best)
    if left and 0 < most < sum(may):
        making = _Making(beside, may, most)
        solved = making.better_than(left, ends - time.monotonic(), tell)
        bound = min(left, solved.bound) if solved.possible else left  # not possible: nothing is better
        if solved.values is not None:
            best = {node for node in range(len(people)) if solved.values[making.gone[node]] > 0.5}
            left = connected_pairs(beside, best)
    if any(not may[node] for node in best) or len(best) > most or (bound > left):
        raise AssertionError("a plan against somebody protected, or against too many, or better than its bound")
    return Plan(left, bound, left == bound, (), Fraction(len(best)), sum(may), before=connected_pairs(beside),
                removed=tuple(people[node] for node in sorted(best)))  # fmt: skip


def _quick(beside: Sequence[set[int]], may: Sequence[bool], most: int, ends: float) -> set[int]:
    """A good plan, found soon."""

    def enough() -> bool:
        return time.monotonic() > ends

    made = (by_pairs(beside, may, most, enough), by_betweenness(beside, may, most, enough))
    plans = [exchanged(beside, may, set(gone), enough) for gone in made]
    return min(plans, key=lambda gone: connected_pairs(beside, gone))


def _check(network: Network, name: str, people: int, budget: Fraction, unprotected: bool) -> None:
    if unprotected and network.declared == "casework":
        refuse("unprotected", name, "is about people who exist; --unprotected takes published or invented networks",
               "es sobre personas que existen; --unprotected solo acepta redes publicadas o inventadas")  # fmt: skip
    if budget.denominator > 1:
        refuse("budget", "--budget", "expected a whole number of nodes with --model critical-nodes",
               "se esperaba un número entero de puntos con --model critical-nodes")  # fmt: skip
    if people > _MOST_NODES:
        refuse("too_large", name, f"has {people:,} nodes; expected {_MOST_NODES} at most (critical-nodes)",
               f"tiene {people:,} puntos; se esperaban {_MOST_NODES} como máximo (critical-nodes)")  # fmt: skip


def _beside(network: Network, people: Sequence[Node]) -> list[set[int]]:
    place = {node.id: number for number, node in enumerate(people)}
    beside: list[set[int]] = [set() for _ in people]
    for tie in network.ties:
        if tie.start in place and tie.end in place:
            beside[place[tie.start]].add(place[tie.end])
            beside[place[tie.end]].add(place[tie.start])
    return beside


class _Making:
    """Columns: who is gone, and which pairs are connected."""

    def __init__(self, beside: Sequence[set[int]], may: Sequence[bool], most: int) -> None:
        self._beside, self._may, self._programme = beside, may, Programme()
        self.gone = self._programme.columns([float(one) for one in may], whole=True)
        self._programme.row(self.gone, [1.0] * len(may), high=float(most))
        pairs = [(one, other) for piece in pieces(beside) for one in piece for other in piece if one < other]
        columns = self._programme.columns([1.0] * len(pairs), cost=1.0)
        self._pairs = dict(zip(pairs, columns, strict=True))
        for one, other in pairs:
            self._connect(one, other)
        self._rank()

    def _pair(self, one: int, other: int) -> int:
        return self._pairs[min(one, other), max(one, other)]

    def _connect(self, one: int, other: int) -> None:
        """Neighbours are connected unless one is gone; others are if a neighbour of one of them is, to the other.

        The neighbours of one end are enough: the next on a shortest way is nearer. Of the end that has fewer.
        """
        if other in self._beside[one]:
            columns = [self._pair(one, other), self.gone[one], self.gone[other]]
            self._programme.row(columns, [1.0, 1.0, 1.0], low=1.0)
            return
        end, far = sorted((one, other), key=lambda node: len(self._beside[node]))
        for near in sorted(self._beside[end]):
            columns = [self._pair(end, far), self._pair(near, far), self.gone[end]]
            self._programme.row(columns, [1.0, -1.0, 1.0], low=0.0)

    def _rank(self) -> None:
        """Nobody goes before whoever has all the same neighbours and more: in his place he would connect no more."""
        for one, its in enumerate(self._beside):
            for other in {two for node in its for two in (node, *self._beside[node])} - {one} if self._may[one] else ():
                theirs = self._beside[other] - {one}
                alike = theirs == its - {other}
                if self._may[other] and (one < other if alike else theirs < its - {other}):
                    self._programme.row([self.gone[one], self.gone[other]], [1.0, -1.0], low=0.0)

    def better_than(self, left: int, time_limit: float, tell: Tell | None) -> Solved:
        """A plan that leaves fewer pairs; not possible where there is none."""
        columns = list(self._pairs.values())
        self._programme.row(columns, [1.0] * len(columns), high=float(left - 1))
        return self._programme.solve(max(0.0, time_limit), tell)
