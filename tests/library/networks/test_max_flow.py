# SPDX-License-Identifier: Apache-2.0
"""After the plan the least flows: by trying everything, beside a programme of HiGHS, and re-checked from the files."""

from __future__ import annotations

import copy
import json
import random
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from bench.plan_parts.max_flow import wood
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.library.networks.counting_out import least_flow, maximum_flow
from tests.library.networks.invented_networks import invented_networks
from tests.library.networks.test_plan_checking import ODD, everything, numbers

from tejido.cli.plan import plan
from tejido.networks import Network, Node, Tie, may_act_on, write_network
from tejido.networks.plans import max_flow
from tejido.networks.plans.checking import check_plan, digest
from tejido.networks.plans.checking_rows import Refused, Rows, read_rows
from tejido.vocabulary import BadInput

BUDGETS = st.sampled_from([Fraction(0), Fraction(1), Fraction(5, 2), Fraction(4), Fraction(1000)])


def a_network(seed: int, *, nodes: int = 6, ties: int = 10, protected: float = 0.1) -> Network:
    """Dense enough that which tie to act on is a question."""
    drawn = random.Random(seed)
    names = {str(one): Node(str(one), "survivor" if drawn.random() < protected else "trafficker")
             for one in range(1, nodes - 1)}  # fmt: skip
    names |= {"0": Node("0", "source"), str(nodes - 1): Node(str(nodes - 1), "sink")}
    made = []
    while len(made) < ties:
        start = 0 if drawn.random() < 0.15 else drawn.randrange(nodes - 1)
        end = nodes - 1 if drawn.random() < 0.15 else drawn.randrange(1, nodes)
        if start != end:
            cost = drawn.choice([None, 0.5, 1.0, 1.0, 2.0, 3.0])
            made.append(Tie(str(start), str(end), "", drawn.randint(1, 9), cost, row=len(made) + 1))
    return Network(names, tuple(made), "invented", return_capacity=drawn.choice([None, None, 7]))


def agrees(network: Network, budget: Fraction, unprotected: bool) -> None:
    acts = [tie for tie in network.ties if (tie.cost is not None if unprotected else may_act_on(network, tie))]
    found = max_flow(network, "net", budget=budget, unprotected=unprotected)
    assert found.proven
    assert found.objective == found.bound == least_flow(network, budget, acts)
    assert found.spent == sum(Fraction(repr(tie.cost)) for tie in found.interdicted) <= budget
    assert maximum_flow(network, [tie for tie in network.ties if tie not in found.interdicted]) == found.objective
    assert found.before == maximum_flow(network, network.ties)


@settings(max_examples=100, deadline=None)
@given(invented_networks(), BUDGETS, st.booleans())
def test_no_plan_lets_less_flow(network: Network, budget: Fraction, unprotected: bool) -> None:
    agrees(network, budget, unprotected)


@pytest.mark.parametrize("seed", range(300))
def test_no_plan_lets_less_flow_where_it_is_a_question(seed: int) -> None:
    agrees(a_network(seed), Fraction(random.Random(seed).choice(["1", "3/2", "2", "3", "4.5"])), seed % 2 == 1)


@pytest.mark.parametrize("seed", range(12))
def test_as_a_programme_says(seed: int, tmp_path: Path) -> None:
    """Wood's programme on HiGHS, on networks too large to try everything; and the proof is gone through anew."""
    network = a_network(seed, nodes=40, ties=160)
    budget = Fraction(random.Random(seed).choice([4, 9, 15]))
    found = max_flow(network, "net", budget=budget)
    assert (found.objective, found.proven) == wood(network, int(budget))
    rows, said = said_of(network, budget, tmp_path)
    assert check_plan(rows, said) == (True, True)
    for entry in ("objective", "bound", "before"):
        changed = said | {entry: said[entry] + 1}
        with pytest.raises(Refused):
            check_plan(rows, changed | {"digest": digest(changed)})
    higher = said | {"bound": said["bound"] + 1, "objective": said["objective"] + 1}
    with pytest.raises(Refused):
        check_plan(rows, higher | {"digest": digest(higher)})


