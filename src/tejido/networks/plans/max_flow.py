# SPDX-License-Identifier: Apache-2.0
"""Plans after which as little as possible can flow from source to sink.

The question: Wood (1993), "Deterministic network interdiction", Mathematical and Computer Modelling 17(2). The answer
here: a plan is a cut and what is paid to act on ties in it. With a price on money, each tie in the cut costs its
capacity or its price, whichever is less, so that the best cut is a maximum flow; what the whole budget is worth taken
off, that flow is a bound, and the best price is where two lines meet. What the bound leaves open is decided by a tree,
that holds a node on one side of the cut, or acts on a tie or leaves it alone. In whole numbers throughout: exact.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from tejido.networks.network import Network
from tejido.networks.plans.flows import flow_problem
from tejido.networks.plans.plan import Plan
from tejido.networks.plans.programme import Tell


def max_flow(
    network: Network, name: str, *, budget: Fraction, rate: Fraction = Fraction(1), unprotected: bool = False,
    time_limit: float = 60.0, tell: Tell | None = None,
) -> Plan:  # fmt: skip
    """The plan within the budget after which the least can flow, or, when time runs out, the best found.

    Raises `BadInput`.
    """
    problem = flow_problem(network, name, rate=rate, unprotected=unprotected)
    if not problem.ties:
        return Plan(0, 0, True, (), Fraction(0), 0, before=0)
    from tejido.networks.plans.max_flow_search import MaxFlow  # compiled: a second that no other model should wait

    search = MaxFlow(problem, name, budget, [*network.nodes, ""])
    search.solve(time_limit, tell)
    if (search.acts & ~problem.may_act).any():
        raise AssertionError("a plan acts against somebody protected")
    chosen = np.flatnonzero(search.acts).tolist()
    spent = sum((problem.cost[number] for number in chosen), Fraction(0))
    return Plan(search.best, search.bound, search.best == search.bound,
                tuple(problem.ties[number] for number in chosen), spent, int(problem.may_act.sum()),
                search.proof(), search.before)  # fmt: skip
