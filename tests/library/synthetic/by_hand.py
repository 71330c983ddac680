# SPDX-License-Identifier: Apache-2.0
"""The fact sheet counted by hand from CSV files: only `csv`, `json` and dictionaries, nothing of Tejido."""

from __future__ import annotations

import csv
import json
from collections import Counter, defaultdict
from pathlib import Path

WINDOW = ("2015-09-30", "2017-07-31")
RELATED = {"trafficking_situation", "trafficking_tip"}
UNIT = {
    "survivor": "victims",
    "survivor_made_to_control_others": "victims",
    "potential_trafficker": "traffickers",
}
SINGLE = {"gender": "unknown", "age_at_contact": "unknown", "type_of_trafficking": "other_not_specified"}
SEVERAL = {
    "nationalities": "nationality",
    "labor_industries": "labor_industry",
    "sex_trafficking_types": "sex_trafficking_type",
}


def rows(world: Path, node: str, table: str) -> list[dict[str, str]]:
    path = world / node / f"{table}.csv"
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def truth(world: Path) -> dict:
    return json.loads((world / "truth" / "figures.json").read_text(encoding="utf-8"))


class Count:
    """Joint and held numbers of a world."""

    def __init__(self, world: Path) -> None:
        self.held: Counter[str] = Counter()
        self.joint: Counter[str] = Counter()
        self.cells: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        self.both: Counter[str] = Counter()
        seen: dict[str, dict[str, list[str]]] = {}
        for node in ("mx", "us"):
            self._node(world, node, seen.setdefault(node, defaultdict(list)))
        for unit in ("cases", "victims", "traffickers"):
            self.both[unit] = len(set(seen["mx"][unit]) & set(seen["us"][unit]))

    def _node(self, world: Path, node: str, seen: dict[str, list[str]]) -> None:
        nexus, states = self._places(world, node)
        persons = rows(world, node, "persons")
        for person in persons:
            if person["role"] == "survivor" and "MX" in person["nationalities"].split(";"):
                nexus.add(person["case_id"])
        for contact in rows(world, node, "contacts"):
            mexican = "MX" in contact["countries"].split(";") or contact["case_id"] in nexus
            if contact["topic"] in RELATED and WINDOW[0] <= contact["received_on"] <= WINDOW[1] and mexican:
                self.held["contacts"] += 1
                self.joint["contacts"] += 1
        cases = {}
        for case in rows(world, node, "cases"):
            if WINDOW[0] <= case["opened_on"] <= WINDOW[1] and case["case_id"] in nexus and case["case_id"] in states:
                mine = cases[case["case_id"]] = case["counted_by"] in ("", node)
                self.held["cases"] += 1
                seen["cases"].append(case["handover_id"] or case["case_id"])
                if mine:
                    self.joint["cases"] += 1
                    self.cells["cases", "state_of_potential_trafficking"].update(states[case["case_id"]] - {""})
        groups = defaultdict(Counter)
        for row in rows(world, node, "group_counts"):
            groups[row["person_id"], row["attribute"]][row["code"]] += int(row["count"])
        for person in persons:
            unit = UNIT.get(person["role"])
            if unit and person["case_id"] in cases:
                self.held[unit] += int(person["count_best"])
                seen[unit].append(person["handover_id"] or person["person_id"])
                if person["counted_by"] in ("", node):
                    self.joint[unit] += int(person["count_best"])
                    self._answers(unit, person, groups)

    def _places(self, world: Path, node: str) -> tuple[set[str], dict[str, set[str]]]:
        nexus, states = set(), defaultdict(set)
        for place in rows(world, node, "places"):
            if place["country"] == "MX":
                nexus.add(place["case_id"])
            if place["kind"] == "exploitation" and place["country"] in ("MX", "US"):
                states[place["case_id"]].add(place["state"])
        return nexus, states

    def _answers(self, unit: str, person: dict[str, str], groups: dict) -> None:
        group = person["unnamed_group"] == "true"
        for column, rest in SINGLE.items():
            if column == "type_of_trafficking" and unit == "traffickers":
                continue
            counts = groups[person["person_id"], column] if group else Counter([person[column] or rest])
            self.cells[unit, column].update(counts)
            self.cells[unit, column][rest] += int(person["count_best"]) - counts.total()
        for column, name in SEVERAL.items():
            counts = groups[person["person_id"], column] if group else Counter(set(person[column].split(";")) - {""})
            self.cells[unit, name].update(counts)

    def as_truth(self) -> dict:
        """In the shape of the truth's figures, cells of zero left out."""
        tables: dict[str, dict[str, dict[str, int]]] = {}
        for (unit, by), cells in self.cells.items():
            if any(cells.values()):
                tables.setdefault(unit, {})[by] = {code: number for code, number in cells.items() if number}
        return tables
