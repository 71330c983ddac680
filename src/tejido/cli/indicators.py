# SPDX-License-Identifier: Apache-2.0
"""`tejido indicators`: what is counted, and whether a definition can be read."""

from __future__ import annotations

import json
from pathlib import Path

import click

from tejido.statistics.definitions import check_definition
from tejido.statistics.definitions import indicator as indicator_called
from tejido.statistics.definitions import indicators as shipped
from tejido.statistics.notes import footnote_texts
from tejido.statistics.specification import Indicator
from tejido.vocabulary import BadInput, Language

_LANGUAGE = click.option("--language", type=click.Choice(["en", "es"]), default="en", show_default=True)
_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")


@click.group()
def indicators() -> None:
    """Declared indicators: nothing is computed that is not declared."""


@indicators.command("list")
@_LANGUAGE
@_JSON
def list_indicators(language: Language, as_json: bool) -> None:
    """Every indicator, its unit and what it can be divided by."""
    found = shipped().values()
    if as_json:
        listed = [
            {
                "id": one.id,
                "unit": one.unit.plural,
                "source": one.source,
                "label": one.label,
                "by": list(one.breakdowns),
            }
            for one in found
        ]
        click.echo(json.dumps({"indicators": listed}, ensure_ascii=False))
        return
    wide = max(len(one.id) for one in found)
    for one in found:
        click.echo(f"{one.id:<{wide}}  {one.label[language]}")
        if one.breakdowns:
            click.echo(f"{'':<{wide}}  by {', '.join(one.breakdowns)}")


@indicators.command("show")
@click.argument("name", metavar="ID")
@_LANGUAGE
@_JSON
def show_indicator(name: str, language: Language, as_json: bool) -> None:
    """The definition of one indicator."""
    one = indicator_called(name)
    if as_json:
        click.echo(json.dumps(json.loads(one.definition), ensure_ascii=False))
        return
    for line in _described(one, language):
        click.echo(line)


def _described(one: Indicator, language: Language) -> list[str]:
    lines = [one.label[language], one.note[language], f"unit: {one.unit.plural} · table: {one.source}/{one.table.name}"]
    if one.window is not None:
        lines.append(f"date: {one.window.date}" + (f" through {one.window.linked}" if one.window.linked else ""))
    if one.estimate:
        lines.append(f"people: {one.estimate}")
    lines.append(f"filter: {json.dumps(json.loads(one.definition)['filter'], ensure_ascii=False)}")
    for breakdown in one.breakdowns.values():
        answer = "several answers" if breakdown.multiple else "one answer"
        top = f", top {breakdown.top} of {len(breakdown.listed)} known codes" if breakdown.top else ""
        lines.append(f"by {breakdown.name}: {breakdown.label[language]} ({answer}{top})")
    lines.extend(f"* {footnote_texts()[note][language]}" for note in one.footnotes)
    return [line for line in lines if line]


@indicators.command("check")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="[FILE.yaml]...")
def check_indicators(files: tuple[Path, ...]) -> None:
    """Read every shipped definition, or the FILES given beside them; exit 2 with one clear line if one is wrong."""
    for file in files:
        try:
            text = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            raise BadInput(
                "definition_file",
                en="expected a readable YAML file in UTF-8",
                es="se esperaba un archivo YAML legible en UTF-8",
                where=str(file),
            ) from None
        check_definition(file.name, text)
    checked = len(files) if files else len(shipped())
    click.echo(f"{checked} {'definition' if checked == 1 else 'definitions'} in order.")
