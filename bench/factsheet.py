# SPDX-License-Identifier: Apache-2.0
"""How fast the tables of the joint fact sheet are counted, beside hand-written DuckDB SQL and well-written pandas.

    ./run python bench/factsheet.py [--cases 1000000] [--rounds 3] [--json]

Ours is the whole of it: opening the records, checking every row that is counted, hand-overs compared between nodes,
all tables, joined, protected. The others only count, on the same Parquet files, and must come to the same numbers.
Each runs in a process of its own (honest peak memory), in turns; times leave out starting Python and importing. The
ratios are of wall clock; where other work shares the machine, compare cpu_seconds too. Linux only.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

CONTENDERS = ("ours", "duckdb", "pandas")


def world_of(cases: int) -> Path:
    """An invented world of that size, made once and kept among the machine's temporary files."""
    from tejido.synthetic import make_large_world

    folder = Path(os.environ.get("TEJIDO_BENCH_WORLD") or Path(tempfile.gettempdir()) / f"tejido-bench-{cases}")
    if not (folder / "truth").is_dir():
        print(f"Making a world of {cases:,} cases ...", file=sys.stderr)
        make_large_world(cases=cases, seed=1, folder=folder)
    return folder


def run_contender(name: str, world: Path) -> dict[str, Any]:
    """One run in its own process: seconds, cpu_seconds, peak_gb and the figures it came to."""
    command = [sys.executable, "-m", "bench.factsheet_contenders.run", name, str(world)]
    root = Path(__file__).resolve().parents[1]
    done = subprocess.run(command, capture_output=True, text=True, cwd=root, check=False)
    if done.returncode:
        sys.exit(f"{name} failed:\n{done.stderr}")
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def compare(world: Path, rounds: int) -> dict[str, Any]:
    """Medians over `rounds`, the contenders taking turns; exits where their figures differ."""
    runs: dict[str, list[dict[str, Any]]] = {name: [] for name in CONTENDERS}
    for _ in range(rounds):
        for name in CONTENDERS:
            run = run_contender(name, world)
            runs[name].append(run)
            print(f"  {name:<7} {run['seconds']:7.2f} s  {run['cpu_seconds']:7.2f} s of CPU", file=sys.stderr)
    if difference := first_difference({name: runs[name][0]["figures"] for name in CONTENDERS}):
        sys.exit(difference)
    seconds, cpu = _medians(runs, "seconds"), _medians(runs, "cpu_seconds")
    return {
        "ratio_duckdb": round(seconds["ours"] / seconds["duckdb"], 3),
        "ratio_pandas": round(seconds["ours"] / seconds["pandas"], 3),
        "cpu_ratio_duckdb": round(cpu["ours"] / cpu["duckdb"], 3),
        "cpu_ratio_pandas": round(cpu["ours"] / cpu["pandas"], 3),
        "peak_gb": round(max(run["peak_gb"] for run in runs["ours"]), 3),
        "seconds": seconds,
        "cpu_seconds": cpu,
        "peak_gb_others": {name: round(max(run["peak_gb"] for run in runs[name]), 3) for name in CONTENDERS[1:]},
        "figures": len(runs["ours"][0]["figures"]),
        "machine": {"cores": os.cpu_count(), "processor": _processor(), "python": platform.python_version()},
    }


def _medians(runs: dict[str, list[dict[str, Any]]], measure: str) -> dict[str, float]:
    return {name: round(statistics.median(run[measure] for run in found), 3) for name, found in runs.items()}


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def first_difference(figures: dict[str, dict[str, int]]) -> str | None:
    """Where another contender's figures are not ours, said in one line; None where all agree."""
    ours = figures["ours"]
    for name, theirs in figures.items():
        different = sorted(key for key in ours.keys() | theirs.keys() if ours.get(key) != theirs.get(key))
        if different:
            key = different[0]
            return f"{len(different)} figures differ; {key}: ours {ours.get(key)}, {name} {theirs.get(key)}"
    return None


def main() -> None:
    """Measure and print; with --json the last line is one JSON object."""
    reader = argparse.ArgumentParser(description=importlib.import_module(__name__).__doc__)
    reader.add_argument("--cases", type=int, default=1_000_000)
    reader.add_argument("--rounds", type=int, default=3)
    reader.add_argument("--json", action="store_true")
    asked = reader.parse_args()
    found = {"cases": asked.cases} | compare(world_of(asked.cases), asked.rounds)
    print(f"{found['figures']} equal figures from {asked.cases:,} cases")
    print(f"ratio_duckdb {found['ratio_duckdb']}  (wanted: at most 1.5)")
    print(f"ratio_pandas {found['ratio_pandas']}  (wanted: under 1)")
    print(f"peak_gb      {found['peak_gb']}  (wanted: at most 1.5)")
    if asked.json:
        print(json.dumps(found))


if __name__ == "__main__":
    main()
