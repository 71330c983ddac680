# SPDX-License-Identifier: Apache-2.0
"""What someone fluent in pandas writes for this one sheet: Arrow strings, only the columns needed, no Python loops."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from bench.factsheet_contenders import END, START

VICTIM = ["survivor", "survivor_made_to_control_others"]
TOP = {"labor_industry": 3, "sex_trafficking_type": 3, "nationality": 4}
NOT_RANKED = ["other", "unknown", "XX"]


def _read(world: Path, node: str, table: str, columns: list[str]) -> pd.DataFrame:
    return pd.read_parquet(world / node / f"{table}.parquet", columns=columns, dtype_backend="pyarrow")


def figures(world: Path) -> dict[str, int]:
    """Every figure of the sheet as unit/by/cell."""
    found: dict[str, int] = {}
    for node in ("mx", "us"):
        for key, number in _node(world, node).items():
            found[key] = found.get(key, 0) + number
    return _ranked(found)


def _ranked(found: dict[str, int]) -> dict[str, int]:
    kept = {key: number for key, number in found.items() if key.count("/") < 2 or key.split("/")[1] not in TOP}
    for unit in ("victims", "traffickers"):
        for name, top in TOP.items():
            cells = [
                (number, key)
                for key, number in found.items()
                if key.startswith(f"{unit}/{name}/") and key.split("/")[2] not in NOT_RANKED
            ]
            kept.update({key: number for number, key in sorted(cells, reverse=True)[:top]})
    return {key: number for key, number in kept.items() if number}


def _node(world: Path, node: str) -> dict[str, int]:
    places = _read(world, node, "places", ["case_id", "kind", "country", "state"])
    cases = _read(world, node, "cases", ["case_id", "opened_on", "counted_by"])
    persons = _read(
        world,
        node,
        "persons",
        ["person_id", "case_id", "role", "unnamed_group", "count_best", "gender", "age_at_contact", "nationalities",
         "type_of_trafficking", "labor_industries", "sex_trafficking_types", "counted_by"],
    )  # fmt: skip
    groups = _read(world, node, "group_counts", ["person_id", "attribute", "code", "count"])
    nexus = _nexus(places, persons, groups)
    here = places[(places["kind"] == "exploitation") & places["country"].isin(["US", "MX"])]["case_id"]
    start, end = pd.Timestamp(START).date(), pd.Timestamp(END).date()
    in_window = (cases["opened_on"] >= start) & (cases["opened_on"] <= end)
    known = cases[in_window & cases["case_id"].isin(nexus) & cases["case_id"].isin(here)]
    counted = known[known["counted_by"].fillna(node) == node]
    found = {"cases": len(counted)}
    exploited = places[(places["kind"] == "exploitation") & places["state"].notna()]
    exploited = exploited[exploited["case_id"].isin(counted["case_id"])][["case_id", "state"]].drop_duplicates()
    for state, number in exploited["state"].value_counts().items():
        found[f"cases/state_of_potential_trafficking/{state}"] = int(number)
    mine = persons[persons["case_id"].isin(known["case_id"]) & (persons["counted_by"].fillna(node) == node)]
    found |= _people(mine[mine["role"].isin(VICTIM)], groups, "victims")
    found |= _people(mine[mine["role"] == "potential_trafficker"], groups, "traffickers")
    contacts = _read(world, node, "contacts", ["received_on", "topic", "countries", "case_id"])
    contacts = contacts[contacts["topic"].isin(["trafficking_situation", "trafficking_tip"])]
    contacts = contacts[(contacts["received_on"] >= start) & (contacts["received_on"] <= end)]
    spoken = contacts["countries"].explode()
    about = contacts.index.isin(spoken[spoken == "MX"].index)
    found["contacts"] = int((about | contacts["case_id"].isin(nexus)).sum())
    return found


def _nexus(places: pd.DataFrame, persons: pd.DataFrame, groups: pd.DataFrame) -> pd.Series:
    victims = persons[persons["role"].isin(VICTIM)]
    codes = victims["nationalities"].explode()
    named = victims.loc[codes[codes == "MX"].index, "case_id"]
    of_groups = groups[(groups["attribute"] == "nationalities") & (groups["code"] == "MX")]["person_id"]
    unnamed = victims[victims["person_id"].isin(of_groups)]["case_id"]
    return pd.concat([places[places["country"] == "MX"]["case_id"], named, unnamed]).drop_duplicates()


def _people(people: pd.DataFrame, groups: pd.DataFrame, unit: str) -> dict[str, int]:
    found = {unit: int(people["count_best"].sum())}
    named = people[~people["unnamed_group"]]
    counts = groups[groups["person_id"].isin(people[people["unnamed_group"]]["person_id"])]
    by_code = counts.groupby(["attribute", "code"])["count"].sum()
    singles = {"gender": "unknown", "age_at_contact": "unknown"}
    several = {"nationality": "nationalities"}
    if unit == "victims":
        singles["type_of_trafficking"] = "other_not_specified"
        several |= {"labor_industry": "labor_industries", "sex_trafficking_type": "sex_trafficking_types"}
    for column, unknown in singles.items():
        cells = named[column].fillna(unknown).value_counts().to_dict()
        for code, number in _of(by_code, column).items():
            cells[code] = cells.get(code, 0) + number
        cells[unknown] = cells.get(unknown, 0) + found[unit] - sum(cells.values())
        found |= {f"{unit}/{column}/{cell}": int(number) for cell, number in cells.items()}
    for name, column in several.items():
        cells = named[column].explode().value_counts().to_dict()
        for code, number in _of(by_code, column).items():
            cells[code] = cells.get(code, 0) + number
        found |= {f"{unit}/{name}/{cell}": int(number) for cell, number in cells.items()}
    return found


def _of(by_code: pd.Series, attribute: str) -> dict[str, int]:
    return by_code.loc[attribute].to_dict() if attribute in by_code.index.get_level_values(0) else {}
