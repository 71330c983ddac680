# SPDX-License-Identifier: Apache-2.0
"""As few pairs as possible stay connected: by trying everything, and on published networks."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Collection
from dataclasses import replace
from fractions import Fraction
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.library.networks.invented_networks import invented_networks
from tests.library.networks.mexican_border import mexican_border, montagna

from tejido.cli.plan import plan
from tejido.networks import Network, Node, Tie, is_protected, write_network
from tejido.networks.json_form import json_file
from tejido.networks.plans import critical_nodes, programme
from tejido.networks.plans.checking import digest
from tejido.networks.plans.checking_nodes import check_critical_nodes
from tejido.networks.plans.checking_rows import Refused
from tejido.networks.plans.connections import by_betweenness, pieces
from tejido.networks.plans.critical_nodes_search import Open, Search
from tejido.vocabulary import BadInput


def pairs_left(network: Network, gone: Collection[str]) -> int:
    """Pairs that hang together, by who reaches whom, step by step; by way of nobody, or of whoever is gone, none."""
    there = {node.id for node in network.nodes.values() if node.role not in ("source", "sink")} - set(gone)
    reach = {node: {node} for node in there}
    for _ in there:
        for tie in network.ties:
            if {tie.start, tie.end} <= there:
                both = reach[tie.start] | reach[tie.end]
                for node in both:
                    reach[node] |= both
    return sum(len(one) - 1 for one in reach.values()) // 2


def agrees(network: Network, budget: int, unprotected: bool) -> None:
    people = [node for node in network.nodes.values() if node.role not in ("source", "sink")]
    may = [node.id for node in people if unprotected or not is_protected(node)]
    found = critical_nodes(network, "net", budget=Fraction(budget), unprotected=unprotected)
    expected = min(pairs_left(network, gone) for number in range(min(budget, len(may)) + 1)
                   for gone in combinations(may, number))  # fmt: skip
    removed = [node.id for node in found.removed]
    assert found.objective == found.bound == expected == pairs_left(network, removed)
    assert found.proven
    assert set(removed) <= set(may)
    assert found.spent == len(removed) <= budget
    assert (found.before, found.could_act) == (pairs_left(network, ()), len(may))


@settings(max_examples=60, deadline=None)
@given(invented_networks(ties=12), st.sampled_from([0, 1, 2, 100]), st.booleans())
def test_no_plan_leaves_fewer_pairs(network: Network, budget: int, unprotected: bool) -> None:
    agrees(network, budget, unprotected)


@pytest.mark.parametrize("seed", range(200))
def test_no_plan_leaves_fewer_pairs_where_it_is_a_question(seed: int) -> None:
    drawn = random.Random(seed)
    size, ties = drawn.randint(6, 10), drawn.randint(8, 22)
    nodes = {str(one): Node(str(one), "survivor" if drawn.random() < 0.2 else "trafficker") for one in range(size)}
    ends = [drawn.sample(list(nodes), 2) for _ in range(ties)]
    made = tuple(Tie(*pair, row=row) for row, pair in enumerate(ends, 1))
    agrees(Network(nodes, made, "invented"), drawn.randint(1, 4), seed % 3 == 0)


@pytest.mark.parametrize(("most", "left"), [(3, 435), (5, 352), (8, 220), (10, 157), (12, 76)])
def test_the_mexican_border_with_both_victim_recruiters_protected(most: int, left: int) -> None:
    network = mexican_border()
    assert sum(map(is_protected, network.nodes.values())) == 2
    found = critical_nodes(network, "border", budget=Fraction(most))
    assert (found.before, found.objective, found.bound, found.proven) == (561, left, left, True)
    assert not any(map(is_protected, found.removed))


def test_montagna_meetings_fall_apart_as_published() -> None:
    network = montagna("meetings")
    place = {node: number for number, node in enumerate(network.nodes)}
    beside: list[set[int]] = [set() for _ in place]
    for tie in network.ties:
        beside[place[tie.start]].add(place[tie.end])
        beside[place[tie.end]].add(place[tie.start])
    gone = by_betweenness(beside, [True] * len(place), 10)
    largest = [max(map(len, pieces(beside, set(gone[:number])))) for number in range(11)]
    assert [round(one / largest[0], 3) for one in largest] == [
        1, 0.957, 0.739, 0.717, 0.5, 0.424, 0.413, 0.391, 0.261, 0.25, 0.207]  # fmt: skip


def test_montagna_phone_calls_and_a_file_that_says_nobodys_role() -> None:
    network = montagna("phonecalls")
    assert critical_nodes(network, "calls", budget=Fraction(10), unprotected=True).objective == 27
    protected = critical_nodes(network, "calls", budget=Fraction(10))
    assert (protected.removed, protected.could_act, protected.proven) == ((), 0, True)


def a_path(length: int) -> Network:
    nodes = {str(one): Node(str(one), "trafficker") for one in range(length)}
    ties = tuple(Tie(str(one), str(one + 1), row=one + 1) for one in range(length - 1))
    return Network(nodes, ties, "invented")


def proven_anew(network: Network, budget: int, time: float = 60.0) -> dict[str, Any]:
    """What the plan says, gone through from the file's rows; a better claim is not believed."""
    found = critical_nodes(network, "net", budget=Fraction(budget), time_limit=time)
    said = {"interdicted": [{"node": node.id, "role": node.role} for node in found.removed], "before": found.before,
            "spent": len(found.removed), "budget": str(budget), "objective": found.objective, "bound": found.bound,
            "proof": json.loads(json.dumps(found.proof))}  # fmt: skip
    file = json.loads(json_file(network))
    check_critical_nodes(file, said, False)
    with pytest.raises(Refused):
        check_critical_nodes(file, said | {"bound": said["bound"] + 1}, False)
    return said


