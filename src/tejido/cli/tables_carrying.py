# SPDX-License-Identifier: Apache-2.0
"""`tejido tables import` and `export`: records from another standard and into one, with all that was lost told."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import click

from tejido.cli.wording import language_option
from tejido.reports.document import INTERNAL_STAMP, INVENTED_STAMP
from tejido.tables.carrying import FATES, Loss
from tejido.tables.export import EXPORTS, export_rows
from tejido.tables.htcds_import import import_htcds
from tejido.tables.reading import open_records
from tejido.vocabulary import BadInput, Language, Words

_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object on stdout.")


@click.command("import")
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@click.option(
    "--as", "form", type=click.Choice(["htcds"]), required=True, help="htcds: IOM's standard, version 2.0, as CSV."
)
@click.option(
    "--node", required=True, metavar="NAME", help="The organisation whose records these are, as in records.json."
)
@click.option("--as-of", "as_of", metavar="DATE", required=True, help="The last day the file knows of.")
@click.option("--invented", is_flag=True, help="Nobody in the file exists; without it they do.")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), metavar="DIR", help="Gets the folder of records."
)
@language_option
@_JSON
def import_(
    path: Path, form: str, node: str, as_of: str, invented: bool, out: Path, language: Language, as_json: bool
) -> None:
    """Make a folder of records from a file in another standard.

    Whatever records cannot hold, or hold otherwise, is told in one line each; nothing is dropped in silence.
    """
    cases, losses = import_htcds(path, out, node=node, as_of=_day(as_of), invented=invented)
    _tell(_IMPORTED, cases, str(out), losses, language, as_json)


@click.command("export")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--as", "form", type=click.Choice(EXPORTS), required=True,
              help="htcds: IOM's standard. ctdc2018, ctdc2024: the columns CTDC publishes.")  # fmt: skip
@click.option("--internal", is_flag=True, help="The people exist: the file is for work within the organisation only.")
@click.option("--out", required=True, type=click.Path(path_type=Path), metavar="FILE", help="Gets the rows, as CSV.")
@language_option
@_JSON
def export(folder: Path, form: str, internal: bool, out: Path, language: Language, as_json: bool) -> None:
    """Write the survivors in a folder of records as coded rows of another standard: no name, number or address.

    Rows about people who exist leave an organisation only by a hand-over they allowed: without --internal they are
    refused. Whatever the other standard cannot say is told in one line each.
    """
    records = open_records(folder)
    rows, losses = export_rows(records, out, form=form, internal=internal)
    click.echo(INVENTED_STAMP if records.invented else INTERNAL_STAMP, err=True)
    _tell(_EXPORTED, rows, str(out), losses, language, as_json)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput(
            "day",
            en=f"expected a day as 2017-08-31, not {text!r}",
            es=f"se esperaba un día como 2017-08-31, no {text!r}",
            where="--as-of",
        ) from None


_IMPORTED: Words = {"en": "{out}: {number:,} cases", "es": "{out}: {number:,} casos"}
_EXPORTED: Words = {"en": "{out}: {number:,} rows", "es": "{out}: {number:,} filas"}


def _tell(words: Words, number: int, out: str, losses: Sequence[Loss], language: Language, as_json: bool) -> None:
    if as_json:
        told = [
            {"column": loss.column, "value": loss.value, "fate": loss.fate, "times": loss.times, "reason": loss.reason}
            for loss in losses
        ]
        click.echo(json.dumps({"out": out, "rows": number, "losses": told}, ensure_ascii=False))
        return
    click.echo(words[language].format(out=out, number=number))
    for loss in losses:
        where = loss.column if loss.value is None else f"{loss.column} {loss.value}"
        click.echo(f"  {where}: {FATES[loss.fate][language]}, {loss.times:,}× · {loss.reason[language]}")
