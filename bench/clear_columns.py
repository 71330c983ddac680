# SPDX-License-Identifier: Apache-2.0
"""What a stolen disk's clear columns alone say about a person: how many rows stand alone by them.

`./run python bench/clear_columns.py [--database node.sqlite3] [--json]`. Makes an invented organisation as the demo
does, takes what lies in clear, and counts for each table the rows that no other row resembles: by the day, by the day
with status and owner, by the minute. What describes a person is sealed; what is left can be *linked* by whoever knows
something else: that she called that night. The figures stand in the threat model.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

# By table, what each reader of the disk could know from elsewhere, from least to most. `day(x)` cuts a time to its day.
ASKED: dict[str, dict[str, tuple[str, ...]]] = {
    "intake_contact": {
        "the day": ("day(received_at)",),
        "day and channel": ("day(received_at)", "channel"),
        "day, channel, who took it": ("day(received_at)", "channel", "owner_id"),
        "the minute": ("substr(received_at, 1, 16)",),
    },
    "cases_case": {
        "the day": ("day(opened_on)",),
        "day and status": ("day(opened_on)", "status"),
        "day, status, who carries it": ("day(opened_on)", "status", "owner_id"),
    },
    "cases_note": {
        "the day": ("day(written_at)",),
        "day and who wrote it": ("day(written_at)", "written_by_id"),
    },
    "referrals_referral": {
        "the day": ("day(made_at)",),
        "day and who made it": ("day(made_at)", "made_by_id"),
    },
    "consents_release": {
        "the day": ("day(recorded_at)",),
        "day and who recorded it": ("day(recorded_at)", "recorded_by_id"),
    },
    "security_searchtoken": {"kind and token": ("kind", "token")},
}


def main() -> None:
    """Make an invented node, count, print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--database", type=Path, help="an SQLite file of a node instead of a fresh invented one")
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args()
    if chosen.database:
        figures = measured(chosen.database)
    else:
        from tejido.web.config.demo.stage import Stage, ports_for_check

        with tempfile.TemporaryDirectory(prefix="tejido-bench-") as folder:
            stage = Stage(Path(folder), say=False)
            stage.make(ports=ports_for_check())
            figures = measured(next(Path(folder).rglob("mx/node.sqlite3")))
    for row in figures:
        print(f"{row['table']:22} {row['by']:28} {row['rows']:7} rows   alone {row['alone']:6} ({row['share']:6.1%})   "
              f"median group {row['median']}", file=sys.stderr)  # fmt: skip
    print(json.dumps(figures) if chosen.json else f"{len(figures)} ways of looking at {len(ASKED)} tables")


def measured(database: Path) -> list[dict[str, Any]]:
    """For each table and way of looking: rows, rows that stand alone, the group the median row is in."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        there = {name for (name,) in connection.execute("select name from sqlite_master where type = 'table'")}
        return [
            {"table": table, "by": said, **_counted(connection, table, columns)}
            for table, ways in ASKED.items() if table in there for said, columns in ways.items()
        ]  # fmt: skip


def _counted(connection: sqlite3.Connection, table: str, columns: Sequence[str]) -> dict[str, Any]:
    asked = ", ".join(each.replace("day(", "substr(").replace(")", ", 1, 10)") if each.startswith("day(") else each
                      for each in columns)  # fmt: skip
    groups = Counter(connection.execute(f"select {asked} from {table}").fetchall())
    sizes = sorted(size for size in groups.values() for _row in range(size))
    alone = sum(1 for size in groups.values() if size == 1)
    return {"rows": len(sizes), "alone": alone, "share": alone / len(sizes) if sizes else 0.0,
            "median": sizes[len(sizes) // 2] if sizes else 0}  # fmt: skip


if __name__ == "__main__":
    main()
