# SPDX-License-Identifier: Apache-2.0
"""`tejido indicators`: what is counted, and whether a definition can be read."""

from __future__ import annotations

import json
import re
from pathlib import Path

import click

from tejido.cli.wording import language_option
from tejido.statistics.definitions import check_definition
from tejido.statistics.definitions import indicator as indicator_called
from tejido.statistics.definitions import indicators as shipped
from tejido.statistics.notes import footnote_texts
from tejido.statistics.specification import Indicator
from tejido.vocabulary import BadInput, Language, Words

_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")


@click.group()
def indicators() -> None:
    """Declared indicators: nothing is computed that is not declared."""


@indicators.command("list")
@language_option
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
            click.echo(f"{'':<{wide}}  {_WORDS['by'][language]} {', '.join(one.breakdowns)}")


@indicators.command("show")
@click.argument("name", metavar="ID")
@language_option
@_JSON
def show_indicator(name: str, language: Language, as_json: bool) -> None:
    """The definition of one indicator."""
    one = indicator_called(name)
    if as_json:
        click.echo(json.dumps(json.loads(one.definition), ensure_ascii=False))
        return
    for line in _described(one, language):
        click.echo(line)


_WORDS: dict[str, Words] = {
    "unit": {"en": "unit: {unit} · table: {table}", "es": "unidad: {unit} · tabla: {table}"},
    "date": {"en": "date: {date}", "es": "fecha: {date}"},
    "date_of": {"en": "date: {date} through {linked}", "es": "fecha: {date} a través de {linked}"},
    "people": {"en": "people: {estimate}", "es": "personas: {estimate}"},
    "filter": {"en": "filter: {filter}", "es": "filtro: {filter}"},
    "by": {"en": "by", "es": "por"},
    "one": {"en": "one answer", "es": "respuesta única"},
    "several": {"en": "several answers", "es": "respuesta múltiple"},
    "top": {"en": ", top {top} of {known} known codes", "es": ", los {top} mayores de {known} códigos conocidos"},
    "checked": {"en": "Definitions in order: {number}", "es": "Definiciones en orden: {number}"},
}


def _described(one: Indicator, language: Language) -> list[str]:
    def said(name: str, **values: object) -> str:
        return _WORDS[name][language].format(**values)

    lines = [one.label[language], one.note[language]]
    lines.append(said("unit", unit=one.unit.plural, table=f"{one.source}/{one.table.name}"))
    if one.window is not None:
        linked = one.window.linked
        lines.append(said("date_of" if linked else "date", date=one.window.date, linked=linked))
    if one.estimate:
        lines.append(said("people", estimate=one.estimate))
    lines.append(said("filter", filter=json.dumps(json.loads(one.definition)["filter"], ensure_ascii=False)))
    for breakdown in one.breakdowns.values():
        answer = said("several" if breakdown.multiple else "one")
        top = said("top", top=breakdown.top, known=len(breakdown.listed)) if breakdown.top else ""
        lines.append(f"{said('by')} {breakdown.name}: {breakdown.label[language]} ({answer}{top})")
    # What a count alone can fill in, its dates, is left open.
    lines.extend(f"* {re.sub(r'{[a-z_]+}', '…', footnote_texts()[note][language])}" for note in one.footnotes)
    return [line for line in lines if line]


@indicators.command("check")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="[FILE.yaml]...")
@language_option
def check_indicators(files: tuple[Path, ...], language: Language) -> None:
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
    click.echo(_WORDS["checked"][language].format(number=checked))
