# SPDX-License-Identifier: Apache-2.0
"""Each indicator beside a few invented people: the file says who they are, and what must be counted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.specs.invented import records_of

from tejido.statistics import Window, tabulate
from tejido.statistics.definitions import indicator, indicators
from tejido.statistics.figures import count_files

FILES = sorted(Path(__file__).parent.glob("*.yaml"))
CASES = [(file, number) for file in FILES for number in range(len(yaml.safe_load(file.read_text("utf-8"))["examples"]))]


@pytest.mark.parametrize(("file", "number"), CASES, ids=[f"{file.stem}-{number + 1}" for file, number in CASES])
def test_counts_what_the_specification_says(file: Path, number: int, tmp_path: Path) -> None:
    specification: dict[str, Any] = yaml.safe_load(file.read_text("utf-8"))
    example = specification["examples"][number]
    if "file" in example:
        found = _public(tmp_path, file.stem, example)
    else:
        found = _records(file.stem, specification["window"], example["records"])
    expected = {"total": {"counted": example["counted"]}} | example.get("by", {})
    shown = {name: {code: n for code, n in found.get(name, {}).items() if n or code == "counted"} for name in expected}
    assert shown == expected, example["says"]
    for name, base in example.get("base", {}).items():
        breakdown = indicator(file.stem).breakdown(name)
        assert breakdown.base_of(example["counted"], found[name]) == base, example["says"]
    for name, median in example.get("median", {}).items():
        assert indicator(file.stem).breakdown(name).median(found[name]) == median, example["says"]


def _records(name: str, window: str, nodes: dict[str, dict[str, str]]) -> dict[str, dict[str, int]]:
    given = [records_of(node, tables) for node, tables in nodes.items()]
    found: dict[str, dict[str, int]] = {}
    for tabulation in tabulate(given, window=Window.parse(window), names=(name,)):
        for cell in tabulation.cells:
            cells = found.setdefault(cell.by or "total", {})
            key = cell.cell or "counted"
            cells[key] = cells.get(key, 0) + cell.counted
    return found


def _public(folder: Path, name: str, example: dict[str, Any]) -> dict[str, dict[str, int]]:
    file = folder / "public.csv"
    lines = example["file"].strip().splitlines()
    file.write_text("\n".join(",".join(cell.strip() for cell in line.split(",")) for line in lines) + "\n", "utf-8")
    found = {"total": {"counted": count_files([file], source="ctdc", name=name).rows[0][1]}}
    for by in example.get("by", {}):
        found[by] = {code or "": n for code, n in count_files([file], source="ctdc", name=name, by=by).rows}
    return found


def test_every_indicator_has_a_specification() -> None:
    assert {file.stem for file in FILES} == set(indicators())
