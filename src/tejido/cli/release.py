# SPDX-License-Identifier: Apache-2.0
"""`tejido release`: what is about to be published, looked at as a stranger would."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from tejido.cli.release_synthesize import synthesize
from tejido.cli.wording import language_option
from tejido.statistics.disclosure.attack_report import AttackReport, attack_glotip, attack_published
from tejido.vocabulary import Language, Words


@click.group()
def release() -> None:
    """Publications: attacked before they are signed; rows for everyone in which no one is found."""


release.add_command(synthesize)

_FORMS: Mapping[str, Callable[[Path, bool], AttackReport]] = {"glotip": attack_glotip}


@release.command()
@click.argument("outs", metavar="OUT…", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--as", "form", type=click.Choice(sorted(_FORMS)), help="OUT is somebody else's file, in this form.")
@click.option("--knows", type=click.Path(path_type=Path), metavar="TABLES",
              help="What a partner holds itself: a sheet built from its own records with --protect none.")  # fmt: skip
@click.option("--k", type=click.IntRange(min=2), help="Least count that may be printed, where OUT does not say.")
@click.option("--exact", is_flag=True, help="The tightest interval of every hidden cell, not only of those that fell.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@language_option
@click.pass_context
def attack(
    context: click.Context, outs: tuple[Path, ...], form: str | None, knows: Path | None, k: int | None, exact: bool,
    as_json: bool, language: Language,
) -> None:  # fmt: skip
    """Work out what OUT hides, from all that OUT shows. Exit 0: nothing fell; 1: something did; 2: not readable.

    OUT is what `factsheet build` wrote, or a published sheet in the form of `factsheet audit`; several are attacked
    together, as editions of one another.
    """
    if form is not None:
        if len(outs) > 1 or knows is not None:
            raise click.UsageError(
                {"en": "--as takes one file, and no --knows", "es": "--as toma un archivo, sin --knows"}[language]
            )
        report = _FORMS[form](outs[0], exact)
    else:
        report = attack_published(outs, knows=knows, k=k, exact=exact)
    click.echo(json.dumps(report.as_json(), ensure_ascii=False) if as_json or form else _told(report, language))
    if report.fell:
        context.exit(1)


_SAID: dict[str, Words] = {
    "one": {"en": "exactly {low}", "es": "exactamente {low}"},
    "from": {"en": "{low} or more", "es": "{low} o más"},
    "between": {"en": "from {low} to {high}", "es": "de {low} a {high}"},
    "sum": {
        "en": "hidden: {hidden}; fell: {fell}; in tables that contradict themselves: {inconsistent}",
        "es": "ocultas: {hidden}; cayeron: {fell}; en tablas que se contradicen: {inconsistent}",
    },
}


def _told(report: AttackReport, language: Language) -> str:
    lines = [f"{cell.where[language]}: {_known(cell.low, cell.high, language)}" for cell in report.cells]
    counts: dict[str, Any] = {"hidden": report.hidden, "fell": report.fell, "inconsistent": report.inconsistent}
    return "\n".join([*lines, _SAID["sum"][language].format(**counts)])


def _known(low: int, high: int | None, language: Language) -> str:
    which = "from" if high is None else "one" if low == high else "between"
    return _SAID[which][language].format(low=low, high=high)
