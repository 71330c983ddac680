# SPDX-License-Identifier: Apache-2.0
"""The pages of `docs/reference/` that are made from the source: `./run python -m tests.rules.reference_pages`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import yaml

from tejido.networks.json_form import schema as network_schema
from tejido.statistics.breakdowns import BASE_LABELS, Breakdown
from tejido.statistics.definitions import indicators
from tejido.statistics.specification import RECORDS, Indicator
from tejido.tables import RECORD_TABLES, Table
from tejido.tables.records import REQUIRED_TABLES
from tejido.vocabulary import code_list, code_lists
from tejido.web.security.permissions import TEAM, Permission
from tejido.web.security.roles import ROLES
from tests.rules.source import ROOT

SPECIFICATIONS = ROOT / "tests" / "specs"
FOLDER = ROOT / "docs" / "reference"
_MADE = "*Made from the source by `./run python -m tests.rules.reference_pages`; a test refuses it when it is stale.*"


def _page(title: str, *parts: str) -> str:
    return "\n\n".join([f"# {title}", _MADE, *parts]) + "\n"


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [list(head), ["---"] * len(list(head)), *map(list, rows)]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def records() -> str:
    """Every table of records, column by column."""
    about = (
        "A folder of records holds one file per table (`contacts.csv` or `contacts.parquet`, …) and `records.json`.\n"
        f"{', '.join(REQUIRED_TABLES)} must be there; the others may be missing, which means empty. CSV is UTF-8 with\n"
        "commas; several codes are joined by `;`, flags are `true` and `false`, days are `2017-07-31`.\n"
        "`tejido tables check DIR --as records` names file, row and column of the first thing that is wrong."
    )
    return _page("Tables of records", about, *map(_columns, RECORD_TABLES))


def _columns(table: Table) -> str:
    rows = [
        [
            f"`{column.name}`",
            str(column.kind),
            f"list `{column.codes}`" if column.codes else f"→ {column.references}" if column.references else "",
            "yes" if column.required else "",
            str(column.sensitivity),
        ]
        for column in table.columns
    ]
    key = f"One row for each `{table.key}`.\n\n" if table.key else ""
    return f"## {table.name}\n\n{key}" + _table(["column", "holds", "from", "required", "sensitivity"], rows)


def lists() -> str:
    """Every code list with its source."""
    found = [code_list(name) for name in code_lists()]
    rows = [
        [f"`{one.name}`", one.label["en"], one.label["es"], str(len(one.codes)), one.source, one.version, one.licence]
        for one in found
    ]
    head = ["list", "English", "español", "codes", "source", "version", "licence"]
    return _page("Code lists", "`tejido tables show NAME` prints the codes of a list.", _table(head, rows))


def counted() -> str:
    """Every indicator: what is counted, of whom, and by what, with the invented people it is tested on."""
    about = (
        "Nothing is computed that is not declared here. `tejido indicators show ID` prints one definition, in either\n"
        "language; `tejido count` counts it. Under each stand a few invented people and what is counted of them: the\n"
        "same tables are its test (`tests/specs/`)."
    )
    return _page("Indicators", about, *map(_indicator, indicators().values()))


def _indicator(one: Indicator) -> str:
    definition = json.loads(one.definition)
    window = one.window
    linked = f" through `{window.linked}`" if window and window.linked else ""
    lines = [
        f"## {one.id}",
        f"**{one.label['en']} · {one.label['es']}.** {one.population['en']} {one.note['en']}".rstrip(),
        one.population["es"] + (f" {one.note['es']}" if one.note["es"] else ""),
        "\n".join(
            [
                f"- Unit: {one.unit.plural}. Table: `{one.source}/{one.table.name}`.",
                f"- Date that counts: `{window.date}`{linked}; a window is two days, both included."
                if window
                else "- No date: the whole file counts.",
                "- As of the last day the records know of."
                if one.as_of == RECORDS
                else f"- As of the release of {one.as_of}.",
                f"- Geography: {one.geography['en']}",
                *([f"- Unnamed people: by `{one.estimate}` of their group."] if one.estimate else []),
                f"- Filter: `{json.dumps(definition['filter'], ensure_ascii=False)}`",
            ]
        ),
    ]
    if one.breakdowns:
        head = ["by", "label", "answers", "base", "unknown", "cells"]
        lines.append(_table(head, map(_breakdown, one.breakdowns.values())))
    specification = yaml.safe_load((SPECIFICATIONS / f"{one.id}.yaml").read_text(encoding="utf-8"))
    window_of = f" ({specification['window']})" if "window" in specification else ""
    return "\n\n".join([*lines, *(_example(entry, window_of) for entry in specification["examples"])])


def _breakdown(by: Breakdown) -> list[str]:
    cells = f"list `{by.codes}`, version {by.version}" if by.codes else "as they stand"
    if by.top:
        cells = f"the {by.top} largest of {len(by.listed)} known codes of {cells}"
    if by.band:
        cells += "; with the band of the median"
    base = BASE_LABELS[by.base]["en"]
    unknown = ", ".join(f"`{code}`" for code in by.silent)
    return [f"`{by.name}`", by.label["en"], "several" if by.multiple else "one", base, unknown, cells]


def _example(entry: dict[str, Any], window: str) -> str:
    given = [("", entry["file"])] if "file" in entry else [
        (f"{node}, {name}", text) for node, tables in entry["records"].items() for name, text in tables.items()
    ]  # fmt: skip
    lines = [f"**{entry['says']}**"]
    for called, text in given:
        rows = [[cell.strip() for cell in line.split(",")] for line in text.strip().splitlines()]
        lines += [called, _table(rows[0], rows[1:])] if called else [_table(rows[0], rows[1:])]
    found = [f"Counted{window}: {entry['counted']}."]
    for name, cells in entry.get("by", {}).items():
        base = f", base {entry['base'][name]}" if name in entry.get("base", {}) else ""
        median = f", median `{entry['median'][name]}`" if name in entry.get("median", {}) else ""
        found.append(f"By `{name}`: {', '.join(f'{code} {number}' for code, number in cells.items())}{base}{median}.")
    return "\n\n".join([*lines, "\n".join(found)])


def roles() -> str:
    """Who may do what."""
    found = list(ROLES.values())
    rows = [
        [f"`{permission}`" + (" *" if permission in TEAM else "")]
        + ["yes" if permission in role.permissions else "" for role in found]
        for permission in Permission
    ]
    said = "\n".join(f"- **{role.title['en']}** ({role.title['es']}): {role.purpose['en']}" for role in found)
    star = "\\* only for records of one's own teams."
    return _page("Roles and permissions", said, _table(["permission", *(role.code for role in found)], rows), star)


def networks() -> str:
    """The file of a network, entry by entry, and who is protected in it."""
    about = (
        "One JSON object; its schema ships as `tejido/networks/schemas/network.schema.json`. The same entries are the\n"
        "columns of a folder with `nodes.csv`, `ties.csv` and `network.json` (without it the folder counts as\n"
        "casework), and the attributes of a GraphML file. A `.csv` by itself is read as the archive\n"
        'INFORMSJoC/2023.0423 publishes its networks: it counts as published, its "bottoms" are survivors made to\n'
        "control others, its last row is the return arc, and in its layered networks nobody's role is known, so that\n"
        "everybody is protected. Ties are numbered by the rows of the CSV file, the first row being 1; elsewhere by\n"
        "their place in the list, from 1.\n\n"
        "`tejido network check FILE` names file, place and what was expected of the first thing that is wrong."
    )
    whole = network_schema()
    parts = [
        _entries("The whole", {name: entry for name, entry in whole["properties"].items() if "title" in entry}),
        *(_entries(f"A {name}", whole["$defs"][name]["properties"]) for name in ("node", "tie")),
    ]
    known = code_list("network_role")
    rows = [
        [f"`{code}`", role.label["en"], role.label["es"], "yes" if role.properties["protected"] else ""]
        for code, role in known.codes.items()
    ]
    protected = (
        "## Who is protected\n\nNo plan acts against a protected role, whoever is under 18, or a tie that may\n"
        "fall on one of them: a tie falls on both its ends unless `against` names one."
    )
    return _page(
        "A network's file", about, *parts, protected, _table(["role", "English", "español", "protected"], rows)
    )


def _entries(title: str, entries: dict[str, Any]) -> str:
    rows = []
    for name, entry in entries.items():
        english, _, spanish = entry["title"].partition(" · ")
        rows.append([f"`{name}`", english, spanish])
    return f"## {title}\n\n" + _table(["entry", "English", "español"], rows)


PAGES: dict[str, Callable[[], str]] = {
    "records.md": records,
    "code_lists.md": lists,
    "indicators.md": counted,
    "roles.md": roles,
    "networks.md": networks,
}


def write(folder: Path = FOLDER) -> None:
    """Write every page anew."""
    for name, page in PAGES.items():
        (folder / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    write()
