# SPDX-License-Identifier: Apache-2.0
"""How fast every shipped indicator of records is counted, beside hand-written DuckDB SQL on the same Parquet files.

    ./run python bench/counting.py [--cases 10000000] [--rounds 1] [--json]

Ours is the whole of it: opening the records, checking every row of the tables that are counted, hand-overs compared
between the two nodes, every indicator with all it is divided by. The SQL only counts, and must come to the same
numbers. Each runs in a process of its own (honest peak memory), in turns, with two threads and up to 4 GB for DuckDB;
times leave out starting Python and importing. Several sizes (`--cases 1000000 --cases 3000000`) show how cost grows.
Linux only.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
START, END = "2015-09-30", "2017-07-31"
CONTENDERS = ("ours", "duckdb")
# Every contact was answered or not; every third case asked for up to three services.
_ANSWERS = """
    SELECT contact_id, CASE WHEN hash(contact_id) % 20 = 0 THEN NULL
        ELSE (power(hash(contact_id, 1) % 1000 / 1000.0, 9) * 3000)::INTEGER END AS waited_minutes FROM contacts
"""
_REFERRALS = """
    SELECT case_id || '-' || n AS referral_id, case_id,
        ['shelter', 'legal', 'health', 'food_clothing', 'immigration'][1 + (hash(case_id, n) % 5)::INTEGER] AS need,
        opened_on + (hash(case_id, n, 1) % 5)::INTEGER AS asked,
        CASE WHEN asked <= last THEN asked ELSE last END AS asked_on,
        [NULL, 'served', 'served', 'declined_no_capacity', 'no_answer'][1 + (hash(case_id, n, 2) % 5)::INTEGER]
            AS outcome,
        CASE WHEN outcome = 'served' THEN least(asked_on + (hash(case_id, n, 3) % 60)::INTEGER, last) END AS served_on
    FROM cases, (SELECT unnest([1, 2, 3]) AS n), (SELECT max(opened_on) AS last FROM cases)
    WHERE hash(case_id) % 3 = 0 AND n <= 1 + hash(case_id, 4) % 3
