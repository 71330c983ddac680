# SPDX-License-Identifier: Apache-2.0
"""What every column may hold, and what cannot be: public before any row was looked at, never read from the rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from tejido.vocabulary import BadInput, UnknownCodeList, code_list, system_reason
from tejido.vocabulary.lists import read_yaml

MISSING = ""  # an empty cell: a category like any other
MOST_CATEGORIES, MOST_TOGETHER, MOST_COLUMNS = 5_000, 6_000, 40
_TOO_LARGE = 5_000_000


@dataclass(frozen=True)
class Domain:
    """The columns in order with their categories; `impossible`: values that no row holds together."""

    columns: Mapping[str, tuple[str, ...]]
    impossible: tuple[Mapping[str, frozenset[str]], ...] = ()
    person: str | None = None  # the column that tells persons apart; it is read and never written
    left_out: frozenset[str] = frozenset()

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(self.columns)

    @cached_property
    def sizes(self) -> tuple[int, ...]:
        """How many categories each column has."""
        return tuple(len(values) for values in self.columns.values())


def _refuse(where: str, en: str, es: str) -> BadInput:
    return BadInput("microdata.domain", where=where, en=en, es=es)


def read_domain(path: Path) -> Domain:
    """The domain written in a YAML file; raises `BadInput`.

    columns: {gender: [woman, man], country: country, age: {values: [a, b], missing: false}}
    """
    name = path.name
    try:
        if path.stat().st_size > _TOO_LARGE:
            raise _refuse(name, "too large for a domain", "demasiado grande para un dominio")
        raw = read_yaml(path.read_bytes().decode("utf-8-sig"))
    except OSError as problem:
        why = system_reason(problem)
        raise _refuse(name, f"cannot be read: {why['en']}", f"no se puede leer: {why['es']}") from None
    except UnicodeDecodeError:
        raise _refuse(name, "expected UTF-8", "se esperaba UTF-8") from None
    except (yaml.YAMLError, RecursionError):
        raise _refuse(name, "it is not YAML", "no es YAML") from None
    if not isinstance(raw, dict) or not isinstance(raw.get("columns"), dict):
        raise _refuse(name, "expected `columns:` with a list of codes for each column",
                      "se esperaba `columns:` con una lista de códigos por columna")  # fmt: skip
    if extra := sorted(map(str, set(raw) - {"columns", "impossible", "person", "leave_out"})):
        raise _refuse(name, f"unknown entry {extra[0]!r}", f"entrada desconocida {extra[0]!r}")
    columns = {str(column): _values(f"{name}, column {column}", given) for column, given in raw["columns"].items()}
    person = raw.get("person")
    return domain(
        columns,
        impossible=_impossible(name, raw.get("impossible") or (), columns),
        person=None if person is None else str(person),
        left_out=[str(column) for column in _listed(name, raw.get("leave_out") or ())],
        where=name,
    )


def domain(
    columns: Mapping[str, Sequence[str]],
    *,
    impossible: Sequence[Mapping[str, frozenset[str]]] = (),
    person: str | None = None,
    left_out: Sequence[str] = (),
    where: str = "",
) -> Domain:
    """A domain that can be used; raises `BadInput`."""
    if not columns:
        raise _refuse(where, "expected at least one column", "se esperaba al menos una columna")
    if len(columns) > MOST_COLUMNS:
        raise _refuse(where, f"{len(columns)} columns; at most {MOST_COLUMNS} are taken",
                      f"{len(columns)} columnas; se aceptan hasta {MOST_COLUMNS}")  # fmt: skip
    for name, values in columns.items():
        place = f"{where}, column {name}" if where else f"column {name}"
        if not values:
            raise _refuse(place, "it has no categories", "no tiene categorías")
        if len(values) > MOST_CATEGORIES:
            raise _refuse(place, f"{len(values)} categories; at most {MOST_CATEGORIES} are taken",
                          f"{len(values)} categorías; se aceptan hasta {MOST_CATEGORIES}")  # fmt: skip
        if len(set(values)) < len(values):
            raise _refuse(place, "a category stands there twice", "una categoría aparece dos veces")
    if (together := sum(map(len, columns.values()))) > MOST_TOGETHER:
        raise _refuse(where, f"{together} categories in all columns; at most {MOST_TOGETHER} are taken",
                      f"{together} categorías en todas las columnas; se aceptan hasta {MOST_TOGETHER}")  # fmt: skip
    if person in columns:
        raise _refuse(where, f"{person!r} tells persons apart and cannot be published",
                      f"{person!r} distingue a las personas y no puede publicarse")  # fmt: skip
    return Domain({name: tuple(values) for name, values in columns.items()}, tuple(impossible), person,
                  frozenset(left_out))  # fmt: skip


def _listed(where: str, given: Any) -> list[Any]:
    if isinstance(given, (list, tuple)) and not any(isinstance(one, (list, dict)) for one in given):
        return list(given)
    raise _refuse(where, "expected a list of codes", "se esperaba una lista de códigos")


def _values(where: str, given: Any) -> tuple[str, ...]:
    missing = True
    if isinstance(given, dict):
        missing = given.get("missing", True)
        if set(given) - {"values", "missing"} or not isinstance(missing, bool) or "values" not in given:
            raise _refuse(where, "expected `values` and perhaps `missing: false`",
                          "se esperaba `values` y quizá `missing: false`")  # fmt: skip
        given = given["values"]
    if isinstance(given, str):
        try:
            values = tuple(code_list(given))
        except (UnknownCodeList, OSError, ValueError):
            raise _refuse(where, f"no code list {given!r} is shipped",
                          f"no existe la lista de códigos {given!r}") from None  # fmt: skip
    else:
        values = tuple("" if value is None else _written(value) for value in _listed(where, given))
    return (MISSING, *values) if missing and MISSING not in values else values


def _written(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _impossible(
    where: str, given: Any, columns: Mapping[str, tuple[str, ...]]
) -> tuple[Mapping[str, frozenset[str]], ...]:
    """Each: values of two or more columns that no row holds together."""
    found = []
    for entry in given if isinstance(given, (list, tuple)) else [given]:
        if not isinstance(entry, dict) or len(entry) < 2 or not all(str(name) in columns for name in entry):
            raise _refuse(where, "expected under `impossible` two or more columns with their values",
                          "se esperaban en `impossible` dos o más columnas con sus valores")  # fmt: skip
        together = {}
        for name, values in entry.items():
            chosen = [_written(v) if v is not None else "" for v in (values if isinstance(values, list) else [values])]
            if unknown := [value for value in chosen if value not in columns[str(name)]]:
                raise _refuse(f"{where}, column {name}", f"{unknown[0]!r} is none of its categories",
                              f"{unknown[0]!r} no es una de sus categorías")  # fmt: skip
            together[str(name)] = frozenset(chosen)
        found.append(together)
    return tuple(found)
