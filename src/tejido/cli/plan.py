# SPDX-License-Identifier: Apache-2.0
"""`tejido plan`: what can be done against a network within a budget, never against a survivor."""

from __future__ import annotations

import json
import re
import sys
import time
from fractions import Fraction
from pathlib import Path

import click

from tejido.cli.plan_check import check, write_plan
from tejido.cli.plan_words import acted_on, print_plan, progress
from tejido.cli.wording import language_option
from tejido.networks import Network, read_network
from tejido.networks.plans import VARIANTS, Plan, Tell, Variant, critical_nodes, max_flow, special_arcs
from tejido.vocabulary import BadInput, Language

MODELS = ("special-arcs", "max-flow", "critical-nodes")
_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object on stdout.")
_NUMBER = re.compile(r"\+?[0-9]{1,12}(\.[0-9]{1,6})?")


@click.group()
def plan() -> None:
    """Plans against a network under a budget. In every model, acting against a survivor is a variable fixed to zero."""


plan.add_command(check)


@plan.command()
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--model", type=click.Choice(MODELS), required=True,
              help="special-arcs: fewest survivors under control (Lopes da Silva, Sharkey, Song). "
                   "max-flow: the least can flow (Wood). "
                   "critical-nodes: fewest pairs connected (Arulselvan and others).")  # fmt: skip
@click.option("--variant", type=click.Choice(VARIANTS),
              help="Of special-arcs. Maximum flows: optimistic, fewest active; pessimistic, most. "
                   "mfnip: max-flow.")  # fmt: skip
@click.option("--budget", required=True, metavar="B",
              help="What may be spent in all; with critical-nodes, on how many nodes to act.")  # fmt: skip
@click.option(
    "--rate", default="1", metavar="R", help="Multiplies the capacity of ties into potential traffickers, rounded down."
)
@click.option("--unprotected", is_flag=True,
              help="Also against survivors, to price not doing so: published or invented networks only.")  # fmt: skip
@click.option("--time-limit", "seconds", default="60", metavar="SECONDS",
              help="After it, the best plan found, and the bound proven by then.")  # fmt: skip
@click.option("--out", metavar="PLAN.json", type=click.Path(path_type=Path),
              help="Also write the plan with its proof, for: tejido plan check.")  # fmt: skip
@language_option
@_JSON
def solve(
    path: Path, model: str, variant: Variant | None, budget: str, rate: str, unprotected: bool, seconds: str,
    out: Path | None, language: Language, as_json: bool,
) -> None:  # fmt: skip
    """Find the plan for FILE that leaves fewest survivors under control, least flow or fewest connected, and prove it.

    With --unprotected only numbers of rows are printed, never who stands there.
    """
    limits = _number(budget, "--budget"), _number(rate, "--rate"), _number(seconds, "--time-limit")
    _check_options(model, variant, limits[1])
    network = read_network(path).network
    begun = time.perf_counter()
    found = _found(network, path.name, model, variant, limits, unprotected, progress(language))
    took = time.perf_counter() - begun
    if sys.stderr.isatty():
        click.echo("\r\x1b[K", nl=False, err=True)
    chosen = acted_on(network, found, unprotected)
    status = "optimal" if found.proven else "time_limit"
    said = {"objective": found.objective, "bound": found.bound, "status": status, "interdicted": chosen,
            "seconds": round(took, 4), "spent": float(found.spent), "model": model, "variant": variant,
            "protected": not unprotected} | ({} if found.before is None else {"before": found.before})  # fmt: skip
    if out:
        write_plan(out, said | {"budget": budget.strip(), "rate": rate.strip()}, found.proof)
    if as_json:
        click.echo(json.dumps(said, ensure_ascii=False))
        return
    print_plan(network, found, model, unprotected, language)


def _number(text: str, option: str) -> Fraction:
    if not _NUMBER.fullmatch(text.strip()):
        raise BadInput("plan.number", en=f"is {text[:40]!r}; expected a number, 0 or more, such as 12 or 7.5",
                       es=f"dice {text[:40]!r}; se esperaba un número, 0 o más, como 7.5", where=option)  # fmt: skip
    return Fraction(text.strip())


def _found(
    network: Network, name: str, model: str, variant: Variant | None, limits: tuple[Fraction, Fraction, Fraction],
    unprotected: bool, tell: Tell | None,
) -> Plan:  # fmt: skip
    budget, rate, seconds = limits
    if variant:
        return special_arcs(network, name, variant=variant, budget=budget, rate=rate, unprotected=unprotected,
                            time_limit=float(seconds), tell=tell)  # fmt: skip
    if model == "max-flow":
        return max_flow(network, name, budget=budget, rate=rate, unprotected=unprotected, time_limit=float(seconds),
                        tell=tell)  # fmt: skip
    return critical_nodes(network, name, budget=budget, unprotected=unprotected, time_limit=float(seconds), tell=tell)


def _check_options(model: str, variant: Variant | None, rate: Fraction) -> None:
    if (model == "special-arcs") != (variant is not None):
        raise BadInput("plan.variant", en="expected with --model special-arcs, and only with it",
                       es="se esperaba con --model special-arcs, y solo con él", where="--variant")  # fmt: skip
    if model == "critical-nodes" and rate != 1:
        raise BadInput("plan.rate", en="changes nothing with --model critical-nodes, which knows no flow",
                       es="no cambia nada con --model critical-nodes, que no conoce flujo", where="--rate")  # fmt: skip
