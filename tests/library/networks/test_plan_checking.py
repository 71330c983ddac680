# SPDX-License-Identifier: Apache-2.0
"""A plan is re-checked from the files alone; with any one number changed it is refused."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.library.networks.invented_networks import invented_networks

from tejido.cli.plan import plan
from tejido.networks import Network, Node, Tie, write_network
from tejido.networks.plans import special_arcs
from tejido.networks.plans.checking import check_plan, digest
from tejido.networks.plans.checking_rows import Refused, Rows, read_rows
from tejido.vocabulary import BadInput

BUDGETS = st.sampled_from([Fraction(0), Fraction(1), Fraction(5, 2), Fraction(4), Fraction(1000)])


def said_of(network: Network, budget: Fraction, folder: Path) -> tuple[Rows, dict[str, Any]]:
    path = folder / "net.json"
    path.unlink(missing_ok=True)
    write_network(network, path, "json")
    # As the file numbers them, from 1 without a hole.
    numbered = Network(network.nodes, tuple(tie._replace(row=row) for row, tie in enumerate(network.ties, 1)),
                       network.declared, "", True, network.return_capacity)  # fmt: skip
    found = special_arcs(numbered, "net", variant="pessimistic", budget=budget)
    said: dict[str, Any] = {
        "objective": found.objective, "bound": found.bound, "status": "optimal", "variant": "pessimistic",
        "interdicted": [tie.row for tie in found.interdicted], "budget": str(budget), "rate": "1", "protected": True,
        **({"proof": found.proof} if found.proof else {}),
    }  # fmt: skip
    said["digest"] = digest(said)
    return read_rows(path, budget=budget, rate=Fraction(1), unprotected=False), said


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(network=invented_networks(ties=12), budget=BUDGETS)
def test_every_plan_is_proven_anew(network: Network, budget: Fraction, tmp_path: Path) -> None:
    rows, said = said_of(network, budget, tmp_path)
    assert check_plan(rows, said) == (("proof" in said), ("proof" in said))
    # A better claim is not believed, however it is sealed; neither is a plan against somebody protected.
    for entry in ("objective", "bound"):
        changed = said | {entry: said[entry] + 1}
        with pytest.raises(Refused):
            check_plan(rows, changed | {"digest": digest(changed)})
    protected = [row.number for row in rows.rows if not row.may]
    for number in protected[:1]:
        changed = said | {"interdicted": [number]}
        with pytest.raises(Refused, match="no plan may act"):
            check_plan(rows, changed | {"digest": digest(changed)})


def a_network() -> Network:
    nodes = {one: Node(one, "trafficker") for one in "abcd"} | {"s": Node("s", "source"), "t": Node("t", "sink")}
    ties = [Tie("s", "a", "", 5, 2.0), Tie("s", "b", "", 4, 1.5), Tie("a", "c", "", 3, 1.0, "", "", True),
            Tie("a", "d", "", 2, 1.0, "", "", True), Tie("b", "c", "", 2, 1.0, "", "", True),
            Tie("b", "d", "", 3, 1.0, "", "", True), Tie("c", "t", "", 4, 2.0), Tie("d", "t", "", 4, 2.0)]  # fmt: skip
    return Network(nodes, tuple(ties), "invented")


def test_with_any_one_number_changed_it_is_refused(tmp_path: Path) -> None:
    rows, said = said_of(a_network(), Fraction(5, 2), tmp_path)
    assert check_plan(rows, said) == (True, True)
    assert said["bound"] > 0
    tried = 0
    for place in numbers(said):
        changed = copy.deepcopy(said)
        inner: Any = changed
        for step in place[:-1]:
            inner = inner[step]
        inner[place[-1]] += 1
        with pytest.raises(Refused):
            check_plan(rows, changed)
        tried += 1
    assert tried > 10


ODD = [None, True, -1, 2**70, 1.5, float("inf"), "x", [], [1], {}]


def test_with_anything_changed_and_sealed_again_it_is_refused_in_one_line(tmp_path: Path) -> None:
    net, out = tmp_path / "net.json", tmp_path / "plan.json"
    write_network(a_network(), net, "json")
    solve = ["solve", str(net), "--model", "special-arcs", "--budget", "2.5", "--out", str(out)]
    assert CliRunner().invoke(plan, [*solve, "--variant", "pessimistic"]).exit_code == 0
    said = json.loads(out.read_text())
    del said["seconds"], said["digest"]  # how long it took is not proven
    tried = 0
    for place in everything(said):
        for odd in ODD:
            changed = copy.deepcopy(said)
            inner: Any = changed
            for step in place[:-1]:
                inner = inner[step]
            if inner[place[-1]] == odd and place[0] != "proof":
                continue
            inner[place[-1]] = odd
            out.write_text(json.dumps(changed | {"digest": digest(changed)}))
            done = CliRunner().invoke(plan, ["check", str(net), str(out)])
            if (done.exit_code, place[:2]) != (0, ("proof", "tree")):  # a bound that holds with another price holds
                assert isinstance(done.exception, SystemExit | BadInput), (place, odd, done.exception)
            tried += 1
    assert tried > 200


def everything(said: Any, *before: Any) -> Iterator[tuple[Any, ...]]:
    """Each place in it, inner ones too."""
    for place, value in said.items() if isinstance(said, dict) else enumerate(said) if isinstance(said, list) else ():
        yield (*before, place)
        yield from everything(value, *before, place)


def numbers(said: Any, *before: Any) -> Iterator[tuple[Any, ...]]:
    """Where each number stands."""
    items = said.items() if isinstance(said, dict) else enumerate(said) if isinstance(said, list) else ()
    for place, value in items:
        if type(value) is int:
            yield (*before, place)
        else:
            yield from numbers(value, *before, place)


def test_the_command_writes_and_checks(tmp_path: Path) -> None:
    net, out = tmp_path / "net.json", tmp_path / "plan.json"
    write_network(a_network(), net, "json")
    solve = ["solve", str(net), "--model", "special-arcs", "--budget", "2.5", "--out", str(out), "--variant"]
    assert CliRunner().invoke(plan, [*solve, "pessimistic"]).exit_code == 0
    done = CliRunner().invoke(plan, ["check", str(net), str(out)])
    assert (done.exit_code, done.output.startswith("Holds: ")) == (0, True)
    out.write_text(json.dumps(json.loads(out.read_text()) | {"budget": "2.0"}))
    assert CliRunner().invoke(plan, ["check", str(net), str(out)]).exit_code == 1
    out.unlink()
    CliRunner().invoke(plan, [*solve, "optimistic"])
    assert "not re-proven" in CliRunner().invoke(plan, ["check", str(net), str(out)]).output
