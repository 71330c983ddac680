# SPDX-License-Identifier: Apache-2.0
"""What someone fluent in DuckDB writes for this one sheet: node by node, only the columns needed."""

from __future__ import annotations

from pathlib import Path

import duckdb
from bench.factsheet_contenders import END, START

VICTIM = "('survivor', 'survivor_made_to_control_others')"
TOP = {"labor_industry": 3, "sex_trafficking_type": 3, "nationality": 4}
NOT_RANKED = ("other", "unknown", "XX")


def figures(world: Path) -> dict[str, int]:
    """Every figure of the sheet as unit/by/cell, zeros left out."""
    found: dict[str, int] = {}
    con = duckdb.connect(":memory:", config={"threads": 2})
    con.execute("SET preserve_insertion_order = false")
    for node in ("mx", "us"):
        for key, number in _node(con, world / node, node):
            found[key] = found.get(key, 0) + number
    return _ranked(found)


def _ranked(found: dict[str, int]) -> dict[str, int]:
    kept = {key: number for key, number in found.items() if key.count("/") < 2 or key.split("/")[1] not in TOP}
    for unit in ("victims", "traffickers"):
        for name, top in TOP.items():
            start = f"{unit}/{name}/"
            cells = [(n, k) for k, n in found.items() if k.startswith(start) and k.split("/")[2] not in NOT_RANKED]
            kept.update({key: number for number, key in sorted(cells, reverse=True)[:top]})
    return {key: number for key, number in kept.items() if number}


def _node(con: duckdb.DuckDBPyConnection, folder: Path, node: str) -> list[tuple[str, int]]:
    for table in ("contacts", "cases", "persons", "places", "group_counts"):
        con.execute(f"CREATE OR REPLACE VIEW {table} AS FROM read_parquet('{folder / table}.parquet')")
    con.execute(
        "CREATE OR REPLACE TEMP TABLE nexus AS SELECT case_id FROM places WHERE country = 'MX' "
        f"UNION SELECT case_id FROM persons WHERE role IN {VICTIM} AND list_contains(nationalities, 'MX') "
        f"UNION SELECT case_id FROM persons WHERE unnamed_group AND role IN {VICTIM} AND person_id IN "
        "(SELECT person_id FROM group_counts WHERE attribute = 'nationalities' AND code = 'MX')"
    )
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE known AS SELECT case_id, coalesce(counted_by, '{node}') = '{node}' AS here "
        f"FROM cases WHERE opened_on BETWEEN DATE '{START}' AND DATE '{END}' AND case_id IN (FROM nexus) "
        "AND case_id IN (SELECT case_id FROM places WHERE kind = 'exploitation' AND country IN ('US', 'MX'))"
    )
    people = (
        f"FROM persons WHERE case_id IN (SELECT case_id FROM known) AND coalesce(counted_by, '{node}') = '{node}' "
        f"AND role IN ('potential_trafficker', {VICTIM[1:]}"
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE people AS SELECT "
        "CASE role WHEN 'potential_trafficker' THEN 'traffickers' ELSE 'victims' END AS unit, gender, age_at_contact, "
        "type_of_trafficking, nationalities, labor_industries, sex_trafficking_types, count(*) AS n "
        f"{people} AND NOT unnamed_group GROUP BY ALL"
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE groups AS SELECT "
        "CASE role WHEN 'potential_trafficker' THEN 'traffickers' ELSE 'victims' END AS unit, person_id, "
        f"count_best AS n {people} AND unnamed_group"
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE described AS SELECT unit, attribute, code, sum(count) AS n "
        "FROM group_counts JOIN groups USING (person_id) GROUP BY ALL"
    )
    return con.execute(" UNION ALL ".join(_queries())).fetchall()


def _queries() -> list[str]:
    queries = [
        "SELECT 'contacts', count(*) FROM contacts WHERE topic IN ('trafficking_situation', 'trafficking_tip') "
        f"AND received_on BETWEEN DATE '{START}' AND DATE '{END}' "
        "AND (list_contains(countries, 'MX') OR case_id IN (FROM nexus))",
        "SELECT 'cases', count(*) FROM known WHERE here",
        "SELECT unit, sum(n)::BIGINT FROM (SELECT unit, n FROM people UNION ALL SELECT unit, n FROM groups) GROUP BY 1",
        "SELECT 'cases/state_of_potential_trafficking/' || state, count(DISTINCT case_id) FROM places "
        "WHERE kind = 'exploitation' AND state IS NOT NULL AND case_id IN (SELECT case_id FROM known WHERE here) "
        "GROUP BY state",
    ]
    for column, unknown in (
        ("gender", "unknown"),
        ("age_at_contact", "unknown"),
        ("type_of_trafficking", "other_not_specified"),
    ):
        units = "WHERE unit = 'victims'" if column == "type_of_trafficking" else ""
        queries.append(
            f"SELECT unit || '/{column}/' || cell, sum(n)::BIGINT FROM ("
            f"SELECT unit, coalesce({column}, '{unknown}') AS cell, n FROM people "
            f"UNION ALL SELECT unit, code, n FROM described WHERE attribute = '{column}' "
            f"UNION ALL SELECT unit, '{unknown}', n FROM groups "
            f"UNION ALL SELECT unit, '{unknown}', -n FROM described WHERE attribute = '{column}') {units} "
            "GROUP BY unit, cell"
        )
    for name, column in (
        ("nationality", "nationalities"),
        ("labor_industry", "labor_industries"),
        ("sex_trafficking_type", "sex_trafficking_types"),
    ):
        queries.append(
            f"SELECT unit || '/{name}/' || cell, sum(n)::BIGINT FROM ("
            f"SELECT unit, unnest({column}) AS cell, n FROM people "
            f"UNION ALL SELECT unit, code, n FROM described WHERE attribute = '{column}') GROUP BY unit, cell"
        )
    return queries
