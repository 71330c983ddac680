# SPDX-License-Identifier: Apache-2.0
"""`tejido factsheet`: build a joint fact sheet from records; audit a published one."""

from __future__ import annotations

import json
from pathlib import Path

import click

from tejido.cli.factsheet_audit import audit
from tejido.statistics.factsheet import build as build_sheet
from tejido.statistics.sheet_file import published_sheet
from tejido.statistics.window import Window
from tejido.tables.reading import open_records
from tejido.vocabulary import BadInput, Language

DEFAULT_PROTECTION = "k=11"


@click.group()
def factsheet() -> None:
    """Fact sheets: built from records, and audited."""


factsheet.add_command(audit)


@factsheet.command()
@click.option("--records", "folders", multiple=True, required=True, type=click.Path(path_type=Path), metavar="DIR",
              help="A node's folder of records; give it once for each node.")  # fmt: skip
@click.option("--window", "dates", required=True, metavar="A..B", help="Two dates, both included.")
@click.option("--language", type=click.Choice(["es", "en"]), required=True, help="Of the sheet.")
@click.option("--out", required=True, type=click.Path(path_type=Path), metavar="DIR",
              help="Gets sheet.pdf, sheet.html and sheet.json, and nothing else.")  # fmt: skip
@click.option("--protect", default=DEFAULT_PROTECTION, show_default=True, metavar="k=N|none",
              help="Hide counts under N and all they could be worked out from.")  # fmt: skip
@click.option("--earlier", "before", multiple=True, type=click.Path(path_type=Path), metavar="OUT",
              help="A sheet published before, to be read beside this one; give it once for each.")  # fmt: skip
@click.option(
    "--apart",
    is_flag=True,
    help="No node sees another's exact tables: hide too what it could learn by taking its own away.",
)
@click.option("--internal", is_flag=True, help="Stamp every page, and show what each figure is made of.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as one JSON object too.")
def build(
    folders: tuple[Path, ...],
    dates: str,
    language: Language,
    out: Path,
    protect: str,
    before: tuple[Path, ...],
    apart: bool,
    internal: bool,
    as_json: bool,
) -> None:
    """Count the records of one or more nodes together and write the fact sheet."""
    sheet = build_sheet(
        [open_records(folder) for folder in folders],
        window=Window.parse(dates),
        language=language,
        folder=out,
        protection=_smallest(protect),
        internal=internal,
        earlier=[published_sheet(path) for path in before],
        apart=apart,
    )
    if as_json:
        click.echo(json.dumps(sheet.as_json() | {"language": language}, ensure_ascii=False))
    else:
        click.echo(f"{out / 'sheet.pdf'}\n{out / 'sheet.html'}\n{out / 'sheet.json'}")


def _smallest(protect: str) -> int | None:
    """The smallest count shown: "k=11" is 11, "none" is None; raises `BadInput`."""
    if protect == "none":
        return None
    name, _, number = protect.partition("=")
    if name != "k" or not (number.isascii() and number.isdecimal()):
        raise BadInput(
            "protection",
            en=f"expected k=N (as {DEFAULT_PROTECTION}) or none, not {protect!r}",
            es=f"se esperaba k=N (como {DEFAULT_PROTECTION}) o none, no {protect!r}",
            where="--protect",
        )
    return int(number)
