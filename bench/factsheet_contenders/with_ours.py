# SPDX-License-Identifier: Apache-2.0
"""The product: records opened, checked, counted and joined."""

from __future__ import annotations

from pathlib import Path

from bench.factsheet_contenders import END, START

from tejido.statistics import Window, join, tabulate
from tejido.tables.reading import open_records


def figures(world: Path) -> dict[str, int]:
    """Every figure of the unprotected sheet as unit/by/cell, zeros left out."""
    window = Window.parse(f"{START}..{END}")
    sheet = join(tabulate([open_records(world / node) for node in ("mx", "us")], window=window))
    return {
        "/".join(part for part in (figure.unit, figure.by, figure.cell) if part): figure.value
        for figure in sheet.figures
        if figure.value
    }
