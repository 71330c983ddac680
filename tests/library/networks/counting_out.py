# SPDX-License-Identifier: Apache-2.0
"""What a plan does, found by trying everything; shares nothing with what is tested. For networks of a few ties."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import combinations

from tejido.networks import Network, Node, Tie


def fewest_active(network: Network, budget: Fraction, acts: Sequence[Tie]) -> int:
    """Of all plans that act on some of `acts` within the budget: the fewest active special ties in a maximum flow."""
    best = len(network.ties)
    for number in range(len(acts) + 1):
        for plan in combinations(acts, number):
            if sum(Fraction(repr(tie.cost)) for tie in plan) <= budget:
                best = min(best, _fewest(network, [tie for tie in network.ties if tie not in plan]))
    return best


def smallest_cut_of_specials(network: Network, budget: Fraction, acts: Sequence[Tie]) -> int | None:
    """Max-flow interdiction where special ties carry 1 and all others anything; None if no plan makes it finite."""
    most = len(network.ties) + 1
    changed = [tie._replace(capacity=1 if tie.under_control else most) for tie in network.ties if tie.capacity]
    unlimited = replace(network, return_capacity=None)
    places = {tie.row for tie in acts}
    chosen = [tie for tie in changed if tie.row in places]
    found = min(
        maximum_flow(unlimited, [tie for tie in changed if tie not in plan])
        for number in range(len(chosen) + 1)
        for plan in combinations(chosen, number)
        if sum(Fraction(repr(tie.cost)) for tie in plan) <= budget
    )
    return found if found < most else None


def least_flow(network: Network, budget: Fraction, acts: Sequence[Tie]) -> int:
    """Of all plans that act on some of `acts` within the budget: the smallest maximum flow."""
    return min(
        maximum_flow(network, [tie for tie in network.ties if tie not in plan])
        for number in range(len(acts) + 1)
        for plan in combinations(acts, number)
        if sum(Fraction(repr(tie.cost)) for tie in plan) <= budget
    )


def _fewest(network: Network, ties: Sequence[Tie]) -> int:
    value = maximum_flow(network, ties)
    special = [tie for tie in ties if tie.under_control]
    for number in range(len(special) + 1):
        for active in combinations(special, number):
            if maximum_flow(network, [tie for tie in ties if not tie.under_control or tie in active]) == value:
                return number
    raise AssertionError


def maximum_flow(network: Network, ties: Sequence[Tie]) -> int:
    """Ford and Fulkerson, one unit at a time."""
    left = {tie.row: tie.capacity or 0 for tie in ties}
    back = {tie.row: 0 for tie in ties}
    value = 0
    while network.return_capacity is None or value < network.return_capacity:
        came: dict[str, tuple[str, int, bool]] = {}
        waiting = [network.source]
        while waiting and network.sink not in came:
            node = waiting.pop()
            for tie in ties:
                for here, there, forward in ((tie.start, tie.end, True), (tie.end, tie.start, False)):
                    free = left[tie.row] if forward else back[tie.row]
                    if here == node and free and there not in came and there != network.source:
                        came[there] = (here, tie.row, forward)
                        waiting.append(there)
        if network.sink not in came:
            return value
        node = network.sink
        while node != network.source:
            node, row, forward = came[node]
            left[row] += -1 if forward else 1
            back[row] += 1 if forward else -1
        value += 1
    return value


def most_active_after_the_best_plan(network: Network, budget: Fraction, acts: Sequence[Tie]) -> int:
    """Of all plans that act on some of `acts` within the budget: the fewest that a maximum flow can have active."""
    return min(
        _most(network, [tie for tie in network.ties if tie not in plan])
        for number in range(len(acts) + 1)
        for plan in combinations(acts, number)
        if sum(Fraction(repr(tie.cost)) for tie in plan) <= budget
    )


def _most(network: Network, ties: Sequence[Tie]) -> int:
    value = maximum_flow(network, ties)
    special = [tie for tie in ties if tie.under_control and tie.capacity]
    for number in range(len(special), 0, -1):
        if any(_carries_all(network, ties, value, active) for active in combinations(special, number)):
            return number
    return 0


def _carries_all(network: Network, ties: Sequence[Tie], value: int, active: Sequence[Tie]) -> bool:
    """Whether a flow of this value puts at least a unit on each of these: a flow with lower limits, circles and all."""
    rows = {tie.row for tie in active}
    made = [tie._replace(capacity=(tie.capacity or 0) - (tie.row in rows), row=place) for place, tie in enumerate(ties)]
    forced = [(tie.start, tie.end, 1) for tie in active] + [(str(network.sink), str(network.source), value)]
    for start, end, amount in forced:
        made += [Tie("from", end, capacity=amount, row=len(made)), Tie(start, "to", capacity=amount, row=len(made) + 1)]
    nodes = {node.id: Node(node.id) for node in network.nodes.values()}
    nodes |= {"from": Node("from", "source"), "to": Node("to", "sink")}
    return maximum_flow(Network(nodes, (), "invented"), made) == sum(amount for _, _, amount in forced)
