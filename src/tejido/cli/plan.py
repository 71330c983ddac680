# SPDX-License-Identifier: Apache-2.0
"""`tejido plan`: what can be done against a network within a budget, never against a survivor."""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import click

from tejido.cli.plan_check import check, write_plan
from tejido.cli.wording import language_option
from tejido.networks import Network, Tie, read_network, whom_it_falls_on
from tejido.networks.plans import VARIANTS, Plan, Variant, special_arcs
from tejido.vocabulary import BadInput, Language, Words, code_list

_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object on stdout.")
_NUMBER = re.compile(r"\+?[0-9]{1,12}(\.[0-9]{1,6})?")


@click.group()
def plan() -> None:
    """Plans against a network under a budget. In every model, acting against a survivor is a variable fixed to zero."""


plan.add_command(check)


@plan.command()
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--model", type=click.Choice(["special-arcs"]), required=True,
              help="special-arcs: fewest survivors under control (Lopes da Silva, Sharkey, Song).")  # fmt: skip
@click.option("--variant", type=click.Choice(VARIANTS), required=True,
              help="Maximum flows: optimistic, fewest active; pessimistic, most. mfnip: max-flow.")  # fmt: skip
@click.option("--budget", required=True, metavar="B", help="What may be spent in all.")
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
    path: Path, model: str, variant: Variant, budget: str, rate: str, unprotected: bool, seconds: str,
    out: Path | None, language: Language, as_json: bool,
) -> None:  # fmt: skip
    """Find the plan for FILE that leaves the fewest survivors under control within a budget, and prove it.

    With --unprotected only numbers of rows are printed, never who stands there.
    """
    limits = _number(budget, "--budget"), _number(rate, "--rate"), _number(seconds, "--time-limit")
    network = read_network(path).network
    begun = time.perf_counter()
    found = special_arcs(network, path.name, variant=variant, budget=limits[0], rate=limits[1],
                         unprotected=unprotected, time_limit=float(limits[2]), tell=_progress(language))  # fmt: skip
    took = time.perf_counter() - begun
    if sys.stderr.isatty():
        click.echo("\r\x1b[K", nl=False, err=True)
    chosen = [tie.row if unprotected else _told(network, tie) for tie in found.interdicted]
    status = "optimal" if found.proven else "time_limit"
    said = {"objective": found.objective, "bound": found.bound, "status": status, "interdicted": chosen,
            "seconds": round(took, 4), "spent": float(found.spent), "model": model, "variant": variant,
            "protected": not unprotected}  # fmt: skip
    if out:
        write_plan(out, said | {"budget": budget.strip(), "rate": rate.strip()}, found.proof)
    if as_json:
        click.echo(json.dumps(said, ensure_ascii=False))
        return
    _print_plan(network, found, unprotected, language)


def _number(text: str, option: str) -> Fraction:
    if not _NUMBER.fullmatch(text.strip()):
        raise BadInput("plan.number", en=f"is {text[:40]!r}; expected a number, 0 or more, such as 12 or 7.5",
                       es=f"dice {text[:40]!r}; se esperaba un número, 0 o más, como 7.5", where=option)  # fmt: skip
    return Fraction(text.strip())


_SO_FAR: Words = {
    "en": "best so far {best:g}, at least {bound:g} …",
    "es": "lo mejor hasta ahora {best:g}, al menos {bound:g} …",
}


def _progress(language: Language) -> Callable[[float, float], None] | None:
    """How far the search is, on a terminal; nothing in a pipe."""
    if not sys.stderr.isatty():
        return None

    def tell(best: float, bound: float) -> None:
        click.echo("\r\x1b[K" + _SO_FAR[language].format(best=best, bound=max(0.0, bound)), nl=False, err=True)

    return tell


def _told(network: Network, tie: Tie) -> dict[str, object]:
    against = [node.id for node in whom_it_falls_on(network, tie)]
    return {"row": tie.row, "from": tie.start, "to": tie.end, "against": against, "cost": tie.cost}


_LEFT: Words = {"en": "Still under control (estimated): {objective}. {proof}",
                "es": "Siguen bajo control (estimado): {objective}. {proof}"}  # fmt: skip
_PROVEN: Words = {"en": "No plan within this budget leaves fewer (proven).",
                  "es": "Ningún plan con este presupuesto deja menos (demostrado)."}  # fmt: skip
_BOUND: Words = {"en": "Time ran out: no plan within this budget leaves fewer than {bound}.",
                 "es": "Se acabó el tiempo: ningún plan con este presupuesto deja menos de {bound}."}  # fmt: skip
_SPENT: Words = {"en": "Spent: {spent}.", "es": "Se gasta: {spent}."}
_NOTHING: Words = {
    "en": "No tie may be acted on: whoever it falls on is protected, or it has no cost.",
    "es": "No se puede actuar sobre ningún vínculo: afecta a alguien protegido o no tiene costo.",
}
_ROWS: Words = {"en": "Not a plan: only what protection costs. Rows: {rows}",
                "es": "No es un plan: solo lo que cuesta proteger. Filas: {rows}"}  # fmt: skip


def _print_plan(network: Network, found: Plan, unprotected: bool, language: Language) -> None:
    proof = _PROVEN[language] if found.proven else _BOUND[language].format(bound=found.bound)
    click.echo(_LEFT[language].format(objective=found.objective, proof=proof))
    click.echo(_SPENT[language].format(spent=f"{float(found.spent):,g}"))
    if unprotected:
        rows = ", ".join(str(tie.row) for tie in found.interdicted) or "-"
        click.echo(_ROWS[language].format(rows=rows))
        return
    if not found.could_act:
        click.echo(_NOTHING[language])
    roles = code_list("network_role")
    for tie in found.interdicted:
        against = " · ".join(f"{roles.label_of(node.role, language)} {node.label or node.id}"
                             for node in whom_it_falls_on(network, tie))  # fmt: skip
        click.echo(f"  {tie.row:>6}  {tie.start} → {tie.end}  {against}  {tie.cost:g}")
