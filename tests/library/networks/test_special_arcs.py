# SPDX-License-Identifier: Apache-2.0
"""Plans over special arcs: exact by trying everything, and the published objective values."""

from __future__ import annotations

import csv
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.library.networks.counting_out import fewest_active, smallest_cut_of_specials
from tests.library.networks.invented_networks import invented_networks
from tests.library.networks.published import published

from tejido.networks import Network, Node, Tie, may_act_on, read_network
from tejido.networks.plans import Variant, special_arcs
from tejido.vocabulary import BadInput

BUDGETS = st.sampled_from([Fraction(0), Fraction(1), Fraction(5, 2), Fraction(4), Fraction(1000)])
ARCHIVE = "ijoc_2023_0423"


@settings(max_examples=120, deadline=None)
@given(invented_networks(), BUDGETS, st.booleans())
def test_no_plan_leaves_fewer(network: Network, budget: Fraction, unprotected: bool) -> None:
    acts = [tie for tie in network.ties if (tie.cost is not None if unprotected else may_act_on(network, tie))]
    plan = special_arcs(network, "net", variant="optimistic", budget=budget, unprotected=unprotected)
    assert plan.proven
    assert plan.objective == plan.bound == fewest_active(network, budget, acts)
    assert plan.spent == sum(Fraction(repr(tie.cost)) for tie in plan.interdicted) <= budget
    # What the plan claims is what it does.
    left = replace(network, ties=tuple(tie for tie in network.ties if tie not in plan.interdicted))
    assert fewest_active(left, Fraction(0), []) == plan.objective


@settings(max_examples=60, deadline=None)
@given(invented_networks(ties=8), BUDGETS, st.booleans())
def test_no_plan_cuts_special_ties_more(network: Network, budget: Fraction, unprotected: bool) -> None:
    acts = [tie for tie in network.ties if (tie.cost is not None if unprotected else may_act_on(network, tie))]
    expected = smallest_cut_of_specials(network, budget, acts)
    if expected is None:
        with pytest.raises(BadInput, match="no plan stops it"):
            special_arcs(network, "net", variant="mfnip", budget=budget, unprotected=unprotected)
        return
    plan = special_arcs(network, "net", variant="mfnip", budget=budget, unprotected=unprotected)
    assert plan.proven
    assert plan.objective == plan.bound == expected


@pytest.mark.parametrize(
    ("family", "variant", "instance", "budget", "rate"),
    [
        ("HT", "optimistic", "Network1", 4, "0.5"), ("HT", "optimistic", "Network3", 24, "0.75"),
        ("HT", "optimistic", "Network5", 12, "1"), ("HT", "mfnip", "Network2", 8, "0.75"),
        ("HT", "mfnip", "Network4", 24, "1"),
        ("Type1", "optimistic", "Net5", 12, "1"), ("Type1", "mfnip", "Net2", 9, "1"),
        ("Type2", "optimistic", "Net4", 9, "1"), ("Type2", "mfnip", "Net3", 6, "1"),
    ],
)  # fmt: skip
def test_the_published_objective_values(family: str, variant: Variant, instance: str, budget: int, rate: str) -> None:
    table = {"optimistic": "Optimistic", "mfnip": "MFNIP"}[variant]
    with published(f"{ARCHIVE}/results/{family}_{table}.csv").open(newline="") as file:
        rows = [{name.lower(): cell for name, cell in row.items()} for row in csv.DictReader(file)]
    row = next(
        one for one in rows if (one["instance"], one["budget"], one.get("rate", "1")) == (instance, str(budget), rate)
    )
    path = published(f"{ARCHIVE}/data/{family}/{instance}.csv")
    plan = special_arcs(read_network(path).network, path.name, variant=variant, budget=Fraction(budget),
                        rate=Fraction(rate), unprotected=True)  # fmt: skip
    assert (plan.objective, plan.proven) == (int(row["objval"]), True)


def test_what_protection_costs_on_a_published_ring() -> None:
    """Two traffickers' worth of budget: nothing. With half of it left over: what offers of support could do."""
    network = read_network(published(f"{ARCHIVE}/data/HT/Network1.csv")).network
    left = {
        (budget, unprotected): special_arcs(network, "net", variant="mfnip", budget=Fraction(budget),
                                            unprotected=unprotected).objective
        for budget in (8, 12, 16) for unprotected in (True, False)
    }  # fmt: skip
    assert left[8, True] == left[8, False]
    assert left[12, True] < left[12, False] == left[8, False]
    assert left[16, True] == left[16, False]


def test_when_time_runs_out_there_is_a_plan_and_a_bound() -> None:
    ties = [Tie("s", "n0", capacity=9, cost=1, row=1), Tie("n0", "t", capacity=9, under_control=True, row=2)]
    nodes = {"s": Node("s", "source"), "t": Node("t", "sink"), "n0": Node("n0", "trafficker")}
    plan = special_arcs(Network(nodes, tuple(ties), "invented"), "net", variant="optimistic", budget=Fraction(1),
                        time_limit=0.0)  # fmt: skip
    assert plan.bound <= plan.objective <= 1
    assert plan.spent <= 1


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"declared": "casework"}, "network.unprotected"),
        ({"directed": False}, "network.no_flow"),
        ({"nodes": {"a": Node("a", "trafficker"), "b": Node("b", "survivor")}}, "network.no_flow"),
        ({"ties": (Tie("a", "b", row=7),)}, "network.capacity"),
        ({"ties": (Tie("s", "a", capacity=10**9, row=1), Tie("a", "t", capacity=10**9, row=2))}, "network.too_large"),
    ],
)
def test_what_a_plan_cannot_be_made_of(changed: dict[str, object], code: str) -> None:
    nodes = {"s": Node("s", "source"), "t": Node("t", "sink"), "a": Node("a", "trafficker"), "b": Node("b", "survivor")}
    said = {"nodes": nodes, "ties": (), "declared": "invented", "directed": True} | changed
    with pytest.raises(BadInput) as refused:
        special_arcs(Network(**said), "net", variant="optimistic", budget=Fraction(1), unprotected=True)  # type: ignore[arg-type]
    assert refused.value.code == code


def test_no_way_from_source_to_sink_leaves_nobody_under_control() -> None:
    nodes = {"s": Node("s", "source"), "t": Node("t", "sink"), "a": Node("a", "trafficker"), "b": Node("b", "survivor")}
    round_and_round = (Tie("a", "b", capacity=3, row=1), Tie("b", "a", capacity=3, under_control=True, row=2))
    for ties in ((), round_and_round):
        plan = special_arcs(Network(nodes, ties, "invented"), "net", variant="optimistic", budget=Fraction(0))
        assert (plan.objective, plan.bound, plan.proven) == (0, 0, True)


def test_a_rate_that_would_change_nothing_is_refused() -> None:
    nodes = {"s": Node("s", "source"), "t": Node("t", "sink")}
    network = Network(nodes, (Tie("s", "t", capacity=1, row=1),), "published")
    with pytest.raises(BadInput, match="no tie leads to a potential trafficker"):
        special_arcs(network, "net", variant="mfnip", budget=Fraction(0), rate=Fraction(1, 2))