@pytest.mark.parametrize("seed", range(60))
def test_every_plan_is_proven_anew(seed: int) -> None:
    drawn = random.Random(f"anew {seed}")
    nodes = {str(one): Node(str(one), "survivor" if drawn.random() < 0.1 else "recruiter") for one in range(18)}
    ends = [drawn.sample(list(nodes), 2) for _ in range(drawn.choice([20, 30, 45]))]
    made = tuple(Tie(*pair, row=row) for row, pair in enumerate(ends, 1))
    network = Network(nodes, made, "casework", directed=False)
    proven_anew(network, drawn.randint(1, 6))
    proven_anew(network, drawn.randint(1, 6), time=0.0)


def test_a_programme_too_large_for_corners_proves_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programme, "_MOST_STEPS", 1)
    assert proven_anew(mexican_border(), 12)["objective"] == 76
    assert proven_anew(mexican_border(), 3)["bound"] == 435


@pytest.mark.parametrize("worth", [1e300, 1e15, -5.0, float("inf"), float("nan")])
def test_whatever_rows_are_said_to_be_worth_no_bound_is_above_what_a_plan_leaves(worth: float) -> None:
    beside = [{1, 2}, {0, 2}, {0, 1, 3}, {2, 4}, {3}]
    search = Search(beside, [True] * 5, 1, {2})
    rows = len(search._need)
    asked = Open(0, np.zeros(rows, dtype=np.int64), np.zeros(5), np.ones(5))
    for place in range(rows):
        said = np.zeros(rows)
        said[place] = worth
        assert search._bounded(asked, said).bound <= search.left == 2
    assert search._bounded(asked, np.full(rows, worth)).bound <= search.left


