# SPDX-License-Identifier: Apache-2.0
"""The product: what `tejido factsheet build` does up to the sheet. Opened, checked, counted, joined, protected."""

from __future__ import annotations

from pathlib import Path

from bench.factsheet_contenders import END, START

from tejido.statistics import Window, join, protect, tabulate
from tejido.tables.reading import open_records


def figures(world: Path) -> dict[str, int]:
    """Every figure of the sheet as unit/by/cell, zeros left out; before protection, which the others do not have."""
    window = Window.parse(f"{START}..{END}")
    sheet = join(tabulate([open_records(world / node) for node in ("mx", "us")], window=window))
    protect(sheet, k=11)
    return {
        "/".join(part for part in (figure.unit, figure.by, figure.cell) if part): figure.value
        for figure in sheet.figures
        if figure.value
    }
