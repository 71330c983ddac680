# SPDX-License-Identifier: Apache-2.0
"""`tejido indicators`: what is counted, and whether a definition can be read."""

from __future__ import annotations

import json
import re
from pathlib import Path

import click

from tejido.cli.wording import language_option
from tejido.statistics.breakdowns import BASE_LABELS
from tejido.statistics.definitions import check_definition
from tejido.statistics.definitions import indicator as indicator_called
from tejido.statistics.definitions import indicators as shipped
from tejido.statistics.notes import footnote_texts
from tejido.statistics.specification import RECORDS, Indicator
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
    "population": {"en": "population: {words}", "es": "población: {words}"},
    "geography": {"en": "geography: {words}", "es": "geografía: {words}"},
    "date": {"en": "date that counts: {date}", "es": "fecha que cuenta: {date}"},
    "date_of": {
        "en": "date that counts: {date} through {linked}",
        "es": "fecha que cuenta: {date} a través de {linked}",
    },
    "as_of": {"en": "as of: the last day the records know of", "es": "al: último día que conocen los registros"},
    "release": {"en": "as of: the release of {release}", "es": "al: la publicación de {release}"},
    "people": {"en": "unnamed people: by {estimate}", "es": "personas sin nombre: por {estimate}"},
    "filter": {"en": "filter: {filter}", "es": "filtro: {filter}"},
    "by": {"en": "by", "es": "por"},
    "one": {"en": "one answer", "es": "respuesta única"},
    "several": {"en": "several answers", "es": "respuesta múltiple"},
    "base": {"en": "base: {rule}", "es": "base de cálculo: {rule}"},
    "list": {"en": "list {name}, version {version}", "es": "catálogo {name}, versión {version}"},
    "unknown": {"en": "unknown: {codes}", "es": "se desconoce: {codes}"},
    "median": {"en": "with its median", "es": "con su mediana"},
    "top": {"en": ", top {top} of {known} known codes", "es": ", los {top} mayores de {known} códigos conocidos"},
    "checked": {"en": "Definitions in order: {number}", "es": "Definiciones en orden: {number}"},
}


def _described(one: Indicator, language: Language) -> list[str]:
    def said(word: str, **values: object) -> str:
        return _WORDS[word][language].format(**values)

    window = one.window
    linked = window.linked if window else None
    definition = json.dumps(json.loads(one.definition)["filter"], ensure_ascii=False)
    lines = [
        one.label[language],
        said("population", words=one.population[language]),
        one.note[language],
        said("unit", unit=one.unit.plural, table=f"{one.source}/{one.table.name}"),
        said("date_of" if linked else "date", date=window.date, linked=linked) if window else "",
        said("as_of") if one.as_of == RECORDS else said("release", release=one.as_of),
        said("geography", words=one.geography[language]),
        said("people", estimate=one.estimate) if one.estimate else "",
        said("filter", filter=definition),
    ]
    for breakdown in one.breakdowns.values():
        answer = said("several" if breakdown.multiple else "one")
        top = said("top", top=breakdown.top, known=len(breakdown.listed)) if breakdown.top else ""
        lines.append(f"{said('by')} {breakdown.name}: {breakdown.label[language]} ({answer}{top})")
        about = [said("base", rule=BASE_LABELS[breakdown.base][language])]
        about += [said("unknown", codes=", ".join(breakdown.silent))] if breakdown.silent else []
        about += [said("list", name=breakdown.codes, version=breakdown.version)] if breakdown.codes else []
        about += [said("median")] if breakdown.band else []
        lines.append(f"    {' · '.join(about)}")
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
