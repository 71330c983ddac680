# SPDX-License-Identifier: Apache-2.0
"""What `tejido plan solve` says: how far it is, and the plan in words."""

from __future__ import annotations

import sys

import click

from tejido.networks import Network, Node, Tie, whom_it_falls_on
from tejido.networks.plans import Plan, Tell
from tejido.vocabulary import Language, Words, code_list

_SO_FAR: Words = {
    "en": "best so far {best:g}, at least {bound:g} …",
    "es": "lo mejor hasta ahora {best:g}, al menos {bound:g} …",
}


def progress(language: Language) -> Tell | None:
    """How far the search is, on a terminal; nothing in a pipe."""
    if not sys.stderr.isatty():
        return None

    def tell(best: float, bound: float) -> None:
        click.echo("\r\x1b[K" + _SO_FAR[language].format(best=best, bound=max(0.0, bound)), nl=False, err=True)

    return tell


def acted_on(network: Network, found: Plan, unprotected: bool) -> list[object]:
    """What a plan acts on as JSON says it; without protection only numbers: of rows, or of nodes in their order."""
    if unprotected:
        numbers = {node: number for number, node in enumerate(network.nodes, 1)}
        return [*(tie.row for tie in found.interdicted), *(numbers[node.id] for node in found.removed)]
    return [*(_tie(network, tie) for tie in found.interdicted),
            *({"node": node.id, "role": node.role} for node in found.removed)]  # fmt: skip


def _tie(network: Network, tie: Tie) -> dict[str, object]:
    against = [node.id for node in whom_it_falls_on(network, tie)]
    return {"row": tie.row, "from": tie.start, "to": tie.end, "against": against, "cost": tie.cost}


_LEFT: Words = {"en": "Still under control (estimated): {objective}. {proof}",
                "es": "Siguen bajo control (estimado): {objective}. {proof}"}  # fmt: skip
_FLOWS: Words = {"en": "Still flows (estimated): {objective}, of {before} without a plan. {proof}",
                 "es": "Sigue fluyendo (estimado): {objective}, de {before} sin plan. {proof}"}  # fmt: skip
_PAIRS: Words = {"en": "Pairs still connected (estimated): {objective}, of {before} without a plan. {proof}",
                 "es": "Pares aún conectados (estimado): {objective}, de {before} sin plan. {proof}"}  # fmt: skip
_PROVEN: Words = {"en": "No plan within this budget does better (proven).",
                  "es": "Ningún plan con este presupuesto logra más (demostrado)."}  # fmt: skip
_BOUND: Words = {"en": "Time ran out: no plan within this budget gets below {bound}.",
                 "es": "Se acabó el tiempo: ningún plan con este presupuesto baja de {bound}."}  # fmt: skip
_SPENT: Words = {"en": "Spent: {spent}.", "es": "Se gasta: {spent}."}
_NOTHING: Words = {
    "en": "No tie may be acted on: whoever it falls on is protected, or it has no cost.",
    "es": "No se puede actuar sobre ningún vínculo: afecta a alguien protegido o no tiene costo.",
}
_NOBODY: Words = {"en": "Everybody in it is protected.", "es": "Todas las personas en ella están protegidas."}
_ROWS: Words = {"en": "Not a plan: only what protection costs. Rows: {rows}",
                "es": "No es un plan: solo lo que cuesta proteger. Filas: {rows}"}  # fmt: skip


def print_plan(network: Network, found: Plan, model: str, unprotected: bool, language: Language) -> None:
    """The plan in words; without protection only numbers of rows."""
    proof = _PROVEN[language] if found.proven else _BOUND[language].format(bound=found.bound)
    left = {"max-flow": _FLOWS, "critical-nodes": _PAIRS}.get(model, _LEFT)
    click.echo(left[language].format(objective=found.objective, before=found.before, proof=proof))
    click.echo(_SPENT[language].format(spent=f"{float(found.spent):,g}"))
    if unprotected:
        rows = ", ".join(map(str, acted_on(network, found, unprotected))) or "-"
        click.echo(_ROWS[language].format(rows=rows))
        return
    if not found.could_act:
        click.echo((_NOBODY if model == "critical-nodes" else _NOTHING)[language])
    for tie in found.interdicted:
        against = " · ".join(_called(node, language) for node in whom_it_falls_on(network, tie))
        click.echo(f"  {tie.row:>6}  {tie.start} → {tie.end}  {against}  {tie.cost:g}")
    for node in found.removed:
        click.echo(f"  {node.id:>6}  {_called(node, language)}")


def _called(node: Node, language: Language) -> str:
    return f"{code_list('network_role').label_of(node.role, language)} {node.label or node.id}"
