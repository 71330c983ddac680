# SPDX-License-Identifier: Apache-2.0
"""`tejido plan check`: a plan and its network, from the two files alone; and the file that it reads."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import click

from tejido.cli.wording import language_option
from tejido.networks.plans.checking import check_claims, check_plan, digest
from tejido.networks.plans.checking_nodes import check_critical_nodes
from tejido.networks.plans.checking_rows import Refused, Rows, read_as, read_rows
from tejido.vocabulary import BadInput, Language, Words, system_reason

_HOLDS: Words = {
    "en": "Holds: {objective} stay under control, and no plan within the budget leaves fewer than {bound}.",
    "es": "Se sostiene: {objective} siguen bajo control y ningún plan con el presupuesto deja menos de {bound}.",
}
_FLOWS: Words = {
    "en": "Holds: {objective} of {before} can still flow, and no plan within the budget leaves less than {bound}.",
    "es": "Se sostiene: siguen fluyendo {objective} de {before} y ningún plan con el presupuesto baja de {bound}.",
}
_PAIRS: Words = {
    "en": "Holds: {objective} of {before} pairs stay connected, and no plan within the budget gets below {bound}.",
    "es": "Se sostiene: siguen conectados {objective} de {before} pares; con el presupuesto, nada baja de {bound}.",
}
_PARTLY: Words = {
    "en": "Whom it is against and its cost hold. Objective and bound not re-proven: this plan has no certificate.",
    "es": "Se sostienen contra quién es y su costo. Sin volver a probar objetivo y cota: no hay certificado.",
}


def write_plan(out: Path, said: Mapping[str, Any], proof: Mapping[str, object] | None) -> None:
    """Write PLAN.json; what is already there is left alone. Raises `BadInput`."""
    whole: dict[str, Any] = {**said, **({"proof": proof} if proof else {})}
    whole["digest"] = digest(whole)
    try:
        with out.open("x", encoding="utf-8") as file:
            out.chmod(0o600)
            json.dump(whole, file, ensure_ascii=False)
    except OSError as problem:
        why = system_reason(problem)
        raise BadInput("plan.unwritable", en=f"cannot be written: {why['en']}",
                       es=f"no se puede escribir: {why['es']}", where=str(out)) from None  # fmt: skip


@click.command()
@click.argument("network", metavar="NETWORK", type=click.Path(path_type=Path))
@click.argument("plan", metavar="PLAN.json", type=click.Path(path_type=Path))
@language_option
def check(network: Path, plan: Path, language: Language) -> None:
    """Re-check PLAN.json against NETWORK from the two files alone. Exits 1 where something claimed does not hold."""
    try:
        said = json.loads(plan.read_text("utf-8"))
        if said.get("model") == "critical-nodes":
            check_claims(said)
            check_critical_nodes(read_as(network, dict), said, _unprotected(said))
            proven = True, True
        else:
            proven = check_plan(_rows(network, said), said)
    except Refused as refused:
        click.echo(f"{plan.name}: {refused.words[language]}", err=True)
        sys.exit(1)
    except (OSError, ValueError, LookupError, ArithmeticError, TypeError, AttributeError, RecursionError):
        raise BadInput("plan.check", en="is no plan that tejido plan solve --out wrote",
                       es="no es un plan escrito por tejido plan solve --out", where=plan.name) from None  # fmt: skip
    holds = {"max-flow": _FLOWS, "critical-nodes": _PAIRS}.get(said.get("model"), _HOLDS)
    click.echo((holds if all(proven) else _PARTLY)[language].format(**said))


def _rows(network: Path, said: Mapping[str, Any]) -> Rows:
    budget, rate = (Fraction(str(said[entry])) for entry in ("budget", "rate"))
    return read_rows(network, budget=budget, rate=rate, unprotected=_unprotected(said))


def _unprotected(said: Mapping[str, Any]) -> bool:
    if not isinstance(said["protected"], bool):
        raise TypeError("protected")
    return not said["protected"]
