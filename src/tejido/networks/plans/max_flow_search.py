# SPDX-License-Identifier: Apache-2.0
"""The best plan of the model max-flow: prices on money, and a tree where they leave a gap (`max_flow` says how)."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from tejido.networks.assembling import refuse
from tejido.networks.plans.compiled import Whole
from tejido.networks.plans.compiled_sides import SINK, SOURCE, hold, push
from tejido.networks.plans.flows import Flags, FlowProblem
from tejido.networks.plans.programme import Tell

_PLENTY = 1 << 61
_BITS, _FINER = 60, 8  # all sums stay below 2^63; a step of a price matters less than a unit of flow
_FREE, _ACTED, _LEFT = 0, 1, 2
_NODES_AT_ONCE = 500
_TURNS = 100
_SAID_EACH = 0.2  # seconds


class Open(NamedTuple):
    """A question of the tree: `side` of each node, `state` of each tie, and what money is left.

    `bound`: nothing here leaves less, as `price` shows. `narrowed`: what can be held by the best plan so far, is.
    """

    bound: int
    price: int
    side: Whole
    state: Whole
    money: int
    narrowed: bool = False


class Line(NamedTuple):
    """A cut: `leaves` what its ties carry that are not paid for, and spends `over` more than there is."""

    leaves: int
    over: int
    inside: Flags


@dataclass
class Bounded:
    """`bound` at `price`; `low` and `high`: the cuts on either side of the best price, where it leaves a gap."""

    bound: int = 0
    value: int = -_PLENTY
    price: int = 0
    low: Line | None = None
    high: Line | None = None


class MaxFlow:
    """A network as edges, and the tree. After `solve`: `acts`, `best`, `bound`, `before`, and `proof`."""

    def __init__(self, problem: FlowProblem, name: str, budget: Fraction, names: list[str]) -> None:
        self._problem, self._names = problem, names
        self._rows = [tie.row for tie in problem.ties]
        self._price, self._money, self._unit = _whole_money(problem, budget)
        # Enforcement where it must not be, or that cannot be paid, is a variable fixed to zero.
        self._may = problem.may_act & (self._price <= self._money)
        ties, nodes = len(problem.ties), problem.nodes
        tail, head = np.empty(2 * ties, dtype=np.int64), np.empty(2 * ties, dtype=np.int64)
        tail[0::2] = head[1::2] = problem.start
        head[0::2] = tail[1::2] = problem.end
        edges = np.argsort(tail, kind="stable").astype(np.int64)
        first = np.searchsorted(tail[edges], np.arange(nodes + 1)).astype(np.int64)
        self._graph = first, edges, tail, head
        self._residual = np.zeros(2 * ties, dtype=np.int64)
        self._level, self._queue, self._turn, self._path = (np.zeros(nodes + 1, dtype=np.int64) for _ in range(4))
        self._level = self._level[:nodes]
        self._passing = np.zeros(nodes, dtype=np.int64)  # how much a node has to do with
        sides, states = np.zeros(nodes, dtype=np.int64), np.zeros(ties, dtype=np.int64)
        sides[problem.source], sides[problem.sink] = SOURCE, SINK
        self._root = Open(0, 0, sides, states, self._money)
        self.acts = np.zeros(ties, dtype=np.bool_)
        self.before = self.best = self._passes(sides, problem.capacity)
        self.bound = 0
        self._capacity = np.minimum(problem.capacity, self.before)  # which changes no maximum flow
        np.add.at(self._passing, problem.start, self._capacity)
        np.add.at(self._passing, problem.end, self._capacity)
        self._one = 1 << (_BITS - self.before.bit_length())  # in how many parts a unit of flow is priced
        if self._money * _FINER > self._one:
            refuse("too_wide", name, f"costs and budget take {self._money:,} steps; expected {self._one // _FINER:,}",
                   f"costos y presupuesto dan {self._money:,} pasos; se esperaban {self._one // _FINER:,}")  # fmt: skip
        self._steps: list[object] = []  # the tree in preorder, as `checking` reads it

    def solve(self, time_limit: float, tell: Tell | None) -> None:
        """Go through the tree until it ends or time runs out."""
        ends = time.monotonic() + time_limit
        waiting, now, said = [self._root], 0.0, -math.inf
        while waiting and now < ends:  # the first is asked however little time there is
            question = waiting.pop()
            waiting += reversed(list(self._answered(question, ends)))
            now = time.monotonic()
            if tell and now > said + _SAID_EACH:
                said = now
                tell(self.best, min([self.best, *(one.bound for one in waiting)]))
        self.bound = min([self.best, *(one.bound for one in waiting)])
        self._steps += [one.price for one in reversed(waiting)]

    def _answered(self, question: Open, ends: float) -> Iterator[Open]:
        """What is left to ask: nothing where the bound is as good as the best plan, else two halves."""
        if question.bound >= self.best:
            self._steps.append(question.price)
            return
        found = self._bounded(question)
        if found.bound >= self.best or found.low is None or found.high is None:
            self._steps.append(found.price)
            return
        question = question._replace(bound=found.bound, price=found.price)
        if not question.narrowed:
            held = self._held(question, ends)
            if held is not None:
                self._steps.append({"price": found.price, "source": self._named(held == SOURCE),
                                    "sink": self._named(held == SINK)})  # fmt: skip
                yield question._replace(side=np.where(held, held, question.side), narrowed=True)
                return
        question = question._replace(narrowed=False)
        differ = np.flatnonzero((found.low.inside != found.high.inside) & (question.side == 0))
        if len(differ):
            node = int(differ[np.argmax(self._passing[differ])])
        else:
            tie = self._undecided(question, found.high)
            if tie is not None:
                self._steps.append({"act": self._rows[tie]})
                yield self._with_state(question, tie, _LEFT)
                yield self._with_state(question, tie, _ACTED)
                return
            node = int(np.flatnonzero(question.side == 0)[0])
        self._steps.append({"side": self._names[node]})
        for side in (SINK, SOURCE):
            sides = question.side.copy()
            sides[node] = side
            yield question._replace(side=sides)

    def _with_state(self, question: Open, tie: int, state: int) -> Open:
        states = question.state.copy()
        states[tie] = state
        return question._replace(state=states, money=question.money - int(self._price[tie]) * (state == _ACTED))

    def _undecided(self, question: Open, high: Line) -> int | None:
        """Of the ties in the cut that may be acted on: the one that is worth what it costs, most nearly."""
        open_ = np.flatnonzero(self._crossing(high.inside, question) & self._can(question) & (self._price > 0))
        if not len(open_):
            return None
        worth = self._capacity[open_] / self._price[open_]
        return int(open_[np.argmin(np.abs(worth - question.price / self._one))])

    def _can(self, question: Open) -> Flags:
        return np.asarray(self._may & (question.state == _FREE) & (self._price <= question.money))

    def _crossing(self, inside: Flags, question: Open) -> Flags:
        start, end = self._problem.start, self._problem.end
        return np.asarray(inside[start] & ~inside[end] & (question.state != _ACTED))

    def _passes(self, side: Whole, carries: Whole, most: int = _PLENTY) -> int:
        self._residual[0::2], self._residual[1::2] = carries, 0
        return int(push(*self._graph, self._residual, side, self._level, self._queue, self._turn, self._path, most))

    def _cut(self, question: Open, price: int) -> tuple[int, Line | None]:
        """The least cut at a price, and the plan that it suggests is tried; no line where the price proves enough."""
        can, dear, left = self._can(question), self._capacity * self._one, question.money * price
        dear[can] = np.minimum(dear[can], self._price[can] * price)
        value = self._passes(question.side, np.where(question.state == _ACTED, 0, dear), self.best * self._one + left)
        if value >= self.best * self._one + left:
            return value - left, None
        return value - left, self._line(question, can, can & (dear < self._capacity * self._one))

    def _line(self, question: Open, can: Flags, paid: Flags) -> Line:
        inside = self._level >= 0
        crossing = self._crossing(inside, question)
        self._try(question, crossing, can)
        leaves, paid = int(self._capacity[crossing & ~paid].sum()), crossing & paid
        return Line(leaves, int(self._price[paid].sum()) - question.money, inside)

    def _unpaid(self, question: Open) -> Line:
        """The least cut where nothing is acted on that costs anything: as at a price higher than any."""
        can, free = self._can(question), self._can(question) & (self._price == 0)
        self._passes(question.side, np.where((question.state == _ACTED) | free, 0, self._capacity))
        return self._line(question, can, free)

    def _try(self, question: Open, crossing: Flags, can: Flags) -> None:
        """Spend the money in a cut, on what is worth most for it first."""
        capacity = self._capacity
        open_ = np.flatnonzero(crossing & can)
        order = open_[np.argsort(-capacity[open_] / np.maximum(self._price[open_], 0.5), kind="stable")]
        left, chosen = question.money, []
        for tie in order.tolist():
            if self._price[tie] <= left:
                left -= int(self._price[tie])
                chosen.append(tie)
        if int(capacity[crossing].sum() - capacity[chosen].sum()) >= self.best:
            return
        acts = question.state == _ACTED
        acts[chosen] = True
        residual = self._residual.copy()
        level = self._level.copy()
        passes = self._passes(self._root.side, np.where(acts, 0, capacity))
        self._residual[:], self._level[:] = residual, level
        if passes < self.best:
            self.acts, self.best = acts, passes

    def _bounded(self, question: Open) -> Bounded:
        """The best bound over all prices; it ends early where that is as good as the best plan."""
        found = Bounded()
        near = self._at(question, found, question.price) if question.price else None
        if found.bound >= self.best:
            return found
        low = self._at(question, found, 0)
        if low is None or found.bound >= self.best or low.over <= 0:  # the cheapest cut of all can be paid: none better
            return found
        high = self._unpaid(question)
        if near and near.over > 0:
            low = near
        elif near:
            high = near
        for _ in range(_TURNS):
            if found.bound >= self.best or high.over == 0:
                break
            price = (high.leaves - low.leaves) * self._one // (low.over - high.over)
            if low.leaves * self._one + price * low.over <= found.value + 1:
                break
            between = self._at(question, found, price)
            if between is None or between[:2] in (low[:2], high[:2]):
                break
            low, high = (between, high) if between.over > 0 else (low, between)
        found.low, found.high = low, high
        return found

    def _at(self, question: Open, found: Bounded, price: int) -> Line | None:
        value, line = self._cut(question, price)
        if value > found.value:
            found.value, found.price, found.bound = value, price, max(0, -(-value // self._one))
        return line

    def _held(self, question: Open, ends: float) -> Whole | None:
        """Sides on which nodes must be, or no plan here is better than the best; None where there are none."""
        value = self._cut(question, question.price)[0]
        enough = (self.best - 1) * self._one - value + 1
        if enough <= 0:  # a better plan came up on the way
            return None
        held = np.zeros(len(question.side), dtype=np.int64)
        for begin in range(0, len(held), _NODES_AT_ONCE):
            if time.monotonic() > ends:
                break
            hold(*self._graph, self._residual, question.side, self._level, self._queue, self._turn, self._path, enough,
                 begin, min(len(held), begin + _NODES_AT_ONCE), held)  # fmt: skip
        return held if held.any() else None

    def _named(self, which: Flags) -> list[str]:
        return [self._names[node] for node in np.flatnonzero(which)]

    def proof(self) -> dict[str, object]:
        """The tree, in rows and nodes of the file (the node before the source, if any, is ''), for `checking`."""
        return {"one": self._one, "unit": str(self._unit), "tree": self._steps}


def _whole_money(problem: FlowProblem, budget: Fraction) -> tuple[Whole, int, Fraction]:
    """Costs and budget in the largest unit that divides them, and that unit: 0 where everything can be paid.

    What cannot be paid costs one more than there is.
    """
    can = [cost for cost, may in zip(problem.cost, problem.may_act, strict=True) if may and cost <= budget]
    if sum(can, Fraction(0)) <= budget:
        return np.array([int(cost > budget) for cost in problem.cost], dtype=np.int64), 0, Fraction(0)
    whole = math.lcm(*(cost.denominator for cost in can))
    unit = Fraction(math.gcd(*(int(cost * whole) for cost in can)), whole)
    money = int(budget / unit)
    return np.array([min(int(cost / unit), money + 1) for cost in problem.cost], dtype=np.int64), money, unit
