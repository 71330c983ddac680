# SPDX-License-Identifier: Apache-2.0
"""Every published objective value of special arcs, and what protecting survivors costs: each table, run by run.

`./run python bench/plans.py --part max-flow [--beside]`: max-flow interdiction (`plan_parts/max_flow.py`), with
`--beside` next to Wood's programme on HiGHS. `./run python bench/plans.py --part critical-nodes NETWORKS`: critical
nodes of published covert networks (`plan_parts/critical_nodes.py`). Else:
`./run python bench/plans.py ARCHIVE [--family FAMILY] [--variant optimistic|mfnip|pessimistic] [--json]`. ARCHIVE: the
folder of INFORMSJoC/2023.0423 with `data/` and `results/`. A run is matched when the objective is the published one and
proven; it is in time when solving took at most twice the published time and half a second. Solving keeps one core busy
and its seconds are those of that core, so that other work on the machine does not count.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from pathlib import Path
from statistics import fmean

from plan_parts import critical_nodes, max_flow
from tejido.networks import Network, is_protected, read_network, whom_it_falls_on
from tejido.networks.plans import VARIANTS, Variant, special_arcs

FAMILIES = ("HT", "Type1", "Type2")
TABLES: dict[Variant, str] = {"optimistic": "Optimistic", "mfnip": "MFNIP", "pessimistic": "Direct"}
PUBLISHED: tuple[Variant, ...] = ("optimistic", "mfnip")
BUDGETS = range(0, 28, 4)
_NONE = -1  # nothing is published to compare with


@dataclass(frozen=True)
class Run:
    """One line of a published table beside ours."""

    family: str
    variant: str
    instance: str
    budget: str
    rate: str
    published: int
    objective: int
    bound: int
    proven: bool
    seconds: float
    published_seconds: float

    @property
    def matched(self) -> bool:
        """The published value, proven; where the archive proved none (pessimistic), proven and no worse."""
        better = self.variant == "pessimistic" and self.objective < self.published
        return self.published == _NONE or (self.proven and (better or self.objective == self.published))

    @property
    def in_time(self) -> bool:
        """At most twice the published time and half a second."""
        return self.seconds <= 2 * self.published_seconds + 0.5


def main() -> int:
    """Run, print, and fail when a value is missed."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("archive", type=Path, nargs="?")
    options.add_argument("--part", choices=["max-flow", "critical-nodes"])
    options.add_argument("--beside", action="store_true")
    options.add_argument("--family", action="append", choices=FAMILIES)
    options.add_argument("--variant", action="append", choices=VARIANTS)
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args()
    if chosen.part == "max-flow":
        return max_flow.main(chosen.beside, chosen.json)
    if chosen.archive is None:
        options.error("expected ARCHIVE, or --part max-flow")
    if chosen.part == "critical-nodes":
        return critical_nodes.main(chosen.archive, chosen.json)
    runs: list[Run] = []
    for family in chosen.family or FAMILIES:
        for variant in chosen.variant or PUBLISHED:
            for run in _table(chosen.archive, family, variant):
                runs.append(run)
                if not chosen.json:
                    _print_run(run)
    price = _price_of_protection(chosen.archive) if "HT" in (chosen.family or FAMILIES) else []
    if chosen.json:
        print(json.dumps({"runs": [asdict(run) for run in runs], "price": price}))
    else:
        _print_sums(runs)
        _print_price(price)
    return 0 if all(run.matched for run in runs) else 1


def _table(archive: Path, family: str, variant: Variant) -> Iterator[Run]:
    if (family, variant) == ("HT", "pessimistic"):
        yield from _unpublished(archive)
        return
    with (archive / "results" / f"{family}_{TABLES[variant]}.csv").open(newline="") as file:
        rows = [{name.lower(): cell for name, cell in row.items()} for row in csv.DictReader(file)]
    for row in rows:
        path = archive / "data" / family / f"{row['instance']}.csv"
        network, rate = read_network(path).network, row.get("rate", "1")
        begun = time.process_time()
        plan = special_arcs(network, path.name, variant=variant, budget=Fraction(row["budget"]), rate=Fraction(rate),
                            unprotected=True)  # fmt: skip
        yield Run(family, variant, row["instance"], row["budget"], rate, int(row["objval"]), plan.objective, plan.bound,
                  plan.proven, time.process_time() - begun, float(row["time"]))  # fmt: skip


def _unpublished(archive: Path) -> Iterator[Run]:
    """HT networks, pessimistic: nobody has published values, so each stands beside its own."""
    for path in sorted((archive / "data" / "HT").glob("*.csv")):
        network = read_network(path).network
        for budget in (4, 12, 24):
            begun = time.process_time()
            plan = special_arcs(network, path.name, variant="pessimistic", budget=Fraction(budget), unprotected=True)
            took = time.process_time() - begun
            yield Run("HT", "pessimistic", path.stem, str(budget), "1", _NONE, plan.objective, plan.bound,
                      plan.proven, took, took)  # fmt: skip


def _price_of_protection(archive: Path) -> list[dict[str, float]]:
    """Mean people under control on the HT networks, by budget and by what the budget may be spent on."""
    networks = [read_network(path).network for path in sorted((archive / "data" / "HT").glob("*.csv"))]
    offers = [_only_offers(network) for network in networks]
    ways = {
        "any target": (networks, True),
        "traffickers only": (networks, False),
        "offers of support only": (offers, True),
    }
    return [
        {"budget": float(budget)} | {name: _left(these, budget, priced) for name, (these, priced) in ways.items()}
        for budget in BUDGETS
    ]


def _left(networks: list[Network], budget: int, unprotected: bool) -> float:
    plans = (
        special_arcs(network, "HT", variant="mfnip", budget=Fraction(budget), unprotected=unprotected)
        for network in networks
    )
    return fmean(plan.objective for plan in plans)


def _only_offers(network: Network) -> Network:
    """Only what touches a survivor: what the archive calls interdiction, read as an offer of support she takes."""
    ties = [
        tie if any(map(is_protected, whom_it_falls_on(network, tie))) else tie._replace(cost=None)
        for tie in network.ties
    ]
    return replace(network, ties=tuple(ties))


def _print_run(run: Run) -> None:
    marks = ("" if run.matched else "  NOT MATCHED") + ("" if run.in_time else "  LATE")
    known = "-" if run.published == _NONE else str(run.published)
    print(f"{run.family:6}{run.variant:11} {run.instance:10} budget {run.budget:>3} rate {run.rate:>4}   "
          f"published {known:>3}   ours {run.objective:>3} (bound {run.bound})   "
          f"{run.seconds:6.2f} s (published {run.published_seconds:.2f} s){marks}", flush=True)  # fmt: skip


def _print_sums(runs: list[Run]) -> None:
    for family, variant in dict.fromkeys((run.family, run.variant) for run in runs):
        these = [run for run in runs if (run.family, run.variant) == (family, variant)]
        print(f"{family} {variant}: {sum(run.matched for run in these)} of {len(these)} matched, "
              f"{sum(run.in_time for run in these)} in time, {sum(run.seconds for run in these):.1f} s in all, "
              f"slowest {max(run.seconds for run in these):.2f} s")  # fmt: skip


def _print_price(price: list[dict[str, float]]) -> None:
    if price:
        print("\nMean people under control, HT networks, rate 1, mfnip\n" + "".join(f"{name:>24}" for name in price[0]))
    for line in price:
        print("".join(f"{value:>24.1f}" for value in line.values()))


if __name__ == "__main__":
    sys.exit(main())
