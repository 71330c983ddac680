# SPDX-License-Identifier: Apache-2.0
"""The pages of `docs/reference/` that are made from the source: `./run python -m tests.rules.reference_pages`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path

from tejido.statistics.definitions import indicators
from tejido.statistics.specification import Breakdown, Indicator
from tejido.tables import RECORD_TABLES, Table
from tejido.tables.records import REQUIRED_TABLES
from tejido.vocabulary import code_list, code_lists
from tejido.web.security.permissions import TEAM, Permission
from tejido.web.security.roles import ROLES
from tests.rules.source import ROOT

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
    """Every indicator: what is counted, of whom, and by what."""
    about = "Nothing is computed that is not declared here. `tejido indicators show ID` prints one definition."
    return _page("Indicators", about, *map(_indicator, indicators().values()))


def _indicator(one: Indicator) -> str:
    definition = json.loads(one.definition)
    lines = [
        f"## {one.id}",
        f"**{one.label['en']} · {one.label['es']}.** {one.note['en']}".rstrip(),
        f"Unit: {one.unit.plural}. Table: `{one.source}/{one.table.name}`."
        + (f" Date that counts: `{one.window.date}`." if one.window else "")
        + (f" People: `{one.estimate}`." if one.estimate else ""),
        f"Filter: `{json.dumps(definition['filter'], ensure_ascii=False)}`",
    ]
    if one.breakdowns:
        lines.append(_table(["by", "label", "answers", "cells"], map(_breakdown, one.breakdowns.values())))
    return "\n\n".join(lines)


def _breakdown(by: Breakdown) -> list[str]:
    cells = (
        f"the {by.top} largest of {len(by.listed)} known codes" if by.top else f"list `{by.codes}`" if by.codes else ""
    )
    return [f"`{by.name}`", by.label["en"], "several" if by.multiple else "one", cells]


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


PAGES: dict[str, Callable[[], str]] = {
    "records.md": records,
    "code_lists.md": lists,
    "indicators.md": counted,
    "roles.md": roles,
}


def write(folder: Path = FOLDER) -> None:
    """Write every page anew."""
    for name, page in PAGES.items():
        (folder / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    write()
