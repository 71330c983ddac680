# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: S608  every piece of SQL here is built from names declared in code and quoted codes, never from records
"""An indicator as DuckDB SQL. Everything is built from declared tables, columns and codes; nothing from records.

Tables of one node carry its prefix: `n0_cases`. For an indicator `cases` that others name, `n0_meets_cases` holds the
keys of the rows that meet its filter; for one that is counted, `n0_unit_victims` holds what its figures need.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from tejido.statistics.conditions import All, AnyOf, Condition, Exists, HasCode, Linked, Meets, Not
from tejido.statistics.sources import SOURCES
from tejido.statistics.specification import Breakdown, Indicator
from tejido.statistics.window import Window
from tejido.tables import Table


def quoted(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def listed(codes: Collection[str]) -> str:
    """Codes as the inside of an SQL list."""
    return ", ".join(quoted(code) for code in codes)


@dataclass(frozen=True)
class Place:
    """Where a piece of SQL stands: the prefix of the node's tables and the alias of the row."""

    prefix: str
    table: Table
    alias: str

    def inner(self, table: str) -> Place:
        """The row of `table` one level deeper."""
        return Place(self.prefix, _declared(self.table, table), f"{self.alias}x")


def _declared(here: Table, name: str) -> Table:
    return next(tables[name] for tables in SOURCES.values() if here.name in tables and name in tables)


def condition_sql(condition: Condition, place: Place) -> str:
    """A condition as an SQL expression on `place.alias`; NULL counts as false."""
    match condition:
        case All(parts):
            return "(" + " AND ".join(condition_sql(part, place) for part in parts) + ")"
        case AnyOf(parts):
            return _any_sql(parts, place)
        case Not(part):
            return f"(NOT coalesce({condition_sql(part, place)}, false))"
        case HasCode(column, codes, several):
            if not several:
                return f"{place.alias}.{column} IN ({listed(codes)})"
            if len(codes) == 1:
                return f"list_contains({place.alias}.{column}, {listed(codes)})"
            return f"list_has_any({place.alias}.{column}, [{listed(codes)}])"
        case Meets() | Linked() | Exists():
            key, members = _membership(condition, place)
            return f"{place.alias}.{key} IN ({members})"


def _any_sql(parts: tuple[Condition, ...], place: Place) -> str:
    """Alternatives; those that look the same key up elsewhere become one look-up in the union: one join."""
    lookups: dict[str, list[str]] = {}
    rest = []
    for part in parts:
        if isinstance(part, Meets | Linked | Exists):
            key, members = _membership(part, place)
            lookups.setdefault(key, []).append(members)
        else:
            rest.append(condition_sql(part, place))
    for key, members_of in lookups.items():
        rest.append(f"{place.alias}.{key} IN ({' UNION ALL '.join(members_of)})")
    return "(" + " OR ".join(rest) + ")"


def _membership(condition: Meets | Linked | Exists, place: Place) -> tuple[str, str]:
    """(column of this row, query of the values it must be among)."""
    match condition:
        case Meets(name):
            key = str(place.table.key)
            return key, f"SELECT {key} FROM {place.prefix}_meets_{name}"
        case Linked(column, _, key, Meets(name)):
            return column, f"SELECT {key} FROM {place.prefix}_meets_{name}"
        case Linked(column, table, key, inner):
            there = place.inner(table)
            where = condition_sql(inner, there)
            return column, f"SELECT {there.alias}.{key} FROM {place.prefix}_{table} AS {there.alias} WHERE {where}"
        case Exists(table, column, key, inner):
            there = place.inner(table)
            where = condition_sql(inner, there)
            return key, f"SELECT {there.alias}.{column} FROM {place.prefix}_{table} AS {there.alias} WHERE {where}"


def meets_sql(indicator: Indicator, prefix: str) -> str:
    """Keys, and the date that places them in a window, of the rows that meet the filter of `indicator`."""
    place = Place(prefix, indicator.table, "r")
    columns = [f"r.{indicator.table.key}"]
    if indicator.window is not None and indicator.window.linked is None:
        columns.append(f"r.{indicator.window.date}")
    return (
        f"CREATE TEMP TABLE {prefix}_meets_{indicator.id} AS SELECT {', '.join(columns)} "
        f"FROM {prefix}_{indicator.table.name} AS r WHERE {condition_sql(indicator.filter, place)}"
    )


def unit_sql(
    indicator: Indicator, prefix: str, window: Window | None, others: Collection[str], materialised: bool
) -> str:
    """What the figures of `indicator` need of each counted row: key, amount, whether this node counts it, and codes.

    `others` are the nodes counted together with this one: rows they count are held here, not counted.
    `materialised`: the filter already stands as a meets-table, which has the keys and the date.
    """
    table = indicator.table
    place = Place(prefix, table, "r")
    columns = [f"r.{table.key}"] if table.key else []
    columns.append(f"r.{indicator.estimate} AS amount" if indicator.estimate else "1 AS amount")
    columns.append(f"{counted_sql(table, 'r', others)} AS counted")
    if indicator.estimate:
        columns.append("r.unnamed_group")
    direct = [b.column for b in indicator.breakdowns.values() if b.through is None]
    columns.extend(f"r.{column}" for column in dict.fromkeys(direct))
    source, conditions = f"{prefix}_{table.name} AS r", []
    if materialised:
        source += f" JOIN {prefix}_meets_{indicator.id} AS m ON m.{table.key} = r.{table.key}"
    else:
        joined, condition = _with_its_linked_row(indicator, prefix)
        source += joined
        if condition is not None:
            conditions.append(condition_sql(condition, place))
    if window is not None and indicator.window is not None:
        alias = "w" if indicator.window.linked else ("m" if materialised else "r")
        conditions.append(f"{alias}.{indicator.window.date} BETWEEN DATE '{window.start}' AND DATE '{window.end}'")
    where = " AND ".join(conditions) or "true"
    return f"CREATE TEMP TABLE {prefix}_unit_{indicator.id} AS SELECT {', '.join(columns)} FROM {source} WHERE {where}"


