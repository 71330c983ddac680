# SPDX-License-Identifier: Apache-2.0
"""The indicators that are shipped, read together: what they name must exist and must not go in circles."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path

from tejido.statistics.conditions import named, refused
from tejido.statistics.notes import read_yaml
from tejido.statistics.specification import Indicator, read_indicator
from tejido.vocabulary import BadInput, code_list


def read_indicators(texts: Mapping[str, str]) -> dict[str, Indicator]:
    """Read definitions by file name; raises `BadInput` where one is wrong or names what is not there."""
    found: dict[str, Indicator] = {}
    for name, text in sorted(texts.items()):
        indicator = read_indicator(read_yaml(text, name), name)
        if indicator.id != Path(name).stem:
            raise refused(
                name,
                f"the id {indicator.id!r} is not the name of its file",
                f"la clave {indicator.id!r} no es el nombre de su archivo",
            )
        found[indicator.id] = indicator
    for indicator in found.values():
        _check_names(indicator, found, ())
    return found


def _check_names(indicator: Indicator, found: Mapping[str, Indicator], above: tuple[str, ...]) -> None:
    where = f"{indicator.id}.yaml"
    if indicator.id in above:
        path = " -> ".join((*above, indicator.id))
        raise refused(where, f"definitions go in a circle: {path}", f"las definiciones dan la vuelta: {path}")
    for name, table in named(indicator.filter, indicator.table.name):
        other = found.get(name)
        if other is None:
            raise refused(where, f"no indicator {name!r}", f"no hay indicador {name!r}")
        if other.table.name != table or other.source != indicator.source:
            raise refused(where, f"{name} is not about {table}", f"{name} no trata de {table}")
        _check_names(other, found, (*above, indicator.id))


@cache
def indicators() -> dict[str, Indicator]:
    """Every shipped indicator by id."""
    return read_indicators(_shipped_texts())


def _shipped_texts() -> dict[str, str]:
    folder = files("tejido.statistics") / "indicators"
    return {entry.name: entry.read_text(encoding="utf-8") for entry in folder.iterdir() if entry.name.endswith(".yaml")}


def indicator(name: str) -> Indicator:
    """The shipped indicator called `name`; raises `BadInput` naming those there are."""
    found = indicators()
    if name in found:
        return found[name]
    there = ", ".join(found)
    raise BadInput(
        "unknown_indicator",
        en=f"no indicator {name!r}; there are: {there}",
        es=f"no hay indicador {name!r}; hay: {there}",
    )


def check_definition(name: str, text: str) -> None:
    """Read a definition as if it stood beside the shipped ones; raises `BadInput` where it is wrong."""
    read_indicators(_shipped_texts() | {name: text})


def in_order(names: Iterable[str], found: Mapping[str, Indicator]) -> list[str]:
    """`names` and every indicator they name, each after those it names."""
    ordered: list[str] = []

    def visit(name: str) -> None:
        if name not in ordered:
            for other, _ in named(found[name].filter, found[name].table.name):
                visit(other)
            ordered.append(name)

    for name in names:
        visit(name)
    return ordered


def definitions_hash(names: Iterable[str]) -> str:
    """SHA-256 over the definitions of `names` and all they name: equal where two nodes count the same things.

    With the codes they come to: the same words over another version of a code list count something else.
    """
    found = indicators()
    counted = [found[name] for name in sorted(in_order(names, found))]
    lists = {breakdown.codes for one in counted for breakdown in one.breakdowns.values() if breakdown.codes}
    told = [f"{one.definition}\n{one.filter}" for one in counted]
    text = "\n".join([*told, *(f"{name} {code_list(name).version} {[*code_list(name)]}" for name in sorted(lists))])
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
