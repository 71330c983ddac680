# SPDX-License-Identifier: Apache-2.0
"""Who is connected with whom, and quick plans against it. Nodes by number, `beside` the neighbours of each.

`enough`: asked now and then whether to end with what is found.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence, Set
from fractions import Fraction

Beside = Sequence[Set[int]]
Enough = Callable[[], bool]


def never() -> bool:
    """Take all the time that is needed."""
    return False


def pieces(beside: Beside, gone: Set[int] = frozenset()) -> Iterator[list[int]]:
    """What hangs together when some are gone."""
    seen = set(gone)
    for first in range(len(beside)):
        if first not in seen:
            seen.add(first)
            piece = [first]
            for node in piece:
                new = beside[node] - seen
                seen |= new
                piece += sorted(new)
            yield piece


def connected_pairs(beside: Beside, gone: Set[int] = frozenset()) -> int:
    """How many pairs can still reach each other."""
    return sum(len(piece) * (len(piece) - 1) // 2 for piece in pieces(beside, gone))


def betweenness(beside: Beside, gone: Set[int]) -> list[Fraction]:
    """Of all shortest ways between two others, how many lead through each node (Brandes 2001); exact."""
    total = [Fraction(0)] * len(beside)
    for first in range(len(beside)):
        if first in gone:
            continue
        far, ways, order, waiting = {first: 0}, {first: 1}, list[int](), deque([first])
        while waiting:
            node = waiting.popleft()
            order.append(node)
            for other in beside[node]:
                if other in gone:
                    continue
                if other not in far:
                    far[other], ways[other] = far[node] + 1, 0
                    waiting.append(other)
                if far[other] == far[node] + 1:
                    ways[other] += ways[node]
        share = dict.fromkeys(order, Fraction(0))
        for node in reversed(order):
            for other in beside[node]:
                if far.get(other, 0) == far[node] - 1 and other not in gone:
                    share[other] += Fraction(ways[other], ways[node]) * (1 + share[node])
            if node != first:
                total[node] += share[node]
    return total


def by_betweenness(beside: Beside, may: Sequence[bool], most: int, enough: Enough = never) -> list[int]:
    """One after the other whoever most shortest ways lead through, counted again after each."""
    gone: list[int] = []
    while len(gone) < min(most, sum(may)) and not enough():
        through = betweenness(beside, set(gone))
        gone.append(max((node for node in range(len(beside)) if may[node] and node not in gone),
                        key=lambda node: (through[node], -node)))  # fmt: skip
    return gone


def by_pairs(beside: Beside, may: Sequence[bool], most: int, enough: Enough = never) -> list[int]:
    """One after the other whoever's going leaves the fewest pairs."""
    gone: list[int] = []
    while len(gone) < min(most, sum(may)) and not enough():
        gone.append(min((node for node in range(len(beside)) if may[node] and node not in gone),
                        key=lambda node: (connected_pairs(beside, {*gone, node}), node)))  # fmt: skip
    return gone


def exchanged(beside: Beside, may: Sequence[bool], gone: Set[int], enough: Enough = never) -> set[int]:
    """One against another as long as that leaves fewer pairs."""
    best, left, changed = set(gone), connected_pairs(beside, gone), True
    while changed:
        changed = False
        for one in sorted(best):
            for other in range(0 if enough() else len(beside)):
                if may[other] and other not in best and one in best:
                    tried = connected_pairs(beside, best - {one} | {other})
                    if tried < left:
                        best, left, changed = best - {one} | {other}, tried, True
    return best
