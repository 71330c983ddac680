# SPDX-License-Identifier: Apache-2.0
"""What someone fluent in DuckDB writes to count every shipped indicator: node by node, only the columns needed.

Each file is read once (of persons, who has a Mexican nationality must be known before anyone is counted: two of its
columns are read before), joined once, and added up by all it is divided by; the cells come from those small sums.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

VICTIM = "('survivor', 'survivor_made_to_control_others')"
SINGLE = {"gender": "unknown", "age_at_contact": "unknown", "type_of_trafficking": "other_not_specified"}
LISTS = {
    "nationality": ("nationalities", "XX"),
    "labor_industry": ("labor_industries", "unknown"),
    "sex_trafficking_type": ("sex_trafficking_types", "unknown"),
    "means_of_control": ("means_of_control", "unknown"),
    "recruitment": ("recruitment", "unknown"),
}
# Each indicator of people: its unit, the mark of its cases, and what it is divided by.
PEOPLE = {
    "victims": ("victim", "border", ["type_of_trafficking", "gender", "age_at_contact"],
                ["labor_industry", "sex_trafficking_type", "nationality"]),
    "traffickers": ("trafficker", "border", ["gender", "age_at_contact"], ["nationality"]),
    "yearly_victims": ("victim", "yearly", ["type_of_trafficking", "gender", "age_at_contact"], list(LISTS)),
    "yearly_traffickers": ("trafficker", "yearly", ["gender", "age_at_contact"], []),
}  # fmt: skip
TABLES = ("contacts", "cases", "persons", "places", "group_counts", "answers", "referrals")


def count(world: Path, start: str, end: str) -> dict[str, int]:
    """Every cell of every indicator as indicator/by/cell, zeros left out."""
    found: dict[str, int] = {}
    con = duckdb.connect(":memory:", config={"threads": 2, "memory_limit": "4GB"})  # as ours has
    con.execute("SET preserve_insertion_order = false")
    for node in ("mx", "us"):
        for key, number in _node(con, world / node, node, f"BETWEEN DATE '{start}' AND DATE '{end}'"):
            found[key] = found.get(key, 0) + (number or 0)
    return {key: number for key, number in found.items() if number}


def _node(con: duckdb.DuckDBPyConnection, folder: Path, node: str, window: str) -> list[tuple[str, int]]:
    for table in TABLES:
        con.execute(f"CREATE OR REPLACE VIEW {table} AS FROM read_parquet('{folder / table}.parquet')")
    for name, query in {**_marks(node, window), **_sums(node, window)}.items():
        con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {query}")
    return con.execute(" UNION ALL ".join([*_contacts(), *_cases(), *_people(), *_response()])).fetchall()


def _marks(node: str, window: str) -> dict[str, str]:
    """What is known of every case, and which of those in the window count."""
    return {
        "located": "SELECT case_id, bool_or(country = 'MX') AS mexican, "
        "bool_or(kind = 'exploitation' AND country IN ('US', 'MX')) AS there FROM places GROUP BY case_id",
        "nexus": "SELECT case_id FROM located WHERE mexican UNION SELECT case_id FROM persons "
        f"WHERE role IN {VICTIM} AND (list_contains(nationalities, 'MX') OR (unnamed_group AND person_id IN "
        "(SELECT person_id FROM group_counts WHERE attribute = 'nationalities' AND code = 'MX')))",
        "marked": "SELECT *, nexus AND there AS border FROM (SELECT case_id, indications, "
        f"coalesce(counted_by, '{node}') = '{node}' AS here, nexus.case_id IS NOT NULL AS nexus, "
        "coalesce(located.there, false) AS there, coalesce(indications IN ('high', 'moderate'), false) AS yearly "
        "FROM cases LEFT JOIN located USING (case_id) LEFT JOIN nexus USING (case_id) "
        f"WHERE opened_on {window})",
    }


def _sums(node: str, window: str) -> dict[str, str]:
    """Rows added up by all they are divided by."""
    unit = "CASE role WHEN 'potential_trafficker' THEN 'trafficker' ELSE 'victim' END AS unit"
    chosen = (
        "FROM persons JOIN marked USING (case_id) WHERE (border OR yearly) AND "
        f"coalesce(persons.counted_by, '{node}') = '{node}' AND role IN ('potential_trafficker', {VICTIM[1:]}"
    )
    lists = ", ".join(column for column, _ in LISTS.values())
    victims = f"FROM persons JOIN marked USING (case_id) WHERE yearly AND here AND role IN {VICTIM}"
    return {
        "heard": "SELECT channel, topic, speaker, language, outcome, "
        "list_contains(countries, 'MX') OR case_id IN (FROM nexus) AS mexican, count(*) AS n "
        f"FROM contacts WHERE received_on {window} GROUP BY ALL",
        "answered": "SELECT waited_minutes, count(*) AS n FROM answers JOIN contacts USING (contact_id) "
        f"WHERE received_on {window} GROUP BY ALL",
        "asked": "SELECT need, coalesce(outcome, 'unknown') AS outcome, served_on - asked_on AS days, count(*) AS n "
        f"FROM referrals WHERE asked_on {window} GROUP BY ALL",
        "needed": "SELECT case_id, need, bool_or(outcome = 'served') AS met "
        "FROM referrals JOIN marked USING (case_id) WHERE here GROUP BY ALL",
        "people": f"SELECT {unit}, border, yearly, {', '.join(SINGLE)}, {lists}, count(*) AS n {chosen} "
        "AND NOT unnamed_group GROUP BY ALL",
        "groups": f"SELECT {unit}, border, yearly, person_id, count_best AS n {chosen} AND unnamed_group",
        "described": "SELECT unit, border, yearly, person_id, attribute, code, count AS n "
        "FROM group_counts JOIN groups USING (person_id)",
        "said": f"SELECT DISTINCT case_id, type_of_trafficking, age_at_contact {victims} AND NOT unnamed_group",
        "said_of_groups": "SELECT DISTINCT case_id, attribute, code FROM group_counts JOIN "
        f"(SELECT person_id, case_id {victims} AND unnamed_group) USING (person_id)",
        "states": "SELECT DISTINCT case_id, state, border, yearly FROM places JOIN marked USING (case_id) "
        "WHERE kind = 'exploitation' AND state IS NOT NULL AND here",
    }


def _contacts() -> list[str]:
    about = "topic IN ('trafficking_situation', 'trafficking_tip')"
    queries = [f"SELECT 'contacts', sum(n)::BIGINT FROM heard WHERE {about} AND mexican"]
    for name, condition, divided in (
        ("yearly_contacts", "true", {"channel": "no_information", "topic": "no_information", "speaker": "unknown",
                                     "language": "und", "outcome": "no_information"}),
        ("yearly_contacts_about_trafficking", about, {"channel": "no_information"}),
        ("yearly_contacts_from_survivors", f"{about} AND speaker = 'person_concerned'", {"channel": "no_information"}),
    ):  # fmt: skip
        queries.append(f"SELECT '{name}', sum(n)::BIGINT FROM heard WHERE {condition}")
        queries += [
            f"SELECT '{name}/{by}/' || coalesce({by}, '{unknown}') AS cell, sum(n)::BIGINT FROM heard "
            f"WHERE {condition} GROUP BY cell"
            for by, unknown in divided.items()
        ]
    return queries


def _cases() -> list[str]:
    queries = [
        "SELECT 'mexico_nexus', count(*) FROM marked WHERE nexus AND here",
        "SELECT 'exploitation_us_or_mexico', count(*) FROM marked WHERE there AND here",
        "SELECT 'cases', count(*) FROM marked WHERE border AND here",
        "SELECT 'yearly_cases', count(*) FROM marked WHERE yearly AND here",
        "SELECT 'yearly_cases/indications/' || indications, count(*) FROM marked WHERE yearly AND here "
        "GROUP BY indications",
    ]
    queries += [
        f"SELECT '{name}/' || state, count(*) FROM states WHERE {mark} GROUP BY state"
        for name, mark in (("cases/state_of_potential_trafficking", "border"), ("yearly_cases/state", "yearly"))
    ]
    every = "(SELECT count(*) FROM marked WHERE yearly AND here)"
    queries.append(
        f"SELECT 'yearly_cases/state/no_information', {every} - count(DISTINCT case_id) FROM states WHERE yearly"
    )
    for name, column, unknown in (("type_of_trafficking", "type_of_trafficking", "other_not_specified"),
                                  ("minors", "age_at_contact", "unknown")):  # fmt: skip
        known = (
            f"(SELECT case_id, {column} AS cell FROM said WHERE {column} <> '{unknown}' UNION "
            f"SELECT case_id, code FROM said_of_groups WHERE attribute = '{column}' AND code <> '{unknown}')"
        )
        queries += [
            f"SELECT 'yearly_cases/{name}/' || cell, count(*) FROM {known} GROUP BY cell",
            f"SELECT 'yearly_cases/{name}/{unknown}', {every} - count(DISTINCT case_id) FROM {known}",
        ]
    return queries


def _people() -> list[str]:
    queries = []
    for name, (unit, mark, singles, lists) in PEOPLE.items():
        where = f"WHERE unit = '{unit}' AND {mark}"
        queries.append(
            f"SELECT '{name}', sum(n)::BIGINT FROM "
            f"(SELECT n FROM people {where} UNION ALL SELECT n FROM groups {where})"
        )
        for column in singles:
            unknown = SINGLE[column]
            about = f"FROM described {where} AND attribute = '{column}'"
            queries.append(
                f"SELECT '{name}/{column}/' || cell, sum(n)::BIGINT FROM ("
                f"SELECT coalesce({column}, '{unknown}') AS cell, n FROM people {where} "
                f"UNION ALL SELECT code, n {about} UNION ALL SELECT '{unknown}', n FROM groups {where} "
                f"UNION ALL SELECT '{unknown}', -n {about}) GROUP BY cell"
            )
        for by in lists:
            column, unknown = LISTS[by]
            said = f"AND cell <> '{unknown}'" if mark == "yearly" else ""
            queries.append(
                f"SELECT '{name}/{by}/' || cell, sum(n)::BIGINT FROM (SELECT unnest({column}) AS cell, n FROM people "
                f"{where} UNION ALL SELECT code, n FROM described {where} AND attribute = '{column}') "
                f"WHERE true {said} GROUP BY cell"
            )
            if mark == "yearly":
                queries.append(
                    f"SELECT '{name}/{by}/{unknown}', sum(n)::BIGINT FROM (SELECT n FROM people {where} AND "
                    f"coalesce(len({column}) - list_contains({column}, '{unknown}')::INT, 0) = 0 UNION ALL "
                    "SELECT greatest(n - coalesce(told, 0), 0) FROM groups LEFT JOIN (SELECT person_id, sum(n) AS told "
                    f"FROM described WHERE attribute = '{column}' AND code <> '{unknown}' GROUP BY 1) "
                    f"USING (person_id) {where})"
                )
    return queries


def _response() -> list[str]:
    waits = (
        "CASE WHEN days IS NULL THEN 'not_served' WHEN days <= 0 THEN 'same_day' "
        "WHEN days <= 3 THEN '1_to_3_days' WHEN days <= 7 THEN '4_to_7_days' "
        "WHEN days <= 30 THEN '8_to_30_days' ELSE 'over_30_days' END"
    )
    minutes = (
        "CASE WHEN waited_minutes IS NULL THEN 'not_answered' WHEN waited_minutes <= 0 THEN 'under_1_minute' "
        "WHEN waited_minutes <= 4 THEN '1_to_4_minutes' WHEN waited_minutes <= 14 THEN '5_to_14_minutes' "
        "WHEN waited_minutes <= 59 THEN '15_to_59_minutes' WHEN waited_minutes <= 1439 THEN '1_to_23_hours' "
        "ELSE 'a_day_or_more' END"
    )
    queries = [
        "SELECT 'time_to_answer', sum(n)::BIGINT FROM answered",
        f"SELECT 'time_to_answer/wait/' || {minutes} AS cell, sum(n)::BIGINT FROM answered GROUP BY cell",
    ]
    for name, condition, divided in (
        ("referrals", "true", {"need": "need", "outcome": "outcome", "wait": waits}),
        ("time_to_shelter", "need = 'shelter'", {"outcome": "outcome", "wait": waits}),
    ):
        queries.append(f"SELECT '{name}', sum(n)::BIGINT FROM asked WHERE {condition}")
        queries += [
            f"SELECT '{name}/{by}/' || {cell} AS cell, sum(n)::BIGINT FROM asked WHERE {condition} GROUP BY cell"
            for by, cell in divided.items()
        ]
    queries.append("SELECT 'needs', count(DISTINCT case_id) FROM needed")
    for by, condition in (("asked", "true"), ("met", "met"), ("unmet", "met IS NOT true")):
        queries.append(f"SELECT 'needs/{by}/' || need, count(*) FROM needed WHERE {condition} GROUP BY need")
    return queries
