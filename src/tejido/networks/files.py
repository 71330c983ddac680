# SPDX-License-Identifier: Apache-2.0
"""Whatever form a network's file has: read it, and write it in another."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tejido.networks.archive_form import read_archive
from tejido.networks.assembling import refuse
from tejido.networks.graphml_form import graphml_file, read_graphml
from tejido.networks.json_form import json_file, read_json
from tejido.networks.network import Network
from tejido.networks.pair_form import pair_files, read_pair
from tejido.vocabulary import BadInput, system_reason

Form = Literal["json", "csv", "graphml"]
FORMS: tuple[Form, ...] = ("json", "csv", "graphml")


@dataclass(frozen=True)
class NetworkFile:
    """What a file holds. `left_out`: attributes of another program that a network does not keep."""

    network: Network
    left_out: tuple[str, ...] = ()


def read_network(path: Path) -> NetworkFile:
    """The network in a folder of CSV files, or in a file ending in .json, .graphml or .csv; raises `BadInput`."""
    try:
        if path.is_dir():
            return NetworkFile(read_pair(path))
        match path.suffix.lower():
            case ".json":
                return NetworkFile(read_json(path))
            case ".graphml" | ".xml":
                return NetworkFile(*read_graphml(path))
            case ".csv":
                return NetworkFile(read_archive(path))
    except OSError as problem:
        why = system_reason(problem)
        refuse("unreadable", path.name, f"cannot be read: {why['en']}", f"no se puede leer: {why['es']}")
    refuse("form", path.name, "expected a folder with nodes.csv and ties.csv, or a file .json, .graphml or .csv",
           "se esperaba una carpeta con nodes.csv y ties.csv, o un archivo .json, .graphml o .csv")  # fmt: skip


def write_network(network: Network, out: Path, form: Form) -> None:
    """Write `out` whole or not at all; what is already there is left alone and refused with `BadInput`."""
    if out.exists():
        refuse("in_the_way", str(out), "is already there; nothing was written", "ya existe; no se escribió nada")
    try:
        if form == "csv":
            _write_folder(out, pair_files(network))
        else:
            _write_file(out, json_file(network) if form == "json" else graphml_file(network))
    except OSError as problem:
        why = system_reason(problem)
        raise BadInput("network.unwritable", en=f"cannot be written: {why['en']}",
                       es=f"no se puede escribir: {why['es']}", where=str(out)) from None  # fmt: skip


def _write_file(out: Path, content: bytes) -> None:
    with tempfile.NamedTemporaryFile(dir=out.parent, prefix=f".{out.name}.", delete=False) as file:
        building = Path(file.name)
        try:
            file.write(content)
            file.flush()
            building.chmod(0o600)  # whom it speaks of is in it
            os.replace(building, out)
        except BaseException:
            building.unlink(missing_ok=True)
            raise


def _write_folder(out: Path, contents: dict[str, bytes]) -> None:
    building = Path(tempfile.mkdtemp(dir=out.parent, prefix=f".{out.name}."))
    try:
        for name, content in contents.items():
            (building / name).write_bytes(content)
        os.replace(building, out)
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        raise
