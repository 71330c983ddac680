# SPDX-License-Identifier: Apache-2.0
"""The joint figures of a world, counted row by row in plain Python: slow, short, and apart from `tejido.statistics`.

The makers of a world check themselves with it; what it finds stands in `truth/figures.json`, never read when counting.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from tejido.vocabulary import code_list

Tables = Mapping[str, list[Mapping[str, Any]]]

_SINGLE = {"gender": "unknown", "age_at_contact": "unknown", "type_of_trafficking": "other_not_specified"}
_SEVERAL = {
    "nationalities": "nationality",
    "labor_industries": "labor_industry",
    "sex_trafficking_types": "sex_trafficking_type",
}
_HOTLINE_COUNTRIES = ("MX", "US")


def count_world(nodes: Mapping[str, Tables], start: date, end: date) -> dict[str, Any]:
    """Joint figures over all nodes: `headline` (sum, both, joint), tables of victims, traffickers and cases."""
    held, joint = Counter[str](), Counter[str]()
    tables: dict[str, dict[str, Counter[str]]] = {"victims": {}, "traffickers": {}, "cases": {}}
    for node, rows in nodes.items():
        _count_node(node, rows, (start, end), held, joint, tables)
    return {
        "window": {"start": start.isoformat(), "end": end.isoformat()},
        "headline": {
            unit: {"sum": held[unit], "both": held[unit] - joint[unit], "joint": joint[unit]}
            for unit in ("contacts", "cases", "victims", "traffickers")
        },
        "tables": {
            unit: {by: dict(sorted(cells.items())) for by, cells in sorted(mine.items())}
            for unit, mine in tables.items()
        },
    }


def _count_node(
    node: str,
    rows: Tables,
    window: tuple[date, date],
    held: Counter[str],
    joint: Counter[str],
    tables: dict[str, dict[str, Counter[str]]],
) -> None:
    nexus, inside = _cases_of(rows)
    related = set(code_list("contact_topic").where(related_to_trafficking=True))
    for contact in rows["contacts"]:
        if contact["topic"] in related and window[0] <= contact["received_on"] <= window[1]:
            mine = int("MX" in contact["countries"] or contact["case_id"] in nexus)
            held["contacts"] += mine
            joint["contacts"] += mine
    counted = {}
    for case in rows["cases"]:
        if window[0] <= case["opened_on"] <= window[1] and case["case_id"] in nexus and case["case_id"] in inside:
            mine = case["counted_by"] in (None, node)
            counted[case["case_id"]] = mine
            held["cases"] += 1
            joint["cases"] += mine
            if mine:
                tables["cases"].setdefault("state_of_potential_trafficking", Counter()).update(
                    inside[case["case_id"]] - {""}
                )
    groups = _group_counts(rows)
    units = {"victim": "victims", "trafficker": "traffickers"}
    roles = {
        role: units.get(entry.properties.get("counted_as", ""))
        for role, entry in code_list("person_role").codes.items()
    }
    for person in rows["persons"]:
        unit = roles[person["role"]]
        if unit is None or person["case_id"] not in counted:
            continue
        held[unit] += person["count_best"]
        if counted[person["case_id"]] and person["counted_by"] in (None, node):
            joint[unit] += person["count_best"]
            _add_answers(tables[unit], person, groups.get(person["person_id"], {}))


def _cases_of(rows: Tables) -> tuple[set[str], dict[str, set[str]]]:
    nexus = {place["case_id"] for place in rows["places"] if place["country"] == "MX"}
    nexus |= {
        person["case_id"]
        for person in rows["persons"]
        if person["role"] == "survivor" and "MX" in (person.get("nationalities") or ())
    }
    inside: dict[str, set[str]] = {}
    for place in rows["places"]:
        if place["kind"] == "exploitation" and place["country"] in _HOTLINE_COUNTRIES:
            inside.setdefault(place["case_id"], set()).add(place["state"] or "")
    return nexus, inside


def _group_counts(rows: Tables) -> dict[str, dict[str, Counter[str]]]:
    found: dict[str, dict[str, Counter[str]]] = {}
    for row in rows["group_counts"]:
        found.setdefault(row["person_id"], {}).setdefault(row["attribute"], Counter())[row["code"]] += row["count"]
    return found


def _add_answers(tables: dict[str, Counter[str]], person: Mapping[str, Any], group: Mapping[str, Counter[str]]) -> None:
    victim = person["role"] != "potential_trafficker"
    for column, rest in _SINGLE.items():
        if not victim and column == "type_of_trafficking":
            continue
        cells = tables.setdefault(column, Counter())
        if person["unnamed_group"]:
            mine = group.get(column, Counter())
            cells.update(mine)
            cells[rest] += person["count_best"] - sum(mine.values())
        else:
            cells[person[column] or rest] += 1
    for column, name in _SEVERAL.items():
        if victim or column == "nationalities":
            codes: Iterable[str] = person.get(column) or ()
            tables.setdefault(name, Counter()).update(
                group.get(column, Counter()) if person["unnamed_group"] else Counter(set(codes))
            )
