# SPDX-License-Identifier: Apache-2.0
"""`tejido count`: one declared indicator over files."""

from __future__ import annotations

import json
from pathlib import Path

import click

from tejido.cli.wording import language_option
from tejido.statistics.definitions import indicator
from tejido.statistics.figures import Rows, count_files
from tejido.statistics.window import Window
from tejido.vocabulary import Language, Words, code_list


@click.command()
@click.option("--records", "files", multiple=True, required=True, type=click.Path(path_type=Path), metavar="FILE|DIR",
              help="A folder of records or a public file; give it again for each node counted together.")  # fmt: skip
@click.option("--as", "source", type=click.Choice(["records", "ctdc"]), default="records", show_default=True,
              help="What the files are.")  # fmt: skip
@click.option("--indicator", "name", required=True, metavar="ID", help="See `tejido indicators list`.")
@click.option("--by", metavar="NAME", help="A breakdown the indicator declares.")
@click.option("--window", "dates", metavar="A..B", help="Two dates, both included; without it everything counts.")
@language_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def count(
    files: tuple[Path, ...],
    source: str,
    name: str,
    by: str | None,
    dates: str | None,
    language: Language,
    as_json: bool,
) -> None:
    """Count a declared indicator: exact numbers, not protected, for those who may see the records."""
    window = Window.parse(dates) if dates else None
    rows = count_files(files, source=source, name=name, by=by, window=window)
    if as_json:
        click.echo(json.dumps({"rows": [_row(name, by, code, number) for code, number in rows]}, ensure_ascii=False))
        return
    _print_table(name, by, rows, language)


def _row(name: str, by: str | None, code: str | None, number: int) -> dict[str, object]:
    if by is None or code is None:
        return {"count": number}
    integers = indicator(name).breakdown(by).integers and code.isdecimal()
    return {by: int(code) if integers else code, "count": number}


_BY: Words = {"en": "by", "es": "por"}
_BLANK: Words = {"en": "(blank)", "es": "(vacío)"}


def _print_table(name: str, by: str | None, rows: Rows, language: Language) -> None:
    chosen = indicator(name)
    breakdown = chosen.breakdown(by) if by else None
    click.echo(chosen.label[language] + (f", {_BY[language]} {by}" if by else ""))
    widest = max((len(code or "") for code, _ in rows), default=0)
    lines = []
    for code, amount in rows:
        label = "" if code is None else code or _BLANK[language]
        if code and breakdown is not None and breakdown.codes and code in code_list(breakdown.codes):
            label = f"{code:<{widest}}  {code_list(breakdown.codes).label_of(code, language)}"
        lines.append((label, f"{amount:,}"))
    wide = max((len(label) for label, _ in lines), default=0)
    digits = max((len(number) for _, number in lines), default=0)
    for label, number in lines:
        click.echo(f"  {label:<{wide}}  {number:>{digits}}")
