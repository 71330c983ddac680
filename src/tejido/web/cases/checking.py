# SPDX-License-Identifier: AGPL-3.0-or-later
"""What must hold of a person or a place before it is sealed; afterwards nobody could check."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tejido.tables.records import PERSONS, PLACES
from tejido.tables.shape import Kind, Table
from tejido.vocabulary import BadInput, code_list

_MOST = 100_000
COUNTS = ("count_low", "count_best", "count_high")


def check_person(values: Mapping[str, Any]) -> None:
    """Raises `BadInput`; `where` names the field. Only the role is required: without it nobody counts or protects."""
    if not values.get("role"):
        raise BadInput("person.role", en="say which role", es="indique el papel en el caso", where="role")
    _check_codes(PERSONS, values)
    if values.get("unnamed_group"):
        _check_counts(values)
        _check_group(values)


def check_place(values: Mapping[str, Any]) -> None:
    """Raises `BadInput`; `where` names the field."""
    if not values.get("kind"):
        raise BadInput("place.kind", en="say what happened there", es="indique qué ocurrió ahí", where="kind")
    _check_codes(PLACES, values)
    state, country = values.get("state"), values.get("country")
    if state and country != str(state)[:2]:  # ISO 3166-2 begins with the country
        raise BadInput(
            "place.state", en="this state is not in that country", es="ese estado no es de ese país", where="state"
        )


def _check_codes(table: Table, values: Mapping[str, Any]) -> None:
    for column in table.columns:
        value = values.get(column.name)
        if column.codes is None or value in (None, "", []):
            continue
        given = value if column.kind is Kind.CODES else [value]
        known = code_list(column.codes)
        for code in given:
            if code not in known:
                raise BadInput(
                    "code.unknown",
                    en=f"{code!r} is not a code of {column.codes}",
                    es=f"{code!r} no es un código de {column.codes}",
                    where=column.name,
                )


def _check_counts(values: Mapping[str, Any]) -> None:
    counts: list[Any] = [values.get(name) for name in COUNTS]
    if not all(isinstance(count, int) and count >= 1 for count in counts):
        raise BadInput(
            "group.counts",
            en="how many people: the least, the best estimate and the most, each 1 or more",
            es="cuántas personas: al menos, la mejor estimación y a lo más, cada una 1 o más",
            where="count_best",
        )
    low, best, high = counts
    if not low <= best <= high:
        raise BadInput(
            "group.order",
            en="the best estimate must lie between the least and the most",
            es="la mejor estimación debe estar entre el mínimo y el máximo",
            where="count_best",
        )
    if high > _MOST:  # a slip of the finger; what counts them all takes no larger number either
        raise BadInput(
            "group.most",
            en=f"at most {_MOST} people: is there a digit too many?",
            es=f"a lo más {_MOST} personas: ¿sobra algún dígito?",
            where="count_high",
        )


def _check_group(values: Mapping[str, Any]) -> None:
    best = values["count_best"]
    attributes = code_list("group_attribute")
    for name, counts in (values.get("group_counts") or {}).items():
        attribute = attributes.codes[name]
        known = code_list(attribute.properties["codes"])
        if any(code not in known or count < 1 for code, count in counts.items()):
            raise BadInput("group.codes", en="a count is wrong", es="hay un conteo equivocado", where=name)
        most = max(counts.values(), default=0) if attribute.properties["multiple"] else sum(counts.values())
        if most > best:
            raise BadInput(
                "group.too_many",
                en=f"{attribute.label['en']}: the counts are more than the {best} people of the best estimate",
                es=f"{attribute.label['es']}: los conteos rebasan las {best} personas de la mejor estimación",
                where=name,
            )
