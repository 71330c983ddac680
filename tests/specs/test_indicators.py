# SPDX-License-Identifier: Apache-2.0
"""Each indicator beside a few invented people: the file says who they are, and what must be counted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.specs.invented import records_of

from tejido.statistics import Window, tabulate

FILES = sorted(Path(__file__).parent.glob("*.yaml"))
CASES = [(file, number) for file in FILES for number in range(len(yaml.safe_load(file.read_text("utf-8"))["examples"]))]


@pytest.mark.parametrize(("file", "number"), CASES, ids=[f"{file.stem}-{number + 1}" for file, number in CASES])
def test_counts_what_the_specification_says(file: Path, number: int) -> None:
    specification: dict[str, Any] = yaml.safe_load(file.read_text("utf-8"))
    example = specification["examples"][number]
    window = Window.parse(specification["window"])
    given = [records_of(node, tables) for node, tables in example["records"].items()]
    found: dict[str, dict[str, int]] = {}
    for tabulation in tabulate(given, window=window, names=(file.stem,)):
        for cell in tabulation.cells:
            cells = found.setdefault(cell.by or "total", {})
            key = cell.cell or "counted"
            cells[key] = cells.get(key, 0) + cell.counted
    expected = {"total": {"counted": example["counted"]}} | example.get("by", {})
    shown = {name: {code: n for code, n in found.get(name, {}).items() if n or code == "counted"} for name in expected}
    assert shown == expected, example["says"]


def test_every_records_indicator_has_a_specification() -> None:
    from tejido.statistics.definitions import indicators

    assert {file.stem for file in FILES} == {one.id for one in indicators().values() if one.source == "records"}