def _with_its_linked_row(indicator: Indicator, prefix: str) -> tuple[str, Condition | None]:
    """The join that brings the window's date, and what remains of the filter.

    Where the filter already asks that the linked row meet an indicator, its meets-table has the date: one join.
    """
    rule = indicator.window
    if rule is None or rule.linked is None:
        return "", indicator.filter
    if isinstance(indicator.filter, All):
        for number, part in enumerate(indicator.filter.parts):
            if isinstance(part, Linked) and part.column == rule.linked and isinstance(part.condition, Meets):
                rest = indicator.filter.parts[:number] + indicator.filter.parts[number + 1 :]
                there = f" JOIN {prefix}_meets_{part.condition.indicator} AS w ON w.{rule.key} = r.{rule.linked}"
                return there, All(rest) if rest else None
    return f" JOIN {prefix}_{rule.table} AS w ON w.{rule.key} = r.{rule.linked}", indicator.filter


def counted_sql(table: Table, alias: str, others: Collection[str]) -> str:
    """Whether this node counts the row: always, unless one of `others` does."""
    if "counted_by" not in table.names or not others:
        return "true"
    return f"({alias}.counted_by IS NULL OR {alias}.counted_by NOT IN ({listed(others)}))"


_TOTALS = "coalesce(sum(amount) FILTER (WHERE counted), 0)::BIGINT, coalesce(sum(amount), 0)::BIGINT"


def headline_sql(indicator: Indicator, prefix: str) -> str:
    """(counted, held) of the whole indicator."""
    return f"SELECT {_TOTALS} FROM {prefix}_unit_{indicator.id}"


def breakdown_sql(indicator: Indicator, breakdown: Breakdown, prefix: str) -> str:
    """(cell, counted, held) by code, without groups of unnamed people, in no particular order."""
    unit = f"{prefix}_unit_{indicator.id}"
    if breakdown.through is not None:
        return _through_sql(indicator, breakdown, prefix)
    people = "WHERE NOT unnamed_group" if indicator.estimate else ""
    column = breakdown.column
    if indicator.table.column(column).kind == "codes":
        # Few different lists, many rows: sum by list first, then take the lists apart.
        by_list = (
            f"SELECT {column}, sum(amount) FILTER (WHERE counted) AS counted, sum(amount) AS held "
            f"FROM {unit} {people} GROUP BY {column}"
        )
        apart = f"SELECT unnest(list_distinct({column})) AS cell, counted, held FROM ({by_list})"
        return f"SELECT cell, coalesce(sum(counted), 0)::BIGINT, sum(held)::BIGINT FROM ({apart}) GROUP BY cell"
    cell = column if breakdown.unknown is None else f"coalesce({column}, {quoted(breakdown.unknown)})"
    return f"SELECT {cell} AS cell, {_TOTALS} FROM {unit} {people} GROUP BY cell"


def _through_sql(indicator: Indicator, breakdown: Breakdown, prefix: str) -> str:
    """Each counted row once per code among the rows that point to it."""
    through = breakdown.through
    if through is None:
        raise ValueError(breakdown.name)
    there = Place(prefix, indicator.table, "u").inner(through.table)
    where = condition_sql(through.condition, there)
    pairs = (
        f"SELECT DISTINCT {there.alias}.{breakdown.column} AS cell, u.{through.key}, u.amount, u.counted "
        f"FROM {prefix}_{through.table} AS {there.alias} "
        f"JOIN {prefix}_unit_{indicator.id} AS u ON u.{through.key} = {there.alias}.{through.column} "
        f"WHERE {there.alias}.{breakdown.column} IS NOT NULL AND {where}"
    )
    return f"SELECT cell, {_TOTALS} FROM ({pairs}) GROUP BY cell"


def groups_sql(indicator: Indicator, prefix: str) -> str:
    """(attribute, code, counted, held) of the groups of unnamed people that `indicator` counts."""
    return (
        "SELECT g.attribute, g.code, coalesce(sum(g.count) FILTER (WHERE u.counted), 0)::BIGINT, sum(g.count)::BIGINT "
        f"FROM {prefix}_group_counts AS g JOIN {prefix}_unit_{indicator.id} AS u ON u.person_id = g.person_id "
        "WHERE u.unnamed_group GROUP BY g.attribute, g.code"
    )


def group_total_sql(indicator: Indicator, prefix: str) -> str:
    """(counted, held) people in groups of unnamed people."""
    return f"SELECT {_TOTALS} FROM {prefix}_unit_{indicator.id} WHERE unnamed_group"


def described_groups_sql(indicator: Indicator, prefix: str) -> str:
    """A group whose own row has codes that would not be counted: at most one row (person)."""
    direct = {b.column: indicator.table.column(b.column) for b in indicator.breakdowns.values() if b.through is None}
    filled = [
        f"len({name}) > 0" if column.kind == "codes" else f"{name} IS NOT NULL" for name, column in direct.items()
    ]
    return (
        f"SELECT person_id FROM {prefix}_unit_{indicator.id} "
        f"WHERE unnamed_group AND ({' OR '.join(filled) or 'false'}) ORDER BY person_id LIMIT 1"
    )
