# SPDX-License-Identifier: Apache-2.0
"""Plans after which as few special ties as possible are active: people under control.

Lopes da Silva, Sharkey and Song (2025), "Bilevel network interdiction to minimise the number of active special arcs in
the maximum flow", INFORMS Journal on Computing, doi 10.1287/ijoc.2023.0423. Whoever runs the network sends a maximum
flow; a special tie is active when it carries some of it.

`optimistic`: of all maximum flows the one with the fewest active special ties counts. One level: flow and cut of the
interdicted network, each proving that the other is best (Wood 1993, complementary slackness); exact.
`mfnip`: special ties carry 1 each, all others anything, and the maximum flow of that network is made small (Wood 1993);
exact for the worst maximum flow where special ties are the only way in or the only way out, a heuristic elsewhere.
`pessimistic`: of all maximum flows the one with the most active special ties counts; exact, in `pessimistic`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Literal

import numpy as np

from tejido.networks.assembling import refuse
from tejido.networks.network import Network
from tejido.networks.plans.flows import Flags, FlowProblem, flow_problem
from tejido.networks.plans.plan import Plan
from tejido.networks.plans.programme import Floats, Programme, Solved, Tell

Variant = Literal["optimistic", "pessimistic", "mfnip"]
_FAR = 1000  # nodes looked at for one cover row
_AT_ONCE = 1.0  # seconds
_MOST_SEARCHED = 4000
VARIANTS: tuple[Variant, ...] = ("optimistic", "pessimistic", "mfnip")


def special_arcs(
    network: Network, name: str, *, variant: Variant, budget: Fraction, rate: Fraction = Fraction(1),
    unprotected: bool = False, time_limit: float = 60.0, tell: Tell | None = None,
) -> Plan:  # fmt: skip
    """The best plan within the budget, or, when time runs out, the best found; `tell` hears how far the search is.

    Raises `BadInput`.
    """
    circles = variant == "pessimistic"
    problem = flow_problem(network, name, rate=rate, unprotected=unprotected, circles=circles)
    if not problem.ties:
        return Plan(0, 0, True, (), Fraction(0), 0)
    if variant == "pessimistic":
        if len(problem.ties) > _MOST_SEARCHED:
            refuse("too_large", name,
                   f"has {len(problem.ties):,} ties; expected {_MOST_SEARCHED:,} at most (pessimistic)",
                   f"tiene {len(problem.ties):,} vínculos; se esperaban {_MOST_SEARCHED:,} (pessimistic)")  # fmt: skip
        return _pessimistic(problem, budget, time_limit, tell)
    making = _Making(problem, budget)
    solved = making.optimistic(time_limit, tell) if variant == "optimistic" else making.mfnip(time_limit, tell)
    if not solved.possible:
        refuse("no_cut", name,
               "flow can pass where no survivor is under control, and within this budget no plan stops it: "
               "mfnip has no answer; expected --variant optimistic",
               "el flujo puede pasar donde nadie está bajo control y con este presupuesto ningún plan lo detiene: "
               "mfnip no tiene respuesta; se esperaba --variant optimistic")  # fmt: skip
    could = int(problem.may_act.sum())
    if solved.values is None:  # time ran out before anything was found: doing nothing is a plan
        return Plan(problem.carrying, solved.bound, False, (), Fraction(0), could)
    acts = making.acts(solved.values)
    chosen = [number for number in range(len(problem.ties)) if acts[number]]
    spent = sum((problem.cost[number] for number in chosen), Fraction(0))
    objective = making.active(solved.values, acts) if variant == "optimistic" else making.cut(acts, solved.values)
    if spent > budget or objective is None or (solved.proven and objective != solved.bound):
        refuse("too_wide", name, "capacities or costs lie too far apart for a proof; expected fewer digits",
               "las capacidades o los costos son muy dispares para probarlo; se esperaban menos dígitos")  # fmt: skip
    if (acts & ~problem.may_act).any():
        raise AssertionError("a plan acts against somebody protected")
    return Plan(objective, solved.bound, solved.proven, tuple(problem.ties[number] for number in chosen), spent, could)


def _pessimistic(problem: FlowProblem, budget: Fraction, time_limit: float, tell: Tell | None) -> Plan:
    from tejido.networks.plans.pessimistic import (
        Pessimistic,
        proof_said,
    )  # compiled: a second that no other variant should wait

    search = Pessimistic(problem, budget)
    found = search.solve(time_limit, tell, _starts(problem, budget, time_limit))
    if (found.acts & ~problem.may_act).any():
        raise AssertionError("a plan acts against somebody protected")
    chosen = np.flatnonzero(found.acts).tolist()
    spent = sum((problem.cost[number] for number in chosen), Fraction(0))
    return Plan(found.objective, found.bound, found.objective == found.bound,
                tuple(problem.ties[number] for number in chosen), spent, int(problem.may_act.sum()),
                proof_said(search, problem, found))  # fmt: skip


def _starts(problem: FlowProblem, budget: Fraction, time_limit: float) -> list[Flags]:
    """Plans that other models find at once: good ones to begin with."""
    making = _Making(problem, budget)
    values = making.mfnip(min(time_limit / 10, _AT_ONCE), None).values
    return [] if values is None else [making.acts(values)]


class _Making:
    """The columns that both variants share: acts on ties, side of each node, and ties that make up the cut."""

    def __init__(self, problem: FlowProblem, budget: Fraction) -> None:
        self._problem, self._programme = problem, Programme()
        # Enforcement where it must not be, or that cannot be paid, is a variable fixed to zero.
        self._allowed = allowed = [
            may and price <= budget for may, price in zip(problem.may_act, problem.cost, strict=True)
        ]
        self._acts = self._programme.columns([float(one) for one in allowed], whole=True)
        self._side = self._programme.columns([1.0] * problem.nodes, whole=True)  # 1: with the source
        self._programme.fix(self._side[problem.source], 1.0)
        self._programme.fix(self._side[problem.sink], 0.0)
        paid = [number for number, one in enumerate(allowed) if one and problem.cost[number]]
        if sum((problem.cost[number] for number in paid), Fraction(0)) > budget:
            largest = max(problem.cost[number] for number in paid)
            weights = [float(problem.cost[number] / largest) for number in paid]
            self._programme.row([self._acts[number] for number in paid], weights, high=float(budget / largest))

    def _cut_rows(self, upper: Sequence[float], cost: float | Sequence[float] = 0.0) -> list[int]:
        """A tie from the source's side to the sink's is acted on, or is part of the cut."""
        part = self._programme.columns(upper, cost=cost)
        for number, (one, other) in enumerate(self._ends()):
            columns = [part[number], self._acts[number], self._side[other], self._side[one]]
            self._programme.row(columns, [1.0, 1.0, 1.0, -1.0], low=0.0)
        return part

    def _ends(self) -> list[tuple[int, int]]:
        return list(zip(self._problem.start.tolist(), self._problem.end.tolist(), strict=True))

    def mfnip(self, time_limit: float, tell: Tell | None) -> Solved:
        special = self._problem.special.astype(float).tolist()
        self._cut_rows(special, cost=1.0)  # a tie of any capacity cannot be part of a cut
        return self._programme.solve(time_limit, tell)

    def optimistic(self, time_limit: float, tell: Tell | None) -> Solved:
        problem, programme = self._problem, self._programme
        most: list[float] = problem.capacity.astype(float).tolist()
        part = self._cut_rows([1.0] * len(most))
        flow = programme.columns(most)
        special = np.flatnonzero(problem.special).tolist()
        counted = programme.columns([1.0] * len(special), cost=1.0, whole=True)
        self._active = active = dict(zip(special, counted, strict=True))
        for number, u in enumerate(most):
            if self._allowed[number]:
                programme.row([flow[number], self._acts[number]], [1.0, u], high=u)
            # What is part of the cut is full.
            programme.row([flow[number], part[number]], [1.0, -u], low=0.0)
            if number in active:
                programme.row([flow[number], active[number]], [1.0, -u], high=0.0)
                programme.row([active[number], part[number]], [1.0, -1.0], low=0.0)
        into, out = self._at_nodes()
        _conserve(programme, flow, into, out, (problem.source, problem.sink))
        sent = [flow[number] for number in out[problem.source]]
        programme.row([*sent, *part], [1.0] * len(sent) + [-u for u in most], low=0.0)  # as much as the cut lets pass
        self._cover_rows(active, part, out)
        return programme.solve(time_limit, tell)

    def _at_nodes(self) -> tuple[list[list[int]], list[list[int]]]:
        into: list[list[int]] = [[] for _ in range(self._problem.nodes)]
        out: list[list[int]] = [[] for _ in range(self._problem.nodes)]
        for number, (one, other) in enumerate(self._ends()):
            out[one].append(number)
            into[other].append(number)
        return into, out

    def _cover_rows(self, active: dict[int, int], part: Sequence[int], out: Sequence[Sequence[int]]) -> None:
        """A full tie whose flow must pass special ties needs enough of the largest of them; true of every flow."""
        ends = self._ends()
        capacity = self._problem.capacity.tolist()
        for number in range(len(capacity)):
            if number in active or ends[number][1] == self._problem.sink:
                continue
            met = self._specials_after(ends[number][1], active, out, ends)
            if met is None:
                continue
            needed = carried = 0
            for one in sorted((capacity[other] for other in met), reverse=True):
                if carried >= capacity[number]:
                    break
                carried, needed = carried + one, needed + 1
            if needed > 1:
                columns = [active[other] for other in met]
                self._programme.row([*columns, part[number]], [1.0] * len(columns) + [-float(needed)], low=0.0)

    def _specials_after(
        self, node: int, active: dict[int, int], out: Sequence[Sequence[int]], ends: Sequence[tuple[int, int]]
    ) -> list[int] | None:
        """The first special ties on every way from a node to the sink; None where a way has none, or is long."""
        seen, waiting, met = {node}, [node], []
        while waiting:
            for number in out[waiting.pop()]:
                other = ends[number][1]
                if number in active:
                    met.append(number)
                elif other == self._problem.sink or len(seen) > _FAR:
                    return None
                elif other not in seen:
                    seen.add(other)
                    waiting.append(other)
        return met

    def acts(self, values: Floats) -> Flags:
        """On which ties the plan acts."""
        return np.asarray(values[self._acts] > 0.5)

    def active(self, values: Floats, acts: Flags) -> int | None:
        """Special ties that carry flow, in whole numbers; None unless what they let pass is a maximum after the plan.

        The flow found may be divided; a programme of flow alone has whole corners.
        """
        problem = self._problem
        left = np.where(acts, 0, problem.capacity)
        side = values[self._side] > 0.5
        cut = int(left[side[problem.start] & ~side[problem.end]].sum())
        still = np.ones(len(left), dtype=np.bool_)
        still[list(self._active)] = values[list(self._active.values())] > 0.5
        programme = Programme()
        into, out = self._at_nodes()
        sent = np.zeros(len(left))
        sent[out[problem.source]] = -1.0
        flows = programme.columns(np.where(still, left, 0).tolist(), cost=sent.tolist())
        _conserve(programme, flows, into, out, (problem.source, problem.sink))
        found = programme.solve(math.inf).values
        if found is None:
            return None
        flow = np.rint(found).astype(np.int64)
        net = np.zeros(problem.nodes, dtype=np.int64)
        np.add.at(net, problem.start, flow)
        np.subtract.at(net, problem.end, flow)
        kept = np.delete(net, [problem.source, problem.sink])
        if (flow < 0).any() or (flow > left).any() or kept.any() or net[problem.source] != cut:
            return None
        return int((flow[problem.special] > 0).sum())

    def cut(self, acts: Flags, values: Floats) -> int | None:
        """Special ties in the cut found; None unless every other tie in it is acted on."""
        problem, side = self._problem, values[self._side] > 0.5
        crossing = side[problem.start] & ~side[problem.end] & ~acts
        return None if (crossing & ~problem.special).any() else int((crossing & problem.special).sum())


def _conserve(
    programme: Programme, flow: Sequence[int], into: Sequence[Sequence[int]], out: Sequence[Sequence[int]],
    ends: tuple[int, int],
) -> None:  # fmt: skip
    """What flows into a node flows out again, but where it begins and ends."""
    for node in range(len(into)):
        if node not in ends and (into[node] or out[node]):
            columns = [flow[number] for number in (*into[node], *out[node])]
            programme.row(columns, [1.0] * len(into[node]) + [-1.0] * len(out[node]), low=0.0, high=0.0)
