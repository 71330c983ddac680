# SPDX-License-Identifier: Apache-2.0
"""What someone fluent in DuckDB writes for this one sheet: both nodes at once, only the columns needed."""

from __future__ import annotations

from pathlib import Path

import duckdb

from bench.factsheet_contenders import END, START

VICTIM = "('survivor', 'survivor_made_to_control_others')"
NODES = ("mx", "us")
TOP = {"labor_industry": 3, "sex_trafficking_type": 3, "nationality": 4}
NOT_RANKED = "('other', 'unknown', 'XX')"


def _both(world: Path, table: str, columns: str) -> str:
    return " UNION ALL ".join(
        f"SELECT '{node}' AS node, {columns} FROM read_parquet('{world / node / table}.parquet')" for node in NODES
    )


def figures(world: Path) -> dict[str, int]:
    """Every figure of the sheet as unit/by/cell."""
    con = duckdb.connect(":memory:", config={"threads": 2})
    con.execute("SET preserve_insertion_order = false")
    _select(con, world)
    found: dict[str, int] = {}
    for unit in ("contacts", "cases", "victims", "traffickers"):
        found[unit] = con.execute(f"SELECT coalesce(sum(n), 0)::BIGINT FROM {unit}").fetchone()[0]
    for unit in ("victims", "traffickers"):
        singles = [("gender", "unknown"), ("age_at_contact", "unknown")]
        singles += [("type_of_trafficking", "other_not_specified")] if unit == "victims" else []
        for column, unknown in singles:
            found |= _single(con, unit, column, unknown)
        several = [("nationality", "nationalities")]
        if unit == "victims":
            several += [("labor_industry", "labor_industries"), ("sex_trafficking_type", "sex_trafficking_types")]
        for name, column in several:
            found |= _several(con, unit, name, column)
    states = con.execute(
        "SELECT state, count(DISTINCT (node, case_id)) FROM places JOIN cases USING (node, case_id) "
        "WHERE kind = 'exploitation' AND state IS NOT NULL GROUP BY state"
    ).fetchall()
    return found | {f"cases/state_of_potential_trafficking/{state}": number for state, number in states}


def _select(con: duckdb.DuckDBPyConnection, world: Path) -> None:
    persons = (
        "person_id, case_id, role, unnamed_group, count_best, gender, age_at_contact, nationalities, "
        "type_of_trafficking, labor_industries, sex_trafficking_types, counted_by"
    )
    con.execute(f"CREATE VIEW places AS {_both(world, 'places', 'case_id, kind, country, state')}")
    con.execute(f"CREATE VIEW persons AS {_both(world, 'persons', persons)}")
    con.execute(f"CREATE VIEW groups AS {_both(world, 'group_counts', 'person_id, attribute, code, count')}")
    con.execute(
        "CREATE TEMP TABLE nexus AS SELECT node, case_id FROM places WHERE country = 'MX' UNION "
        f"SELECT node, case_id FROM persons WHERE role IN {VICTIM} AND list_contains(nationalities, 'MX') UNION "
        "SELECT p.node, p.case_id FROM persons p JOIN groups g USING (node, person_id) "
        f"WHERE p.role IN {VICTIM} AND g.attribute = 'nationalities' AND g.code = 'MX'"
    )
    con.execute(
        "CREATE TEMP TABLE known AS SELECT node, case_id, counted_by "
        f"FROM ({_both(world, 'cases', 'case_id, opened_on, counted_by')}) "
        f"SEMI JOIN nexus USING (node, case_id) SEMI JOIN (SELECT node, case_id FROM places "
        "WHERE kind = 'exploitation' AND country IN ('US', 'MX')) USING (node, case_id) "
        f"WHERE opened_on BETWEEN DATE '{START}' AND DATE '{END}'"
    )
    con.execute(
        "CREATE TEMP TABLE cases AS SELECT node, case_id, 1 AS n FROM known WHERE coalesce(counted_by, node) = node"
    )
    for unit, role in (("victims", f"role IN {VICTIM}"), ("traffickers", "role = 'potential_trafficker'")):
        con.execute(
            f"CREATE TEMP TABLE {unit} AS SELECT p.* EXCLUDE (count_best), count_best AS n FROM persons p "
            f"SEMI JOIN known USING (node, case_id) WHERE {role} AND coalesce(counted_by, node) = node"
        )
    con.execute(
        "CREATE TEMP TABLE contacts AS SELECT 1 AS n FROM "
        f"({_both(world, 'contacts', 'received_on, topic, countries, case_id')}) c "
        "WHERE topic IN ('trafficking_situation', 'trafficking_tip') "
        f"AND received_on BETWEEN DATE '{START}' AND DATE '{END}' AND (list_contains(countries, 'MX') "
        "OR (node, case_id) IN (SELECT node, case_id FROM nexus))"
    )


def _single(con: duckdb.DuckDBPyConnection, unit: str, column: str, unknown: str) -> dict[str, int]:
    rows = con.execute(
        f"SELECT cell, sum(n)::BIGINT FROM (SELECT coalesce({column}, '{unknown}') AS cell, n FROM {unit} "
        f"WHERE NOT unnamed_group UNION ALL SELECT code, count FROM groups SEMI JOIN {unit} USING (node, person_id) "
        f"WHERE attribute = '{column}') GROUP BY cell"
    ).fetchall()
    found = dict(rows)
    everyone = con.execute(f"SELECT sum(n)::BIGINT FROM {unit}").fetchone()[0]
    found[unknown] = found.get(unknown, 0) + everyone - sum(found.values())
    return {f"{unit}/{column}/{cell}": number for cell, number in found.items() if number}


def _several(con: duckdb.DuckDBPyConnection, unit: str, name: str, column: str) -> dict[str, int]:
    rows = con.execute(
        f"SELECT cell, sum(n)::BIGINT AS number FROM (SELECT unnest({column}) AS cell, n FROM {unit} "
        f"WHERE NOT unnamed_group UNION ALL SELECT code, count FROM groups SEMI JOIN {unit} USING (node, person_id) "
        f"WHERE attribute = '{column}') WHERE cell NOT IN {NOT_RANKED} GROUP BY cell "
        f"ORDER BY number DESC LIMIT {TOP[name]}"
    ).fetchall()
    return {f"{unit}/{name}/{cell}": number for cell, number in rows}
