# SPDX-License-Identifier: Apache-2.0
"""A folder with `nodes.csv` and `ties.csv`, and `network.json` that says of whom they speak.

Without `network.json` they are taken for casework: people who exist.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from tejido.networks.assembling import NODE_ENTRIES, TIE_ENTRIES, Assembly, Where, refuse
from tejido.networks.csv_rows import csv_rows
from tejido.networks.json_form import about_of, about_written, json_object, node_said, tie_said
from tejido.networks.network import Network
from tejido.tables.csv_files import csv_header

ABOUT, NODES, TIES = "network.json", "nodes.csv", "ties.csv"


def read_pair(folder: Path) -> Network:
    """The network in a folder; raises `BadInput`."""
    there = folder / ABOUT
    said = json_object(there, f"{folder.name}/{ABOUT}") if there.exists() else {}
    rows = said.pop("rows", {})
    about = about_of(said, f"{folder.name}/{ABOUT}") if there.exists() else {"declared": "casework"}
    made = Assembly(folder.name)
    for file, known, needed in ((NODES, NODE_ENTRIES, ("id",)), (TIES, TIE_ENTRIES, ("from", "to"))):
        name, row = f"{folder.name}/{file}", 1
        columns = _columns(folder / file, name, known, needed)
        for row, cells in csv_rows(folder / file, name, len(columns)):
            where = _where(f"{name}, row {row}")
            if file == NODES:
                made.node(dict(zip(columns, cells, strict=True)), where)
            else:
                made.tie(dict(zip(columns, cells, strict=True)), row, where)
        expected = rows.get(file, row - 1) if isinstance(rows, dict) else row - 1
        if row - 1 != expected:
            refuse("cut", name,
                   f"has {row - 1} rows; {ABOUT} says {expected}: the file was cut off, or rows were taken out",
                   f"tiene {row - 1} filas; {ABOUT} dice {expected}: se cortó o se quitaron filas")  # fmt: skip
    return made.network(**about)


def _where(row: str) -> Where:
    return lambda entry: f"{row}, column {entry}"


def _columns(path: Path, name: str, known: Sequence[str], needed: Sequence[str]) -> list[str]:
    columns, listed = csv_header(path, name), ", ".join(known)
    for column in columns:
        if column not in known or columns.count(column) > 1:
            refuse("column", f"{name}, row 1", f"column {column!r} stands twice or is not known; expected {listed}",
                   f"la columna {column!r} aparece dos veces o no se conoce; se esperaba {listed}")  # fmt: skip
    for column in needed:
        if column not in columns:
            refuse("column", f"{name}, row 1", f"column {column!r} is missing", f"falta la columna {column!r}")
    return columns


def pair_files(network: Network) -> dict[str, bytes]:
    """The files of a folder by name."""
    nodes = [node_said(node) for node in network.nodes.values()]
    ties = [tie_said(tie) for tie in network.ties]
    about = about_written(network, rows={NODES: len(nodes), TIES: len(ties)})
    return {ABOUT: about, NODES: _csv(NODE_ENTRIES, nodes), TIES: _csv(TIE_ENTRIES, ties)}


def _csv(columns: Sequence[str], rows: Iterable[dict[str, Any]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    return text.getvalue().encode()


def _cell(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value
