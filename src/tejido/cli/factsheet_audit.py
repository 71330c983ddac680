# SPDX-License-Identifier: Apache-2.0
"""`tejido factsheet audit`: what is wrong with a published sheet, and why."""

from __future__ import annotations

import json
from pathlib import Path

import click

from tejido.cli.wording import language_option
from tejido.statistics.audit import audit_file
from tejido.vocabulary import Language


@click.command()
@click.argument("sheet", metavar="FILE.yaml", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--k", type=click.IntRange(min=2), default=11, show_default=True, help="Least count that may be printed.")
@language_option
@click.pass_context
def audit(context: click.Context, sheet: Path, as_json: bool, k: int, language: Language) -> None:
    """Audit a published fact sheet. Exit 0: nothing found; 1: findings; 2: not a sheet in the expected form."""
    findings = audit_file(sheet, k=k)
    if as_json:
        click.echo(json.dumps({"findings": [entry.as_json() for entry in findings]}, ensure_ascii=False))
    else:
        for entry in findings:
            place = " · ".join(part for part in (entry.unit, entry.by, entry.cell) if part)
            click.echo(f"{entry.rule}: {place + ': ' if place else ''}{entry.reason[language]}")
        if not findings:
            click.echo({"en": "Nothing found.", "es": "Sin hallazgos."}[language])
    if findings:
        context.exit(1)
