# SPDX-License-Identifier: Apache-2.0
"""`tejido count`: one declared indicator over files."""

from __future__ import annotations

import json
from pathlib import Path

import click

from tejido.cli.wording import language_option
from tejido.reports.numbers import percent_text
from tejido.statistics.breakdowns import BASE_LABELS, Base
from tejido.statistics.definitions import indicator
from tejido.statistics.figures import Counted, count_files
from tejido.statistics.window import Window
from tejido.vocabulary import Language, Words


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
    counted = count_files(files, source=source, name=name, by=by, window=window)
    if as_json:
        click.echo(json.dumps(_object(name, by, counted), ensure_ascii=False))
        return
    _print_table(name, by, counted, language)


def _object(name: str, by: str | None, counted: Counted) -> dict[str, object]:
    rows: dict[str, object] = {"rows": [_row(name, by, code, number) for code, number in counted.rows]}
    if by is None:
        return rows
    base = indicator(name).breakdown(by).base
    rows["base"] = {"rule": base, "count": counted.base, "label": BASE_LABELS[base]}
    return rows | ({"median": counted.median} if counted.median is not None else {})


def _row(name: str, by: str | None, code: str | None, number: int) -> dict[str, object]:
    if by is None or code is None:
        return {"count": number}
    integers = indicator(name).breakdown(by).integers and code.isdecimal()
    return {by: int(code) if integers else code, "count": number}


_BY: Words = {"en": "by", "es": "por"}
_BLANK: Words = {"en": "(blank)", "es": "(vacío)"}
_OF: Words = {"en": "Base", "es": "Base de cálculo"}
_MEDIAN: Words = {"en": "Median", "es": "Mediana"}


def _print_table(name: str, by: str | None, counted: Counted, language: Language) -> None:
    chosen = indicator(name)
    if by is None:
        click.echo(f"{chosen.label[language]}\n    {counted.rows[0][1]:,}")
        return
    breakdown = chosen.breakdown(by)
    click.echo(f"{chosen.label[language]}, {_BY[language]} {by}")
    widest = max((len(code or "") for code, _ in counted.rows), default=0)
    lines = []
    for code, amount in counted.rows:
        words = breakdown.label_of(code or "")[language]
        label = _BLANK[language] if not code else code if words == code else f"{code:<{widest}}  {words}"
        # Whoever is not in the base has no share of it.
        percents = breakdown.percent and (breakdown.base is Base.EVERYONE or code not in breakdown.silent)
        lines.append((label, f"{amount:,}", percent_text(amount, counted.base) or "" if percents else ""))
    wide, digits, last = (max((len(line[place]) for line in lines), default=0) for place in range(3))
    for label, number, percent in lines:
        click.echo(f"  {label:<{wide}}  {number:>{digits}}  {percent:>{last}}".rstrip())
    click.echo(f"{_OF[language]}: {BASE_LABELS[breakdown.base][language]} ({counted.base:,})")
    if counted.median is not None:
        click.echo(f"{_MEDIAN[language]}: {breakdown.label_of(counted.median)[language]}")
