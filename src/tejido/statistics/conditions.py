# SPDX-License-Identifier: Apache-2.0
"""The small language in which an indicator says which rows it counts.

{column: topic, where: {related_to_trafficking: true}}   codes of the column's list with that property
{column: country, in: [US, MX]}                          one of these codes
{column: nationalities, has_any: [MX]}                   a column of several codes holds any of these
{linked: case_id, is: CONDITION}                         the row that the column points to meets the condition
{exists: places, is: CONDITION}                          some row of that table that points here meets it
{meets: mexico_nexus}                                    the filter of another indicator of the same table
{every_row: true}                                        every row of the table
{all: [CONDITION, …]} · {any: [CONDITION, …]} · {not: CONDITION}
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tejido.tables import Column, Kind, Table
from tejido.vocabulary import BadInput, UnknownCodeList, code_list


@dataclass(frozen=True)
class All:
    """Every part holds; of no parts, every row does."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Not:
    """The part does not hold; an empty column makes the part false, so this true."""

    part: Condition


@dataclass(frozen=True)
class HasCode:
    """The column holds one of `codes`; an empty column does not."""

    column: str
    codes: tuple[str, ...]
    several: bool


@dataclass(frozen=True)
class Meets:
    """The row meets the filter of another indicator of the same table."""

    indicator: str


@dataclass(frozen=True)
class Linked:
    """The row of `table` that `column` points to meets `condition`."""

    column: str
    table: str
    key: str
    condition: Condition


@dataclass(frozen=True)
class Exists:
    """Some row of `table` whose `column` points to this row meets `condition`."""

    table: str
    column: str
    key: str
    condition: Condition


Condition = All | AnyOf | Not | HasCode | Meets | Linked | Exists


def refused(where: str, en: str, es: str) -> BadInput:
    """The one error of a definition that cannot be read."""
    return BadInput("indicator_definition", en=en, es=es, where=where)


def read_condition(raw: object, table: Table, tables: Mapping[str, Table], where: str) -> Condition:
    """Read a condition on rows of `table` from YAML; raises `BadInput` naming the part that is wrong."""
    if not isinstance(raw, dict) or not raw:
        raise refused(where, "expected a condition", "se esperaba una condición")
    for word, reader in _READERS.items():
        if word in raw:
            return reader(raw, table, tables, f"{where}.{word}")
    words = ", ".join(_READERS)
    raise refused(where, f"a condition begins with one of: {words}", f"una condición empieza con: {words}")


def parts_of(condition: Condition, table: str) -> Iterator[tuple[Condition, str]]:
    """A condition on rows of `table` and every condition inside it, each with the table whose rows it is about."""
    yield condition, table
    match condition:
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from parts_of(part, table)
        case Not(part):
            yield from parts_of(part, table)
        case Linked(table=other, condition=inner) | Exists(table=other, condition=inner):
            yield from parts_of(inner, other)


def named(condition: Condition, table: str) -> Iterator[tuple[str, str]]:
    """Each indicator that a condition on rows of `table` names, with the table it must be about."""
    for part, about in parts_of(condition, table):
        if isinstance(part, Meets):
            yield part.indicator, about


def columns_of(condition: Condition) -> Iterator[str]:
    """Columns of the row itself that a condition reads."""
    match condition:
        case HasCode(column):
            yield column
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from columns_of(part)
        case Not(part):
            yield from columns_of(part)


def only(raw: Mapping[str, Any], allowed: set[str], where: str) -> None:
    """Refuse a key nobody declared: a misspelt `top` must not silently count something else."""
    for key in raw:
        if key not in allowed:
            listed = ", ".join(sorted(allowed))
            raise refused(where, f"unknown key {key!r}; known: {listed}", f"clave desconocida {key!r}; hay: {listed}")


def column_of(table: Table, name: object, where: str) -> Column:
    """The column of `table` called `name`; raises `BadInput`."""
    try:
        return table.column(str(name))
    except KeyError:
        raise refused(
            where, f"table {table.name} has no column {name!r}", f"la tabla {table.name} no tiene columna {name!r}"
        ) from None


def codes_with(list_name: str, properties: object, where: str) -> tuple[str, ...]:
    """Codes of a list whose properties all match, `{country: [US, MX]}` meaning either; `BadInput` if none do."""
    if not isinstance(properties, dict) or not properties:
        raise refused(where, "expected {property: value}", "se esperaba {propiedad: valor}")
    try:
        listed = code_list(list_name)
    except UnknownCodeList:
        raise refused(where, f"no code list {list_name!r}", f"no hay catálogo {list_name!r}") from None
    wanted = {key: value if isinstance(value, list) else [value] for key, value in properties.items()}
    found = tuple(
        code
        for code, entry in listed.codes.items()
        if all(entry.properties.get(key) in values for key, values in wanted.items())
    )
    if not found:
        raise refused(
            where,
            f"no code of {list_name} has {properties}",
            f"ningún código de {list_name} tiene {properties}",
        )
    return found


