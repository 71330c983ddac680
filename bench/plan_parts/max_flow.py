# SPDX-License-Identifier: Apache-2.0
"""Max-flow interdiction on random networks, each proven, beside Wood's programme on HiGHS in the same run.

Thirty networks of 500 nodes and 2,000 ties: in layers, where flow goes one way only, and with circles; capacities 1 to
100, costs of 1 each or 1 to 10, budgets of 10, 40 and 100, one person in ten protected. Then larger ones.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from fractions import Fraction

from tejido.networks import Network, Node, Tie
from tejido.networks.plans import max_flow
from tejido.networks.plans.flows import flow_problem
from tejido.networks.plans.programme import Programme

BUDGETS = (10, 40, 100)
NETWORKS, LARGE = 30, 6
SECONDS, SECONDS_LARGE = 30.0, 600.0


@dataclass(frozen=True)
class Run:
    """One network. `programme_*`: Wood's programme on HiGHS; None where it was not asked."""

    name: str
    budget: int
    before: int
    objective: int
    bound: int
    proven: bool
    seconds: float
    questions: int
    programme: int | None = None
    programme_proven: bool | None = None
    programme_seconds: float | None = None


def main(beside: bool, as_json: bool) -> int:
    """Run, print, and fail where one is not proven, a large one has a gap above 5 %, or the programme disagrees."""
    runs = []
    for run in _runs(beside):
        runs.append(run)
        if not as_json:
            _print(run)
    small, large = runs[:NETWORKS], runs[NETWORKS:]
    if as_json:
        print(json.dumps([asdict(run) for run in runs]))
    else:
        _print_sum("500/2000", small)
        _print_sum("2000/10000", large)
    agree = all(run.programme == run.objective for run in runs if run.programme_proven)
    near = all(run.bound >= 0.95 * run.objective for run in large)
    return 0 if agree and near and all(run.proven and run.seconds <= SECONDS for run in small) else 1


def _runs(beside: bool) -> Iterator[Run]:
    max_flow(invented(0, 10, 20, True, True), "warm", budget=Fraction(1))  # compiled once, before anything is timed
    for seed in range(NETWORKS + LARGE):
        large = seed >= NETWORKS
        nodes, ties = (2000, 10_000) if large else (500, 2000)
        layers, even = seed % 2 == 0, seed % 5 < 2
        network, budget = invented(seed, nodes, ties, layers, even), BUDGETS[seed // 2 % 3] * (2 if large else 1)
        name = f"{nodes}/{ties} {'layers' if layers else 'circles'} {'cost 1' if even else 'cost 1-10'} #{seed}"
        begun = time.process_time()
        plan = max_flow(network, name, budget=Fraction(budget), time_limit=SECONDS_LARGE if large else SECONDS)
        took = time.process_time() - begun
        tree = (plan.proof or {}).get("tree", [])
        run = Run(name, budget, plan.before or 0, plan.objective, plan.bound, plan.proven, took, len(tree))  # type: ignore[arg-type]
        yield _with_programme(run, network, budget) if beside and not large else run


def _with_programme(run: Run, network: Network, budget: int) -> Run:
    begun = time.process_time()
    found, proven = wood(network, budget)
    return Run(**asdict(run) | {"programme": found, "programme_proven": proven,
                                "programme_seconds": time.process_time() - begun})  # fmt: skip


def invented(seed: int, nodes: int, ties: int, layers: bool, even: bool) -> Network:
    """A network of nobody, from its seed. Ties from the source and to the sink cannot be acted on."""
    drawn = random.Random(f"max-flow {seed}")
    inner = nodes - 2
    people = {str(one): Node(str(one), "survivor" if drawn.random() < 0.1 else "trafficker") for one in range(inner)}
    pairs = list(_in_layers(drawn, inner, ties) if layers else _in_circles(drawn, inner, ties))
    made = []
    for row, (start, end) in enumerate(pairs, 1):
        cost = None if "s" in (start, end) or "t" in (start, end) else 1.0 if even else float(drawn.randint(1, 10))
        made.append(Tie(start, end, "", drawn.randint(1, 100), cost, row=row))
    return Network({"s": Node("s", "source"), "t": Node("t", "sink")} | people, tuple(made), "invented")


def _in_circles(drawn: random.Random, inner: int, ties: int) -> Iterator[tuple[str, str]]:
    ends = max(3, inner // 25)
    yield from (("s", str(one)) for one in drawn.sample(range(inner), ends))
    yield from ((str(one), "t") for one in drawn.sample(range(inner), ends))
    for _ in range(ties - 2 * ends):
        start, end = drawn.sample(range(inner), 2)
        yield str(start), str(end)


def _in_layers(drawn: random.Random, inner: int, ties: int) -> Iterator[tuple[str, str]]:
    layers = max(2, round(inner**0.5 / 2))
    wide = inner // layers
    yield from (("s", str(one)) for one in range(wide))
    yield from ((str((layers - 1) * wide + one), "t") for one in range(wide))
    for _ in range(ties - 2 * wide):
        layer = drawn.randrange(layers - 1)
        yield str(layer * wide + drawn.randrange(wide)), str((layer + 1) * wide + drawn.randrange(wide))


def wood(network: Network, budget: int) -> tuple[int, bool]:
    """Wood's programme as it stands, on HiGHS with the same time: the objective, or the bound where time ran out."""
    problem = flow_problem(network, "net", rate=Fraction(1), unprotected=False)
    programme = Programme()
    acts = programme.columns(problem.may_act.astype(float).tolist(), whole=True)
    side = programme.columns([1.0] * problem.nodes, whole=True)
    programme.fix(side[problem.source], 1.0)
    programme.fix(side[problem.sink], 0.0)
    programme.row(acts, [float(one) for one in problem.cost], high=float(budget))
    part = programme.columns([1.0] * len(acts), cost=problem.capacity.astype(float).tolist())
    for tie, (one, other) in enumerate(zip(problem.start.tolist(), problem.end.tolist(), strict=True)):
        programme.row([part[tie], acts[tie], side[other], side[one]], [1.0, 1.0, 1.0, -1.0], low=0.0)
    solved = programme.solve(SECONDS)
    return solved.bound, solved.proven


def _print(run: Run) -> None:
    print(f"{run.name:38} budget {run.budget:>3}   {run.before:>5} -> {run.objective:>5} (bound {run.bound}, "
          f"{run.questions} questions) {run.seconds:6.2f} s", end="")  # fmt: skip
    if run.programme is not None:
        late = "" if run.programme_proven else " NOT PROVEN"
        print(f"   programme {run.programme} in {run.programme_seconds:.2f} s{late}", end="")
    print(flush=True)


def _print_sum(name: str, runs: list[Run]) -> None:
    gap = max(1 - run.bound / max(1, run.objective) for run in runs)
    proven = sum(run.proven for run in runs)
    print(f"{name}: {proven} of {len(runs)} proven, largest gap {gap:.4f}, "
          f"slowest {max(run.seconds for run in runs):.2f}, {sum(run.seconds for run in runs):.1f} s all")  # fmt: skip
