# SPDX-License-Identifier: Apache-2.0
"""Writes a fact sheet: one PDF, one self-contained web page and the figures behind them."""

from __future__ import annotations

from pathlib import Path

from tejido.reports.document import (
    INTERNAL_STAMP,
    INVENTED_STAMP,
    REAL_HOTLINES,
    FactSheetDocument,
    HeadlineNumber,
    HotlineNumber,
    SheetMap,
    SheetTable,
    TableRow,
)
from tejido.reports.page import page
from tejido.reports.print import pdf

__all__ = [
    "INTERNAL_STAMP",
    "INVENTED_STAMP",
    "REAL_HOTLINES",
    "FactSheetDocument",
    "HeadlineNumber",
    "HotlineNumber",
    "SheetMap",
    "SheetTable",
    "TableRow",
    "write",
]


def write(document: FactSheetDocument, folder: Path, sheet_json: bytes | None = None) -> None:
    """Write `sheet.pdf`, `sheet.html` and, if given, `sheet.json` into `folder` (made if absent).

    Everything is rendered before the first byte is written, so a failure leaves no half-made sheet.
    Same document, same bytes.
    """
    made = {"sheet.pdf": pdf(document), "sheet.html": page(document).encode("utf-8")}
    if sheet_json is not None:
        made["sheet.json"] = sheet_json
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in made.items():
        (folder / name).write_bytes(content)
