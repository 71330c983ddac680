# SPDX-License-Identifier: Apache-2.0
"""Plans after which as few pairs as possible can still reach each other, in a network that knows no flow.

Critical nodes: Arulselvan, Commander, Elefteriadou, Pardalos (2009), "Detecting critical nodes in sparse graphs",
Computers & Operations Research 36(7). The rows that say who is connected by way of whom follow Veremyev, Boginski,
Pasiliao (2014), Optimization Letters 8(4), but for one end of each pair only. Exact.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from fractions import Fraction

from tejido.networks.assembling import refuse
from tejido.networks.network import Network, Node
from tejido.networks.plans.connections import by_betweenness, by_pairs, connected_pairs, exchanged
from tejido.networks.plans.critical_nodes_search import Search
from tejido.networks.plans.plan import Plan
from tejido.networks.plans.programme import Tell
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
    search = Search(beside, may, most, best)
    search.solve(ends - time.monotonic(), tell)
    if any(not may[node] for node in search.gone) or len(search.gone) > most:
        raise AssertionError("a plan acts against somebody protected, or against too many")
    place = {node: number for number, node in enumerate(network.nodes, 1)}
    return Plan(search.left, search.bound, search.left == search.bound, (), Fraction(len(search.gone)), sum(may),
                search.proof([place[node.id] for node in people]), connected_pairs(beside),
                tuple(people[node] for node in sorted(search.gone)))  # fmt: skip


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
