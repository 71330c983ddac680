# SPDX-License-Identifier: Apache-2.0
"""Critical nodes on published covert networks: exact values, and how meetings fall apart by adaptive betweenness.

NETWORKS: a folder with `mexico_southern_border/` and `montagna/` as their authors published them. At the border both
survivors made to recruit are protected. Montagna's files say nobody's role: without protection, to compare only.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path

from tejido.networks import Network, Node, Tie
from tejido.networks.plans import critical_nodes
from tejido.networks.plans.connections import by_betweenness, connected_pairs, pieces

PUBLISHED = (1, 0.957, 0.739, 0.717, 0.5, 0.424, 0.413, 0.391, 0.261, 0.25, 0.207)
BORDER = {3: 435, 5: 352, 8: 220, 10: 157, 12: 76}
PHONE = {5: 302, 10: 27}
MEETINGS = (3, 5, 8, 10, 12)
SECONDS = 15.0


@dataclass(frozen=True)
class Run:
    """`expected`: what an earlier exact programme found, None where there is none. `by_rule`: adaptive betweenness."""

    name: str
    removed: int
    before: int
    objective: int
    bound: int
    proven: bool
    seconds: float
    by_rule: int
    expected: int | None


def main(folder: Path, as_json: bool) -> int:
    """Run, print, and fail where a value is missed, not proven, or late, or the curve is another."""
    border = _network(folder / "mexico_southern_border/Data.txt", _roles(folder))
    phone, meetings = (_network(folder / f"montagna/Montagna_{one}_edgelist.csv", lambda _: "unknown")
                       for one in ("phonecalls", "meetings"))  # fmt: skip
    runs = [_run("border", border, most, expected) for most, expected in BORDER.items()]
    runs += [_run("phone calls", phone, most, expected) for most, expected in PHONE.items()]
    runs += [_run("meetings", meetings, most, None) for most in MEETINGS]
    curve = _curve(meetings)
    if as_json:
        print(json.dumps({"runs": [asdict(run) for run in runs], "curve": curve}))
    else:
        for run in runs:
            print(f"{run.name:12} {run.removed:>3} nodes   {run.before:>5} -> {run.objective:>5} pairs "
                  f"(bound {run.bound})   by adaptive betweenness {run.by_rule:>5}   {run.seconds:6.2f} s")  # fmt: skip
        print("meetings, largest piece left by adaptive betweenness:", *curve)
    good = all(run.proven and run.expected in (None, run.objective) and run.seconds <= SECONDS for run in runs)
    return 0 if good and curve == list(PUBLISHED) else 1


def _roles(folder: Path) -> Callable[[str], str]:
    lines = (folder / "mexico_southern_border/labels.csv").read_text("utf-8-sig").splitlines()
    names = dict(line.split(",", 1) for line in lines)
    return lambda node: "survivor_made_to_recruit" if names[node].startswith("Victima") else "participant"


def _network(path: Path, role: Callable[[str], str]) -> Network:
    ends = [line.replace(",", " ").split()[:2] for line in path.read_text().splitlines()]
    nodes = {node: Node(node, role(node)) for node in sorted({node for pair in ends for node in pair}, key=int)}
    ties = [Tie(one, other, row=row) for row, (one, other) in enumerate(ends, 1) if one != other]
    return Network(nodes, tuple(ties), "published", directed=False)


def _run(name: str, network: Network, most: int, expected: int | None) -> Run:
    begun = time.process_time()
    plan = critical_nodes(network, name, budget=Fraction(most), unprotected=name != "border")
    took = time.process_time() - begun
    beside, may = _beside(network)
    rule = connected_pairs(beside, set(by_betweenness(beside, may, most)))
    return Run(name, most, plan.before or 0, plan.objective, plan.bound, plan.proven, took, rule, expected)


def _beside(network: Network) -> tuple[list[set[int]], list[bool]]:
    place = {node: number for number, node in enumerate(network.nodes)}
    beside: list[set[int]] = [set() for _ in place]
    for tie in network.ties:
        beside[place[tie.start]].add(place[tie.end])
        beside[place[tie.end]].add(place[tie.start])
    return beside, [node.role in ("participant", "unknown") for node in network.nodes.values()]


def _curve(network: Network) -> list[float]:
    beside, may = _beside(network)
    gone: Sequence[int] = by_betweenness(beside, may, len(PUBLISHED) - 1)
    largest = [max(map(len, pieces(beside, set(gone[:number])))) for number in range(len(PUBLISHED))]
    return [round(one / largest[0], 3) for one in largest]
