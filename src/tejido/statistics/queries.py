# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: S608  every piece of SQL here is built from names declared in code and quoted codes, never from records
"""An indicator as DuckDB SQL. Everything is built from declared tables, columns and codes; nothing from records.

Tables of one node carry its prefix: `n0_cases`. For an indicator `cases` that others name, `n0_meets_cases` holds the
keys of the rows that meet its filter; for one that is counted, `n0_unit_victims` shows what its figures need, from
its meets-table or from a pool that one scan of the records made for several indicators.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
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


def meets_sql(indicator: Indicator, prefix: str, window: Window | None, others: Collection[str]) -> str:
    """Rows that meet the filter of `indicator`: key, the date for a window, and whether this node counts them.

    `window`, if given, is applied at once: only where whoever uses the table asks for that same window.
    """
    rule, place = indicator.window, Place(prefix, indicator.table, "r")
    columns = [f"r.{indicator.table.key}", "1 AS amount", f"{counted_sql(indicator.table, 'r', others)} AS counted"]
    conditions = [condition_sql(indicator.filter, place)]
    if rule is not None and rule.linked is None:
        columns.append(f"r.{rule.date}")
        if window is not None:
            conditions.append(f"r.{rule.date} BETWEEN DATE '{window.start}' AND DATE '{window.end}'")
    return (
        f"CREATE OR REPLACE TEMP TABLE {prefix}_meets_{indicator.id} AS SELECT {', '.join(columns)} "
        f"FROM {prefix}_{indicator.table.name} AS r WHERE {' AND '.join(conditions)}"
    )


def keys_sql(indicator: Indicator, prefix: str) -> str:
    """Only the keys of the rows that meet the filter, where no date of theirs is asked for.

    Where rows of other tables alone decide, their references are the keys: no need to read the rows themselves.
    """
    place = Place(prefix, indicator.table, "r")
    parts = indicator.filter.parts if isinstance(indicator.filter, AnyOf) else (indicator.filter,)
    lookups = [_membership(part, place) for part in parts if isinstance(part, Exists)]
    if len(lookups) == len(parts) and all(key == indicator.table.key for key, _ in lookups):
        union = " UNION ALL ".join(members for _, members in lookups)
        query = f"SELECT DISTINCT * FROM ({union}) AS found({indicator.table.key})"
    else:
        where = condition_sql(indicator.filter, place)
        query = f"SELECT r.{indicator.table.key} FROM {prefix}_{indicator.table.name} AS r WHERE {where}"
    return f"CREATE OR REPLACE TEMP TABLE {prefix}_meets_{indicator.id} AS {query}"


def dated_by(indicator: Indicator) -> str | None:
    """The indicator whose meets-table also brings the date of this one's window: one join for both."""
    rule = indicator.window
    if rule is not None and rule.linked is not None:
        for part in _parts(indicator.filter):
            if isinstance(part, Linked) and part.column == rule.linked and isinstance(part.condition, Meets):
                return part.condition.indicator
    return None


def pool_sql(name: str, pool: Sequence[Indicator], prefix: str, window: Window | None, others: Collection[str]) -> str:
    """One scan for all indicators of `pool` (see `pools`): their rows summed by every code their figures ask for.

    Few different answers, many people: what is kept is small. Groups of unnamed people stay one row each, because
    their codes stand elsewhere.
    """
    one = pool[0]
    source, condition = _with_its_linked_row(one, prefix)
    conditions = [condition_sql(part, Place(prefix, one.table, "r")) for part in looked_up(condition)]
    own = [[condition_sql(part, Place(prefix, one.table, "r")) for part in own_codes(each)] for each in pool]
    if all(own):
        conditions.append("(" + " OR ".join(f"({' AND '.join(parts)})" for parts in own) + ")")
    if window is not None and one.window is not None:
        alias = "w" if one.window.linked else "r"
        conditions.append(f"{alias}.{one.window.date} BETWEEN DATE '{window.start}' AND DATE '{window.end}'")
    columns = [f"{counted_sql(one.table, 'r', others)} AS counted", f"sum({_amount(one)}) AS amount"]
    if one.estimate:
        columns.append("r.unnamed_group")
        columns.append(f"CASE WHEN r.unnamed_group THEN r.{one.table.key} END AS {one.table.key}")
    columns.extend(f"r.{column}" for column in _asked(pool))
    return (
        f"CREATE OR REPLACE TEMP TABLE {prefix}_{name} AS SELECT {', '.join(columns)} "
        f"FROM {prefix}_{one.table.name} AS r{source} WHERE {' AND '.join(conditions) or 'true'} GROUP BY ALL"
    )


def unit_sql(indicator: Indicator, prefix: str, source: str, window: Window | None) -> str:
    """The rows of one indicator among those of `source`: its pool, or its own meets-table, which has the date."""
    conditions = []
    if source.startswith("meets_"):
        if window is not None and indicator.window is not None:
            conditions.append(f"r.{indicator.window.date} BETWEEN DATE '{window.start}' AND DATE '{window.end}'")
    else:
        conditions.extend(condition_sql(part, Place(prefix, indicator.table, "r")) for part in own_codes(indicator))
    return (
        f"CREATE OR REPLACE TEMP VIEW {prefix}_unit_{indicator.id} AS "
        f"SELECT * FROM {prefix}_{source} AS r WHERE {' AND '.join(conditions) or 'true'}"
    )


def pools(indicators: Sequence[Indicator]) -> list[list[Indicator]]:
    """Indicators that one scan can serve: same table, window and look-ups, other codes of their own rows."""
    found: dict[tuple[object, ...], list[Indicator]] = {}
    for indicator in indicators:
        lookups = tuple(part for part in _parts(indicator.filter) if not isinstance(part, HasCode))
        found.setdefault((indicator.table.name, indicator.window, indicator.estimate, lookups), []).append(indicator)
    return list(found.values())


def own_codes(indicator: Indicator) -> list[HasCode]:
    """The parts of the filter that ask for codes of the row itself."""
    return [part for part in _parts(indicator.filter) if isinstance(part, HasCode)]


def looked_up(condition: Condition | None) -> list[Condition]:
    """The parts of a filter that look elsewhere, or combine."""
    return [part for part in _parts(condition) if not isinstance(part, HasCode)] if condition is not None else []


def _parts(condition: Condition) -> tuple[Condition, ...]:
    return condition.parts if isinstance(condition, All) else (condition,)


def _amount(indicator: Indicator) -> str:
    return f"r.{indicator.estimate}" if indicator.estimate else "1"


def _asked(pool: Sequence[Indicator]) -> list[str]:
    """Columns by which the figures of `pool` are told apart."""
    asked = [part.column for one in pool for part in own_codes(one)]
    asked += [b.column for one in pool for b in one.breakdowns.values() if b.through is None]
    return list(dict.fromkeys(asked))


def _with_its_linked_row(indicator: Indicator, prefix: str) -> tuple[str, Condition | None]:
    """The join that brings the window's date, and what remains of the filter."""
    rule, source = indicator.window, dated_by(indicator)
    if rule is None or rule.linked is None:
        return "", indicator.filter
    if source is None:
        return f" JOIN {prefix}_{rule.table} AS w ON w.{rule.key} = r.{rule.linked}", indicator.filter
    there = Linked(rule.linked, str(rule.table), str(rule.key), Meets(source))
    rest = tuple(part for part in _parts(indicator.filter) if part != there)
    return f" JOIN {prefix}_meets_{source} AS w ON w.{rule.key} = r.{rule.linked}", All(rest) if rest else None


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
