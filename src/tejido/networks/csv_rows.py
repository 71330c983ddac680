# SPDX-License-Identifier: Apache-2.0
"""The rows of a CSV file under its first one, with their number in the file."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from tejido.networks.assembling import refuse
from tejido.tables.csv_files import diagnose_csv


def csv_rows(path: Path, name: str, width: int) -> Iterator[tuple[int, list[str]]]:
    """Rows of `width` cells, the first row of the file being 1 and blank lines being none; raises `BadInput`."""
    row = 0
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for cells in csv.reader(file, strict=True):
                if cells:
                    row += 1
                    if row > 1:
                        if len(cells) != width:
                            break
                        yield row, cells
            else:
                return
    except (UnicodeDecodeError, csv.Error):
        pass
    diagnose_csv(path, name, width)  # what was broken, and where
    refuse("csv", f"{name}, row {row + 1}", "cannot be read; expected CSV in UTF-8",
           "no se puede leer; se esperaba CSV en UTF-8")  # fmt: skip
