# SPDX-License-Identifier: Apache-2.0
"""Special arcs, pessimistic: of all maximum flows, the one with most active special ties counts.

Nothing here is taken from the paper but the question: what a plan does is a flow of least cost, and the best plan is
found by proving, from below, that none leaves fewer than 1, 2, 3 … active (`compiled_search`).
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from tejido.networks.plans.compiled import Whole, augment
from tejido.networks.plans.compiled_search import DONE, FOUND, Arrays, most_active, search
from tejido.networks.plans.flows import Flags, FlowProblem
from tejido.networks.plans.programme import Tell

_SLICE, _NUMBERS = 2000, 4_000_000  # nodes at a time, and what they may write
_SAFE = 1 << 31  # no capacity beyond it changes anything, and sums stay whole


@dataclass
class Found:
    """`tree`: the proof that no plan leaves fewer than `bound`, in preorder, as `search` writes it."""

    acts: Flags
    objective: int
    bound: int
    tree: list[Whole] = field(default_factory=list)


class Pessimistic:
    """A network as edges and prices, searched from below."""

    def __init__(self, problem: FlowProblem, budget: Fraction) -> None:
        self._problem = problem
        whole = math.lcm(budget.denominator, *(one.denominator for one in problem.cost))
        self._budget = int(budget * whole)
        price = [min(int(one * whole), self._budget + 1) for one in problem.cost]
        special = problem.special.astype(np.int64)
        may = problem.may_act & (np.array(price, dtype=np.int64) <= self._budget)
        self._ties: Arrays = (problem.start, problem.end, special, may.astype(np.int64),
                              np.array(price, dtype=np.int64), problem.capacity)  # fmt: skip
        self._graph = _edges(problem)
        self._whole = np.minimum(problem.whole, _SAFE)
        edges, nodes, ties = len(self._graph[2]), problem.nodes, len(special)
        sizes = (nodes + 1, nodes + 1, nodes, nodes, nodes, ties, ties, ties, ties, edges)
        self._spare: Arrays = tuple(np.zeros(size, dtype=np.int64) for size in sizes)
        self._spare = (self._spare[0][:nodes], *self._spare[1:])
        self._single = self._one_each()
        self._beside = self._passes(np.where(problem.special, 0, problem.capacity))

    def solve(self, time_limit: float, tell: Tell | None, starts: Iterable[Flags]) -> Found:
        """The best plan and its proof; when time runs out, the best found and the last bound proven."""
        ends = time.monotonic() + time_limit
        nothing = np.zeros(len(self._whole), dtype=np.bool_)
        best = min((Found(acts, self.active(acts), 0) for acts in (nothing, *starts)), key=lambda one: one.objective)
        while best.bound < best.objective:
            if tell:
                tell(best.objective, best.bound)
            outcome = self._search(best.bound + 1, ends)
            if outcome is None:
                break
            if isinstance(outcome, list):
                best.bound, best.tree = best.bound + 1, outcome
            else:
                best.acts, best.objective = outcome, self.active(outcome)
        return best

    def active(self, acts: Flags) -> int:
        """The most active special ties in a maximum flow after the plan."""
        return int(self._evaluated(acts)[1])

    def flow(self, acts: Flags) -> Whole:
        """A maximum flow after the plan with the most active special ties."""
        self._evaluated(acts)
        carried = np.zeros(len(acts), dtype=np.int64)
        np.add.at(carried, self._graph[5], self._spare[9][1::2])
        return carried

    def _evaluated(self, acts: Flags) -> tuple[int, int]:
        return most_active(self._graph, self._ties[2], self._whole, acts.astype(np.int64), self._spare[9],
                           self._spare, len(acts) + 1)  # fmt: skip

    def _search(self, aim: int, ends: float) -> list[Whole] | Flags | None:
        """The tree that proves that no plan leaves fewer than `aim`, or such a plan; None when time runs out."""
        ties = len(self._whole)
        depth = int(min(ties, self._deepest()) + 2)
        longest = min(_SLICE, max(1, _NUMBERS // (2 * ties + 3)))
        at, state = np.zeros(1, dtype=np.int64), np.zeros(ties, dtype=np.int64)
        chosen = np.zeros((depth, ties), dtype=np.int64)
        counts, turns, lefts = (np.zeros(depth + 1, dtype=np.int64) for _ in range(3))
        prices = np.ones((depth + 2, 2), dtype=np.int64)
        lefts[0] = self._budget
        flow, told = np.zeros(ties, dtype=np.int64), np.zeros(longest * (2 * ties + 3), dtype=np.int64)
        tree: list[Whole] = []
        slice_ = min(20, longest)
        while time.monotonic() < ends:
            ended, wrote = search(self._graph, self._ties, self._single, self._whole, aim, self._beside, at, state,
                                  chosen, counts, turns, lefts, prices, self._spare, flow, told, slice_)  # fmt: skip
            if ended == FOUND:
                return np.asarray(state == 1)
            tree.append(told[:wrote].copy())
            if ended == DONE:
                return tree
            slice_ = min(longest, 2 * slice_)
        return None

    def _deepest(self) -> int:
        price = np.sort(self._ties[4][self._ties[3] == 1])
        return int((np.cumsum(price) <= self._budget).sum())

    def _passes(self, carries: Whole, source: int | None = None) -> int:
        residual = np.zeros(len(self._graph[2]), dtype=np.int64)
        unit_or_plain = (self._graph[6] == 1) | (self._ties[2][self._graph[5]] == 0)
        residual[0::2] = np.where(unit_or_plain, carries[self._graph[5]], 0)
        ends = self._graph[7] if source is None else np.array([source, self._graph[7][1]], dtype=np.int64)
        first, edges, tail, head, *_ = self._graph
        return int(augment(first, edges, tail, head, residual, ends, self._spare[0], self._spare[1]))

    def _one_each(self) -> Whole:
        """Units through special ties where they stay active in every larger flow; empty where they may not.

        So it is where every special tie leaves the nodes that the source supplies with all they can send: augmenting
        a flow takes nothing back from there.
        """
        start, end, special, may, _, reach = self._ties
        supplied = {self._problem.source}
        used = np.flatnonzero(reach)
        changed = True
        while changed:
            changed = False
            for node in {int(end[tie]) for tie in used} - supplied - {self._problem.sink}:
                into = [tie for tie in used if end[tie] == node]
                if all(int(start[tie]) in supplied for tie in into):
                    enough = self._passes(reach, node)
                    if any(not may[tie] and reach[tie] >= enough for tie in into):
                        supplied.add(node)
                        changed = True
        inside = np.array([int(one) in supplied for one in start]) & ~np.array([int(one) in supplied for one in end])
        if (inside[used] < special[used]).any():
            return np.zeros(0, dtype=np.int64)
        return np.where(special == 1, np.minimum(reach, 1), np.where(inside, 0, reach))


def _edges(problem: FlowProblem) -> Arrays:
    special = np.flatnonzero(problem.special)
    own = np.concatenate([np.arange(len(problem.special)), special]).astype(np.int64)
    unit = np.concatenate([problem.special, np.zeros(len(special), dtype=np.bool_)]).astype(np.int64)
    tail, head, loss = (np.empty(2 * len(own), dtype=np.int64) for _ in range(3))
    tail[0::2] = head[1::2] = problem.start[own]
    head[0::2] = tail[1::2] = problem.end[own]
    loss[0::2], loss[1::2] = -unit, unit
    edges = np.argsort(tail, kind="stable").astype(np.int64)
    first = np.searchsorted(tail[edges], np.arange(problem.nodes + 1)).astype(np.int64)
    ends = np.array([problem.source, problem.sink], dtype=np.int64)
    return first, edges, tail, head, loss, own, unit, ends


def proof_said(search: Pessimistic, problem: FlowProblem, found: Found) -> dict[str, object]:
    """The certificate: a maximum flow with most active, and the tree, in rows of the file; `checking` reads it."""
    rows = [tie.row for tie in problem.ties]
    flow = search.flow(found.acts).tolist()
    return {"flow": [[rows[tie], amount] for tie, amount in enumerate(flow) if amount],
            "tree": _steps(found.tree, rows)}  # fmt: skip


def _steps(tree: list[Whole], rows: list[int]) -> list[object]:
    told = np.concatenate(tree).tolist() if tree else []
    steps: list[object] = []
    place = 0
    while place < len(told):
        if told[place] < 0:
            steps.append([-told[place], told[place + 1]])
            place += 2
            continue
        count = told[place]
        listed, flow = told[place + 1 : place + 1 + count], told[place + 1 + count : place + 1 + count + len(rows)]
        steps.append({"act": [rows[tie] for tie in listed],
                      "flow": [[rows[tie], amount] for tie, amount in enumerate(flow) if amount]})  # fmt: skip
        place += 1 + count + len(rows)
    return steps
