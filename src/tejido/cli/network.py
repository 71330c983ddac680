# SPDX-License-Identifier: Apache-2.0
"""`tejido network`: is this a network, what is in it, and the same in another form."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import cast

import click

from tejido.cli.wording import language_option
from tejido.networks import FORMS, Description, Form, NetworkFile, describe, read_network, write_network
from tejido.vocabulary import Language, Words, code_list

_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object on stdout.")
_FILE = click.argument("path", metavar="FILE", type=click.Path(path_type=Path))


@click.group()
def network() -> None:
    """Networks as files: check, describe, convert. Survivors, under-18s and unknown roles are protected in each."""


@network.command()
@_FILE
@language_option
@_JSON
def check(path: Path, language: Language, as_json: bool) -> None:
    """Check every value of FILE: a folder with nodes.csv and ties.csv, or a file .json, .graphml or .csv.

    A .csv is taken as the archive INFORMSJoC/2023.0423 publishes them. Exit 0: all can be taken, and what stands out
    is told; 2: the first thing that cannot be taken.
    """
    read = read_network(path)
    found = describe(read.network)
    notes = _notes(read, found)
    if as_json:
        _print_json(_about(read) | {"nodes": found.nodes, "ties": found.ties, "notes": notes})
        return
    head = {"en": "{nodes:,} nodes, {ties:,} ties; every value can be taken",
            "es": "{nodes:,} puntos, {ties:,} vínculos; todos los valores son válidos"}[language]  # fmt: skip
    click.echo(
        f"{path.name}: {head.format(nodes=found.nodes, ties=found.ties)}. {_DECLARED[read.network.declared][language]}"
    )
    for note in notes:
        click.echo(f"  {note[language]}")


@network.command("describe")
@_FILE
@language_option
@_JSON
def describe_(path: Path, language: Language, as_json: bool) -> None:
    """Count who and what is in FILE: roles, ties, who is protected, and whether flow can pass."""
    read = read_network(path)
    found = describe(read.network)
    if as_json:
        _print_json(_about(read) | asdict(found) | {"notes": _notes(read, found)})
        return
    click.echo(f"{path.name}. {_DECLARED[read.network.declared][language]}")
    _print_counts(_HEADS["nodes"][language], found.nodes, _labelled("network_role", found.roles, language))
    click.echo(f"  {_HEADS['protected'][language]:<52}{found.protected:>10,}")
    click.echo(f"  {_HEADS['under_18'][language]:<52}{found.under_18:>10,}")
    _print_counts(_HEADS["ties"][language], found.ties, _labelled("tie_kind", found.kinds, language))
    click.echo(f"  {_HEADS['under_control'][language]:<52}{found.under_control:>10,}")
    click.echo(f"  {_HEADS['may_act_on'][language]:<52}{found.may_act_on:>10,}")
    _print_counts(_HEADS["evidence"][language], None,
                  _labelled("strength_of_indications", found.evidence, language))  # fmt: skip
    for note in _notes(read, found):
        click.echo(note[language])


@network.command()
@_FILE
@click.argument("out", metavar="OUT", type=click.Path(path_type=Path))
@click.option(
    "--to", "form", type=click.Choice(FORMS), help="Without it, by the ending of OUT; a folder gets the CSV pair."
)
@language_option
@_JSON
def convert(path: Path, out: Path, form: str | None, language: Language, as_json: bool) -> None:
    """Write FILE in another form as OUT: JSON, GraphML, or a folder with nodes.csv and ties.csv.

    What FILE has and OUT cannot keep is told; an OUT that is already there is left alone.
    """
    read = read_network(path)
    endings: Mapping[str, Form] = {".json": "json", ".graphml": "graphml", ".xml": "graphml"}
    chosen = cast(Form, form) if form else endings.get(out.suffix.lower(), "csv")
    write_network(read.network, out, chosen)
    if as_json:
        counts = {"nodes": len(read.network.nodes), "ties": len(read.network.ties)}
        _print_json({"out": str(out), "form": chosen} | counts | {"left_out": read.left_out})
        return
    click.echo(f"{out}: {chosen}")
    for name in read.left_out:
        click.echo(f"  {_LEFT_OUT[language].format(name=name)}")


_DECLARED: dict[str, Words] = {
    "published": {"en": "A published network.", "es": "Una red publicada."},
    "invented": {"en": "INVENTED DATA.", "es": "DATOS INVENTADOS."},
    "casework": {"en": "INTERNAL: about people who exist.", "es": "USO INTERNO: sobre personas que existen."},
}
_HEADS: dict[str, Words] = {
    "nodes": {"en": "Nodes", "es": "Puntos"},
    "protected": {"en": "protected: no plan acts against them", "es": "protegidos: ningún plan actúa contra ellos"},
    "under_18": {"en": "under 18", "es": "niñas, niños y adolescentes"},
    "ties": {"en": "Ties", "es": "Vínculos"},
    "under_control": {"en": "while they carry flow, a survivor is under control",
                      "es": "mientras llevan flujo, alguien está bajo control"},
    "may_act_on": {"en": "that a plan may act on", "es": "sobre los que un plan puede actuar"},
    "evidence": {"en": "Strength of the indications", "es": "Solidez de los indicios"},
}  # fmt: skip
_NOT_SAID: Words = {"en": "Not said", "es": "No se dice"}
_LEFT_OUT: Words = {"en": "left out: {name}, which a network does not keep",
                    "es": "se omite: {name}, que una red no guarda"}  # fmt: skip
_NO_PATH: Words = {"en": "nothing can flow from source to sink", "es": "nada puede fluir del origen al destino"}
_NO_FLOW: Words = {"en": "knows no flow: no source and no sink", "es": "no conoce flujo: ni origen ni destino"}
_CYCLIC: Words = {"en": "flow can go round in a circle", "es": "el flujo puede dar vueltas en círculo"}
_PARALLEL: Words = {"en": "{count:,} ties run beside another one the same way; each counts",
                    "es": "{count:,} vínculos van junto a otro en la misma dirección; todos cuentan"}  # fmt: skip
_NO_CAPACITY: Words = {"en": "{count:,} ties without a capacity: no plan over flows can be made",
                       "es": "{count:,} vínculos sin capacidad: no se puede hacer un plan sobre flujos"}  # fmt: skip
_IN_PARTS: Words = {"en": "falls into {count:,} pieces", "es": "se divide en {count:,} partes"}
_NO_TARGET: Words = {
    "en": "a plan may act on no tie: whoever it falls on is protected, or it has no cost",
    "es": "un plan no puede actuar sobre ningún vínculo: afecta a alguien protegido, o no tiene costo",
}


def _notes(read: NetworkFile, found: Description) -> list[Words]:
    """What stands out, in both languages."""
    notes = [_said(_LEFT_OUT, name=name) for name in read.left_out]
    if found.reaches is None:
        notes.append(_NO_FLOW)
    elif found.without_capacity:
        notes.append(_said(_NO_CAPACITY, count=found.without_capacity))
    if found.reaches is False:
        notes.append(_NO_PATH)
    if found.cyclic:
        notes.append(_CYCLIC)
    if found.parallel:
        notes.append(_said(_PARALLEL, count=found.parallel))
    if found.parts > 1 and found.reaches is None:
        notes.append(_said(_IN_PARTS, count=found.parts))
    if not found.may_act_on:
        notes.append(_NO_TARGET)
    return notes


def _said(words: Words, **filled: object) -> Words:
    return {language: text.format(**filled) for language, text in words.items()}


def _about(read: NetworkFile) -> dict[str, object]:
    one = read.network
    return {"declared": one.declared, "title": one.title, "directed": one.directed, "left_out": list(read.left_out)}


def _labelled(name: str, counts: Mapping[str, int], language: Language) -> dict[str, int]:
    known = code_list(name)
    return {
        _NOT_SAID[language] if not code else known.label_of(code, language): counts[code]
        for code in [*(code for code in known if code in counts), *([""] if "" in counts else [])]
    }


def _print_counts(head: str, total: int | None, counts: Mapping[str, int]) -> None:
    click.echo(head if total is None else f"{head:<54}{total:>10,}")
    for label, count in counts.items():
        click.echo(f"  {label:<52}{count:>10,}")


def _print_json(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=False))
