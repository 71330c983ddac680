# SPDX-License-Identifier: Apache-2.0
"""The survivor is never the target: on random networks, with every model and option, no plan acts against her.

What counts as protected is said here once more, in the words of the promise, so that a change of the rule shows.
"""

from __future__ import annotations

import itertools
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.library.networks.invented_networks import invented_networks

from tejido.networks import Network, Node
from tejido.networks.plans import VARIANTS, Plan, critical_nodes, max_flow, special_arcs
from tejido.networks.plans.flows import flow_problem
from tejido.vocabulary import BadInput

BUDGETS = (Fraction(0), Fraction(3, 2), Fraction(4), Fraction(10**6))
MODELS = (*VARIANTS, "max-flow", "critical-nodes")
RATES = (Fraction(1), Fraction(1, 2))
TIMES = (60.0, 0.0)  # also what a plan is when time has run out


def _must_not_be_touched(node: Node) -> bool:
    is_survivor = node.role.startswith("survivor")
    return is_survivor or node.role == "unknown" or node.under_18 is True


def _plan(network: Network, model: str, budget: Fraction, rate: Fraction, time: float) -> Plan | None:
    try:
        if model == "critical-nodes":
            return critical_nodes(network, "net", budget=budget, time_limit=time)
        if model == "max-flow":
            return max_flow(network, "net", budget=budget, rate=rate, time_limit=time)
        return special_arcs(network, "net", variant=model, budget=budget, rate=rate, time_limit=time)  # type: ignore[arg-type]
    except BadInput:  # a rate that changes nothing, or flow that no plan stops: refused in words, no plan at all
        return None


@settings(max_examples=60, deadline=None)
@given(invented_networks(ties=14), st.data())
def test_no_plan_acts_against_whoever_is_protected(network: Network, data: st.DataObject) -> None:
    options = itertools.product(MODELS, BUDGETS, RATES, TIMES)
    for model, budget, rate, time in data.draw(st.lists(st.sampled_from(list(options)), min_size=4, max_size=4)):
        plan = _plan(network, model, budget, rate, time)
        for tie in plan.interdicted if plan else ():
            hit = [tie.against] if tie.against else [tie.start, tie.end]
            people = [network.nodes[end] for end in hit if network.nodes[end].role not in ("source", "sink")]
            assert people
            assert not any(map(_must_not_be_touched, people)), (tie, people)
            assert tie.cost is not None
        assert not any(map(_must_not_be_touched, plan.removed if plan else ()))


@settings(max_examples=60, deadline=None)
@given(invented_networks(ties=14))
def test_the_variable_itself_is_fixed_to_zero(network: Network) -> None:
    problem = flow_problem(network, "net", rate=Fraction(1), unprotected=False)
    for tie, may in zip(problem.ties, problem.may_act.tolist(), strict=True):
        if tie.start and not tie.against:
            ends = (network.nodes[tie.start], network.nodes[tie.end])
            assert not (may and any(map(_must_not_be_touched, ends)))


def test_only_published_and_invented_networks_can_be_priced_without_protection() -> None:
    nodes = {"s": Node("s", "source"), "t": Node("t", "sink"), "a": Node("a", "survivor")}
    network = Network(nodes, (), "casework")
    with pytest.raises(BadInput, match="people who exist"):
        special_arcs(network, "net", variant="optimistic", budget=Fraction(1), unprotected=True)
    with pytest.raises(BadInput, match="people who exist"):
        max_flow(network, "net", budget=Fraction(1), unprotected=True)
    with pytest.raises(BadInput, match="people who exist"):
        critical_nodes(network, "net", budget=Fraction(1), unprotected=True)
