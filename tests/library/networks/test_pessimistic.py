# SPDX-License-Identifier: Apache-2.0
"""Of all maximum flows the one with most active counts: by trying everything, and on the published networks."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.library.networks.counting_out import most_active_after_the_best_plan
from tests.library.networks.invented_networks import invented_networks
from tests.library.networks.published import published

from tejido.networks import Network, Node, Tie, may_act_on, read_network
from tejido.networks.plans import special_arcs

BUDGETS = st.sampled_from([Fraction(0), Fraction(1), Fraction(5, 2), Fraction(4), Fraction(1000)])
ARCHIVE = "ijoc_2023_0423"


@settings(max_examples=250, deadline=None)
@given(invented_networks(ties=8), BUDGETS, st.booleans())
def test_no_plan_leaves_fewer(network: Network, budget: Fraction, unprotected: bool) -> None:
    acts = [tie for tie in network.ties if (tie.cost is not None if unprotected else may_act_on(network, tie))]
    plan = special_arcs(network, "net", variant="pessimistic", budget=budget, unprotected=unprotected)
    assert plan.proven
    assert plan.objective == plan.bound == most_active_after_the_best_plan(network, budget, acts)
    assert plan.spent == sum(Fraction(repr(tie.cost)) for tie in plan.interdicted) <= budget
    # What the plan claims is what it does.
    left = replace(network, ties=tuple(tie for tie in network.ties if tie not in plan.interdicted))
    assert most_active_after_the_best_plan(left, Fraction(0), []) == plan.objective


@pytest.mark.parametrize(
    (
        "family",
        "instance",
        "budget",
        "fewest",
    ),  # proven by the archive's authors, or left with a gap by them (2nd, 4th)
    [
        ("Type1", "Net4", 9, 6),
        ("Type1", "Net1", 12, 6),
        ("Type2", "Net4", 9, 6),
        ("Type2", "Net1", 12, 4),
    ],
)
def test_published_networks_are_proven(family: str, instance: str, budget: int, fewest: int) -> None:
    network = read_network(published(ARCHIVE) / "data" / family / f"{instance}.csv").network
    plan = special_arcs(network, instance, variant="pessimistic", budget=Fraction(budget), unprotected=True)
    assert (plan.objective, plan.bound, plan.proven) == (fewest, fewest, True)


def test_when_time_runs_out_the_best_plan_comes_with_its_bound() -> None:
    nodes = {"s": Node("s", "source"), "t": Node("t", "sink"), "a": Node("a", "trafficker")}
    ties = (Tie("s", "a", "", 2, 1.0, row=1), Tie("a", "t", "", 2, None, "", "", True, 2))
    network = Network(nodes, ties, "invented")
    plan = special_arcs(network, "net", variant="pessimistic", budget=Fraction(1), time_limit=0.0)
    assert (plan.objective, plan.bound, plan.proven) == (1, 0, False)