"""


def world_of(cases: int) -> Path:
    """An invented world of that size with answers and referrals, made once; `TEJIDO_BENCH_WORLD` names its folder."""
    import duckdb

    from tejido.synthetic import make_large_world

    folder = Path(os.environ.get("TEJIDO_BENCH_WORLD") or tempfile.gettempdir()) / f"tejido-counting-{cases}"
    if not (folder / "ready").is_file():
        print(f"Making a world of {cases:,} cases ...", file=sys.stderr)
        make_large_world(cases=cases, seed=1, folder=folder)
        con = duckdb.connect(":memory:", config={"threads": 2, "memory_limit": "4GB"})
        for node in ("mx", "us"):
            for table in ("contacts", "cases"):
                con.execute(f"CREATE OR REPLACE VIEW {table} AS FROM '{folder / node / table}.parquet'")
            named = "referral_id, case_id, need, asked_on, outcome, served_on"
            for table, query in (("answers", _ANSWERS), ("referrals", f"SELECT {named} FROM ({_REFERRALS})")):
                con.execute(f"COPY ({query}) TO '{folder / node / table}.parquet' (COMPRESSION zstd)")
        (folder / "ready").touch()
    return folder


def ours(world: Path) -> dict[str, int]:
    """What `tejido count` does, for every indicator of records at once."""
    from tejido.statistics import Window, tabulate
    from tejido.statistics.definitions import indicators
    from tejido.tables.reading import open_records

    names = [one.id for one in indicators().values() if one.source == "records"]
    records = [open_records(world / node) for node in ("mx", "us")]
    found: dict[str, int] = {}
    for tabulation in tabulate(records, window=Window.parse(f"{START}..{END}"), names=names):
        for cell in tabulation.cells:
            key = "/".join(part for part in (cell.indicator, cell.by, cell.cell) if part)
            found[key] = found.get(key, 0) + cell.counted
    return {key: number for key, number in found.items() if number}


def duckdb(world: Path) -> dict[str, int]:
    """The hand-written SQL."""
    from bench.counting_sql import count

    return count(world, START, END)


def _run(contender: str, world: Path) -> None:
    """In a process of its own."""
    import numpy  # noqa: F401  imported before the clock starts

    import tejido.statistics  # noqa: F401

    begun, worked = time.perf_counter(), time.process_time()
    figures = {"ours": ours, "duckdb": duckdb}[contender](world)
    seconds, cpu = time.perf_counter() - begun, time.process_time() - worked
    status = Path("/proc/self/status").read_text(encoding="ascii")
    peak = int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:"))) * 1024 / 1e9
    print(json.dumps({"seconds": seconds, "cpu_seconds": cpu, "peak_gb": peak, "figures": figures}))


def compare(cases: int, rounds: int) -> dict[str, Any]:
    """Medians over `rounds`, the contenders taking turns; exits where their figures differ."""
    world = world_of(cases)
    runs: dict[str, list[dict[str, Any]]] = {name: [] for name in CONTENDERS}
    for _ in range(rounds):
        for name in CONTENDERS:
            command = [sys.executable, "-m", "bench.counting", "--contender", name, str(world)]
            done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
            if done.returncode:
                sys.exit(f"{name} failed:\n{done.stderr}")
            runs[name].append(run := json.loads(done.stdout.splitlines()[-1]))
            print(f"  {name:<7} {run['seconds']:7.2f} s  {run['cpu_seconds']:7.2f} s of CPU  {run['peak_gb']:.2f} GB",
                  file=sys.stderr)  # fmt: skip
    mine, theirs = (runs[name][0]["figures"] for name in CONTENDERS)
    if different := sorted(key for key in mine.keys() | theirs.keys() if mine.get(key) != theirs.get(key)):
        some = ", ".join(f"{key}: ours {mine.get(key)}, duckdb {theirs.get(key)}" for key in different[:5])
        sys.exit(f"{len(different)} figures differ; {some}")
    seconds = {name: round(statistics.median(run["seconds"] for run in found), 2) for name, found in runs.items()}
    return {
        "cases": cases,
        "figures": len(mine),
        "seconds": seconds,
        "ratio": round(seconds["ours"] / seconds["duckdb"], 2),
        "peak_gb": {name: round(max(run["peak_gb"] for run in found), 2) for name, found in runs.items()},
        "microseconds_a_case": round(seconds["ours"] / cases * 1e6, 2),
    }


def main() -> None:
    """Measure and print; with --json the last line is one JSON object."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--cases", type=int, action="append")
    reader.add_argument("--rounds", type=int, default=1)
    reader.add_argument("--discard", action="store_true", help="remove each world afterwards")
    reader.add_argument("--json", action="store_true")
    reader.add_argument("--contender", nargs=2, metavar=("NAME", "DIR"), help=argparse.SUPPRESS)
    asked = reader.parse_args()
    if asked.contender:
        _run(asked.contender[0], Path(asked.contender[1]))
        return
    found = []
    for cases in asked.cases or [10_000_000]:
        found.append(one := compare(cases, asked.rounds))
        seconds, peak = one["seconds"], one["peak_gb"]
        print(
            f"{cases:,} cases: {one['figures']} equal figures in {seconds['ours']} s, by SQL in {seconds['duckdb']} s: "
            f"ratio {one['ratio']} (wanted: at most 1.5); peak {peak['ours']} GB (wanted: at most 2; SQL "
            f"{peak['duckdb']}); {one['microseconds_a_case']} µs a case"
        )
        if asked.discard:
            shutil.rmtree(world_of(cases))
    if asked.json:
        print(json.dumps(found))


if __name__ == "__main__":
    main()