def test_the_border_is_proven_anew_and_a_changed_proof_refused() -> None:
    said = proven_anew(mexican_border(), 5)
    file = json.loads(json_file(mexican_border()))
    for number in (33, 34, 0, 99):  # the first two are protected
        for place, step in enumerate(said["proof"]["tree"]):
            if isinstance(step, int):
                changed = copy.deepcopy(said)
                changed["proof"]["tree"][place] = number
                with pytest.raises(Refused):
                    check_critical_nodes(file, changed, False)
    leaf = next(place for place, step in enumerate(said["proof"]["tree"]) if isinstance(step, dict))
    for kind in ("count", "ties", "ways"):
        changed = copy.deepcopy(said)
        changed["proof"]["tree"][leaf][kind] = []
        with pytest.raises(Refused):
            check_critical_nodes(file, changed, False)
    for line in ([1, 2, -5], [1, 2, True], [1, 2], [1, 1, 5], [1, 99, 5], [5, 16, 2**40]):
        changed = copy.deepcopy(said)
        changed["proof"]["tree"][leaf]["ties"].append(line)
        with pytest.raises((Refused, TypeError, LookupError)):
            check_critical_nodes(file, changed, False)


def test_when_time_runs_out_there_is_a_plan_and_a_bound() -> None:
    found = critical_nodes(a_path(60), "net", budget=Fraction(7), time_limit=0.0)
    assert 0 <= found.bound <= found.objective <= found.before == 60 * 59 // 2
    assert len(found.removed) <= 7


def test_what_is_refused() -> None:
    for network, budget, unprotected, expected in (
        (a_path(3), Fraction(3, 2), False, "expected a whole number of nodes"),
        (a_path(601), Fraction(1), False, "has 601 nodes; expected 600 at most"),
        (replace(a_path(3), declared="casework"), Fraction(1), True, "people who exist"),
    ):
        with pytest.raises(BadInput, match=expected):
            critical_nodes(network, "net", budget=budget, unprotected=unprotected)


def test_the_command_says_it_and_what_is_re_checked(tmp_path: Path) -> None:
    net, out = tmp_path / "net.json", tmp_path / "plan.json"
    network = a_path(7)
    nodes = dict(network.nodes) | {"3": Node("3", "survivor_made_to_recruit")}
    write_network(replace(network, nodes=nodes), net, "json")
    solve = ["solve", str(net), "--model", "critical-nodes", "--budget", "1", "--out", str(out)]
    done = CliRunner().invoke(plan, [*solve, "--json"])
    said = json.loads(done.output)
    assert (said["objective"], said["bound"], said["before"], said["status"]) == (7, 7, 21, "optimal")
    assert said["interdicted"] in ([{"node": "2", "role": "trafficker"}], [{"node": "4", "role": "trafficker"}])
    checked = CliRunner().invoke(plan, ["check", str(net), str(out)])
    assert (checked.exit_code, checked.output.startswith("Holds: 7 of 21 pairs")) == (0, True)
    whole = json.loads(out.read_text())
    for changed in ({"objective": 6, "bound": 6}, {"before": 20}, {"spent": 0}, {"budget": "0"}, {"bound": 8},
                    {"interdicted": [{"node": "3", "role": "survivor_made_to_recruit"}], "objective": 6, "bound": 6},
                    {"interdicted": [{"node": "3", "role": "trafficker"}], "objective": 6, "bound": 6},
                    {"interdicted": [4], "objective": 6, "bound": 6}):  # fmt: skip
        told = whole | changed
        out.write_text(json.dumps(told | {"digest": digest(told)}))
        assert CliRunner().invoke(plan, ["check", str(net), str(out)]).exit_code == 1, changed
    out.unlink()
    spoken = CliRunner().invoke(plan, [*solve, "--language", "es"]).output
    assert "Pares aún conectados (estimado): 7, de 21 sin plan." in spoken
    assert "Posible tratante" in spoken
    out.unlink()
    priced = CliRunner().invoke(plan, [*solve, "--unprotected", "--json"])
    assert json.loads(priced.output)["interdicted"] == [4]
    checked = CliRunner().invoke(plan, ["check", str(net), str(out)])
    assert checked.output.startswith("Holds: 6 of 21 pairs")
    refused = CliRunner().invoke(plan, [*solve, "--rate", "0.5"])
    assert isinstance(refused.exception, BadInput)