def _every_row(raw: dict[str, Any], table: Table, tables: Mapping[str, Table], where: str) -> Condition:
    if raw != {"every_row": True}:
        raise refused(where, "expected {every_row: true}", "se esperaba {every_row: true}")
    return All(())


def _all(raw: dict[str, Any], table: Table, tables: Mapping[str, Table], where: str) -> Condition:
    only(raw, {"all"}, where)
    return All(_parts(raw["all"], table, tables, where))


def _any(raw: dict[str, Any], table: Table, tables: Mapping[str, Table], where: str) -> Condition:
    only(raw, {"any"}, where)
    return AnyOf(_parts(raw["any"], table, tables, where))


def _parts(raw: object, table: Table, tables: Mapping[str, Table], where: str) -> tuple[Condition, ...]:
    if not isinstance(raw, list) or not raw:
        raise refused(where, "expected a list of conditions", "se esperaba una lista de condiciones")
    return tuple(read_condition(part, table, tables, f"{where}[{number}]") for number, part in enumerate(raw, 1))


def _not(raw: dict[str, Any], table: Table, tables: Mapping[str, Table], where: str) -> Condition:
    only(raw, {"not"}, where)
    return Not(read_condition(raw["not"], table, tables, where))


def _meets(raw: dict[str, Any], table: Table, tables: Mapping[str, Table], where: str) -> Condition:
    only(raw, {"meets"}, where)
    return Meets(str(raw["meets"]))


def _column(raw: dict[str, Any], table: Table, tables: Mapping[str, Table], where: str) -> Condition:
    column = column_of(table, raw["column"], where)
    only(raw, {"column", "has_any", "where"} if column.kind is Kind.CODES else {"column", "in", "where"}, where)
    if len(raw) != 2:
        raise refused(where, "expected the codes (in, has_any or where)", "faltan los códigos (in, has_any o where)")
    if "where" in raw:
        if column.codes is None:
            raise refused(where, f"{column.name} has no code list", f"{column.name} no tiene catálogo")
        codes = codes_with(column.codes, raw["where"], where)
    else:
        codes = _listed(raw.get("in", raw.get("has_any")), column, where)
    return HasCode(column.name, codes, column.kind is Kind.CODES)


def _listed(raw: object, column: Column, where: str) -> tuple[str, ...]:
    if not isinstance(raw, list) or not raw:
        raise refused(where, "expected a list of codes", "se esperaba una lista de códigos")
    codes = tuple(str(code) for code in raw)
    if column.codes is not None:
        known = code_list(column.codes)
        for code in codes:
            if code not in known:
                raise refused(where, f"{code!r} is not in {column.codes}", f"{code!r} no está en {column.codes}")
    return codes


def _linked(raw: dict[str, Any], table: Table, tables: Mapping[str, Table], where: str) -> Condition:
    only(raw, {"linked", "is"}, where)
    column = column_of(table, raw["linked"], where)
    target = tables.get(column.references or "")
    if target is None or target.key is None:
        raise refused(where, f"{column.name} points to no table", f"{column.name} no apunta a ninguna tabla")
    return Linked(column.name, target.name, target.key, read_condition(raw.get("is"), target, tables, where))


def _exists(raw: dict[str, Any], table: Table, tables: Mapping[str, Table], where: str) -> Condition:
    only(raw, {"exists", "is"}, where)
    target = tables.get(str(raw["exists"]))
    if target is None or table.key is None:
        raise refused(where, f"no table {raw['exists']!r}", f"no hay tabla {raw['exists']!r}")
    pointing = [column for column in target.columns if column.references == table.name]
    if len(pointing) != 1:
        raise refused(
            where,
            f"{target.name} does not point to {table.name}",
            f"{target.name} no apunta a {table.name}",
        )
    inner = read_condition(raw.get("is"), target, tables, where)
    return Exists(target.name, pointing[0].name, table.key, inner)


_Reader = Callable[[dict[str, Any], Table, Mapping[str, Table], str], Condition]
_READERS: dict[str, _Reader] = {
    "every_row": _every_row,
    "all": _all,
    "any": _any,
    "not": _not,
    "meets": _meets,
    "column": _column,
    "linked": _linked,
    "exists": _exists,
}
