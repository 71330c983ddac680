# SPDX-License-Identifier: Apache-2.0
"""Is a plan of the model max-flow what it claims? Gone through anew in whole numbers, as `checking` does.

Its proof is a tree. A question of it says on which side of a cut some nodes are, on which ties is acted and which are
left alone. It ends where a priced flow, less what all the money is worth at that price, is above the bound; a node may
be held on one side where on the other so much would pass.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, NamedTuple

from tejido.networks.plans.checking_rows import Rows, clipped, refuse

_SOURCE, _SINK = "source", "sink"


class _Question(NamedTuple):
    sides: Mapping[str, str]
    acted: frozenset[int]
    left: frozenset[int]
    money: int


def check_max_flow(rows: Rows, said: Mapping[str, Any], acted: set[int]) -> None:
    """Raises `Refused` unless the plan leaves what it says, and no plan within the budget less than its bound."""
    carries = {row.number: row.capacity for row in rows.rows}
    ends = {rows.source: _SOURCE, rows.sink: _SINK}
    before = _Flow(rows, carries, ends).passes()
    after = _Flow(rows, {one: 0 if one in acted else most for one, most in carries.items()}, ends).passes()
    if (before, after) != (said["before"], said["objective"]):
        refuse("as much does not flow as it says", "no fluye tanto como dice")
    if said["bound"]:
        _Tree(rows, said["proof"], said["bound"], before).holds(said["proof"]["tree"])


class _Tree:
    def __init__(self, rows: Rows, proof: Mapping[str, Any], aim: int, before: int) -> None:
        self._rows, self._aim, self._one = rows, aim, whole(proof["one"])
        self._reach = {number: min(most, before) for number, most in clipped(rows).items()}
        unit = Fraction(proof["unit"])
        can = {row.number: row.cost for row in rows.rows
               if row.may and row.cost is not None and row.cost <= rows.budget and self._reach[row.number]}  # fmt: skip
        if not unit and sum(can.values()) <= rows.budget:  # everything can be paid: it is as if all were free
            can, unit = dict.fromkeys(can, Fraction(0)), rows.budget + 1
        if self._one < 1 or unit <= 0 or any((cost / unit).denominator > 1 for cost in can.values()):
            refuse("its unit of money does not divide the costs", "su unidad de dinero no divide los costos")
        self._price = {one: int(cost / unit) for one, cost in can.items()}
        self._money = int(rows.budget / unit)

    def holds(self, told: list[Any]) -> None:
        steps = iter(told)
        ends = {self._rows.source: _SOURCE, self._rows.sink: _SINK}
        waiting = [_Question(ends, frozenset(), frozenset(), self._money)]
        while waiting:
            asked, step = waiting.pop(), next(steps, None)
            if not isinstance(step, dict):
                if not self._enough(asked, whole(step)):
                    refuse("a bound does not hold", "una cota no se sostiene")
            elif "act" in step:
                waiting += self._acted(asked, whole(step["act"]))
            elif "side" in step:
                node = self._free(asked, step["side"])
                waiting += [asked._replace(sides={**asked.sides, node: side}) for side in (_SOURCE, _SINK)]
            else:
                waiting.append(self._held(asked, whole(step["price"]), step))
        if next(steps, None) is not None:
            refuse("the tree says more than was asked", "el árbol dice más de lo preguntado")

    def _acted(self, asked: _Question, one: int) -> list[_Question]:
        if one in asked.acted | asked.left or self._price.get(one, asked.money + 1) > asked.money:
            refuse("a branch acts where it cannot", "una rama actúa donde no puede")
        acts = asked._replace(acted=asked.acted | {one}, money=asked.money - self._price[one])
        return [acts, asked._replace(left=asked.left | {one})]

    def _free(self, asked: _Question, node: Any) -> str:
        if not isinstance(node, str) or node in asked.sides:
            refuse("a branch is on both sides", "una rama está en ambos lados")
        return node

    def _flow(self, asked: _Question, price: int) -> _Flow:
        if price < 0:
            refuse("a price is below zero", "un precio es menor que cero")
        carries = {}
        for number, most in self._reach.items():
            if number not in asked.acted:
                carries[number] = most * self._one
                if number not in asked.left and self._price.get(number, asked.money + 1) <= asked.money:
                    carries[number] = min(carries[number], price * self._price[number])
        return _Flow(self._rows, carries, asked.sides)

    def _enough(self, asked: _Question, price: int) -> bool:
        return self._flow(asked, price).passes() - price * asked.money > (self._aim - 1) * self._one

    def _held(self, asked: _Question, price: int, step: Mapping[str, Any]) -> _Question:
        """The question with nodes held; each of them on the other side would let enough pass."""
        flow, sides = self._flow(asked, price), dict(asked.sides)
        needed = (self._aim - 1) * self._one + price * asked.money + 1 - flow.passes()
        for side, other in ((_SOURCE, _SINK), (_SINK, _SOURCE)):
            for node in step[side]:
                self._free(asked, node)
                if flow.more(node, other, needed) < needed:
                    refuse("a node is held that can be on either side", "un punto está fijo y puede ir a otro lado")
                sides[node] = side
        return asked._replace(sides=sides)


class _Flow:
    """From all nodes on the source's side to all on the sink's, by layers of shortest ways."""

    def __init__(self, rows: Rows, carries: Mapping[int, int], sides: Mapping[str, str]) -> None:
        self._sides = dict(sides)
        self._ahead: dict[str, list[int]] = {}
        self._to: list[str] = []
        self._spare: list[int] = []
        for row in rows.rows:
            if carries.get(row.number):
                for here, there, most in ((row.start, row.end, carries[row.number]), (row.end, row.start, 0)):
                    self._ahead.setdefault(here, []).append(len(self._to))
                    self._to.append(there)
                    self._spare.append(most)

    def passes(self) -> int:
        """The maximum flow."""
        return self._push(None)

    def more(self, node: str, side: str, needed: int) -> int:
        """How much more would pass, up to what is needed, with a node on this side; nothing is changed."""
        if needed <= 0:
            return needed
        kept = self._spare.copy()
        self._sides[node] = side
        got = self._push(needed)
        del self._sides[node]
        self._spare = kept
        return got

    def _push(self, needed: int | None) -> int:
        total = 0
        while needed is None or total < needed:
            level = self._levels()
            if level is None:
                break
            turn = dict.fromkeys(level, 0)
            for start in [node for node, side in self._sides.items() if side == _SOURCE]:
                while (needed is None or total < needed) and (way := self._way(start, level, turn)):
                    least = min(self._spare[edge] for edge in way)
                    least = least if needed is None else min(least, needed - total)
                    for edge in way:
                        self._spare[edge] -= least
                        self._spare[edge ^ 1] += least
                    total += least
        return total

    def _levels(self) -> dict[str, int] | None:
        level = {node: 0 for node, side in self._sides.items() if side == _SOURCE}
        waiting, arrives = deque(level), False
        while waiting:
            node = waiting.popleft()
            for edge in self._ahead.get(node, ()):
                other = self._to[edge]
                if self._spare[edge] and other not in level:
                    level[other] = level[node] + 1
                    if self._sides.get(other) == _SINK:
                        arrives = True
                    else:
                        waiting.append(other)
        return level if arrives else None

    def _way(self, start: str, level: Mapping[str, int], turn: dict[str, int]) -> list[int]:
        """Edges from a node to the sink's side, one layer after the other; empty where there is no more."""
        node, way = start, list[int]()
        while self._sides.get(node) != _SINK:
            edges = self._ahead.get(node, [])
            while turn[node] < len(edges):
                edge = edges[turn[node]]
                if self._spare[edge] and level.get(self._to[edge], 0) == level[node] + 1:
                    break
                turn[node] += 1
            if turn[node] < len(edges):
                way.append(edges[turn[node]])
                node = self._to[way[-1]]
            elif not way:
                return []
            else:
                node = self._to[way.pop() ^ 1]
                turn[node] += 1
        return way


def whole(told: Any) -> int:
    """A whole number, and nothing that is only like one; raises `TypeError`."""
    if type(told) is not int:
        raise TypeError(told)
    return told