def said_of(network: Network, budget: Fraction, folder: Path, time: float = 60.0) -> tuple[Rows, dict[str, Any]]:
    path = folder / "net.json"
    path.unlink(missing_ok=True)
    write_network(network, path, "json")
    found = max_flow(network, "net", budget=budget, time_limit=time)
    said = {
        "model": "max-flow", "variant": None, "objective": found.objective, "bound": found.bound,
        "status": "optimal" if found.proven else "time_limit", "before": found.before, "proof": found.proof,
        "interdicted": [tie.row for tie in found.interdicted], "budget": str(budget), "rate": "1", "protected": True,
    }  # fmt: skip
    said["digest"] = digest(said)
    return read_rows(path, budget=budget, rate=Fraction(1), unprotected=False), said


def test_when_time_runs_out_the_bound_is_proven_all_the_same(tmp_path: Path) -> None:
    left = set()
    for seed in range(20):
        rows, said = said_of(a_network(seed, nodes=40, ties=160), Fraction(9), tmp_path, time=0.0)
        assert 0 <= said["bound"] <= said["objective"] <= said["before"]
        assert check_plan(rows, said) == (True, True)
        left.add(said["status"])
    assert left == {"optimal", "time_limit"}


def test_with_anything_changed_and_sealed_again_it_is_refused_in_one_line(tmp_path: Path) -> None:
    """But a bound that holds at another price, or with a node not held, holds."""
    net, out = tmp_path / "net.json", tmp_path / "plan.json"
    write_network(a_network(21, nodes=20, ties=60), net, "json")
    solve = ["solve", str(net), "--model", "max-flow", "--budget", "9", "--out", str(out)]
    assert CliRunner().invoke(plan, solve).exit_code == 0
    assert CliRunner().invoke(plan, ["check", str(net), str(out)]).output.startswith("Holds: ")
    said = json.loads(out.read_text())
    del said["seconds"], said["digest"]
    assert len(said["proof"]["tree"]) > 3
    tried = 0
    for place in everything(said):
        for odd in ODD:
            changed = copy.deepcopy(said)
            inner: Any = changed
            for step in place[:-1]:
                inner = inner[step]
            there = inner[place[-1]]
            if odd in (there, there.get("row") if isinstance(there, dict) else there):  # the same, said shorter
                continue
            inner[place[-1]] = odd
            out.write_text(json.dumps(changed | {"digest": digest(changed)}))
            done = CliRunner().invoke(plan, ["check", str(net), str(out)])
            if done.exit_code or place[0] != "proof":
                assert isinstance(done.exception, SystemExit | BadInput), (place, odd, done.exception)
            tried += 1
    assert tried > 200
    for place in numbers(said):
        changed = copy.deepcopy(said)
        inner = changed
        for step in place[:-1]:
            inner = inner[step]
        inner[place[-1]] += 1
        out.write_text(json.dumps(changed | {"digest": digest(said)}))
        assert CliRunner().invoke(plan, ["check", str(net), str(out)]).exit_code == 1


def test_the_same_plan_each_time_and_costs_of_any_size() -> None:
    network = a_network(7, nodes=40, ties=160)
    assert max_flow(network, "net", budget=Fraction(9)) == max_flow(network, "net", budget=Fraction(9))
    dear = replace(network, ties=tuple(tie._replace(cost=tie.cost and tie.cost * 10**8) for tie in network.ties))
    assert (max_flow(dear, "net", budget=Fraction(9 * 10**8)).objective
            == max_flow(network, "net", budget=Fraction(9)).objective)  # fmt: skip
    costs = [tie.cost and 1e8 + 0.001234567 * tie.row for tie in network.ties]
    odd = replace(network, ties=tuple(tie._replace(cost=cost) for tie, cost in zip(network.ties, costs, strict=True)))
    with pytest.raises(BadInput, match="steps"):
        max_flow(odd, "net", budget=Fraction(9 * 10**8))
    assert max_flow(odd, "net", budget=Fraction(10**12)).proven  # all of it can be paid: nothing to weigh
