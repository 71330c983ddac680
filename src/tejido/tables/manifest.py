# SPDX-License-Identifier: Apache-2.0
"""`records.json`: whose records a folder holds, as of which day, and whether they are invented."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

from tejido.tables.csv_files import check_readable
from tejido.tables.records import RECORD_TABLES
from tejido.vocabulary import BadInput, Words

SCHEMA = "tejido.records/3"
READ = ("tejido.records/1", "tejido.records/2", SCHEMA)  # 1 has no `organisation`, 2 no `code_lists`
FILE = "records.json"
_LARGEST = 1 << 20  # bytes; more cannot be a manifest
_LONGEST_NAME = 120
_NODE = re.compile(r"[a-z][a-z0-9_-]{0,31}")
_KNOWN = {"schema", "node", "organisation", "as_of", "invented", "notice", "rows", "code_lists"}
INVENTED_NOTICE = "INVENTED DATA · DATOS INVENTADOS"  # for whoever opens the file


def folder_name(folder: Path) -> str:
    """What a person calls the folder, also where it is given as `.` or `..`."""
    return folder.name if folder.name not in ("", "..") else folder.resolve().name


def is_node_name(text: object) -> bool:
    """Whether `text` can name a node: lower-case letters, digits, `-` and `_`, a letter first, at most 32."""
    return isinstance(text, str) and _NODE.fullmatch(text) is not None


@dataclass(frozen=True)
class Manifest:
    """What `records.json` says.

    `rows`, if given, counts the rows of each table: a file with fewer was cut. `organisation`: how the node signs.
    `code_lists`: the version of each list that the rows were coded with; where it says nothing, today's.
    """

    node: str
    as_of: date
    invented: bool
    rows: Mapping[str, int] = field(default_factory=dict)
    organisation: Words | None = None
    code_lists: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        """The JSON object written to the file."""
        notice = {"notice": INVENTED_NOTICE} if self.invented else {}
        organisation = {"organisation": dict(self.organisation)} if self.organisation else {}
        return {
            "schema": SCHEMA,
            "node": self.node,
            **organisation,
            "as_of": self.as_of.isoformat(),
            "invented": self.invented,
            **notice,
            "rows": dict(self.rows),
            "code_lists": dict(self.code_lists),
        }

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """The manifest of a records folder; raises `BadInput`."""
        path = folder / FILE
        where = f"{folder_name(folder)}/{FILE}"
        if not folder.is_dir():
            raise BadInput(
                "records.folder_missing",
                en=f"expected a folder of records with a {FILE} inside",
                es=f"se esperaba una carpeta de registros con un archivo {FILE}",
                where=str(folder),
            )
        if not path.is_file():
            raise BadInput(
                "records.manifest_missing",
                en=f"the file is missing; a folder of records needs it: {_example()}",
                es=f"falta el archivo; toda carpeta de registros lo necesita: {_example()}",
                where=where,
            )
        check_readable(path, where)
        try:
            with path.open("rb") as file:
                raw = json.loads(file.read(_LARGEST).decode("utf-8-sig"))
        except (ValueError, RecursionError):
            _refuse(where, f"expected one JSON object: {_example()}", f"se esperaba un objeto JSON: {_example()}")
        return _parsed(raw, where)


def _example() -> str:
    return f'{{"schema": "{SCHEMA}", "node": "mx", "as_of": "2017-08-31", "invented": true}}'


def _refuse(where: str, en: str, es: str) -> NoReturn:
    raise BadInput("records.manifest", en=en, es=es, where=where)


def _parsed(raw: Any, where: str) -> Manifest:
    if not isinstance(raw, dict):
        _refuse(where, f"expected one JSON object: {_example()}", f"se esperaba un objeto JSON: {_example()}")
    if raw.get("schema") not in READ:
        _refuse(
            where,
            f'"schema" is {raw.get("schema")!r}; this version of Tejido reads "{SCHEMA}"',
            f'"schema" dice {raw.get("schema")!r}; esta versión de Tejido lee "{SCHEMA}"',
        )
    if unknown := sorted(set(raw) - _KNOWN):
        _refuse(where, f"unknown entry {unknown[0]!r}", f"dato desconocido {unknown[0]!r}")
    if not is_node_name(raw.get("node")):
        _refuse(
            where,
            f'"node" is {raw.get("node")!r}; expected lower-case letters, digits, - and _, such as "mx"',
            f'"node" dice {raw.get("node")!r}; se esperaban minúsculas, dígitos, - y _, como "mx"',
        )
    if not isinstance(raw.get("invented"), bool):
        _refuse(where, '"invented" must be true or false', '"invented" debe ser true o false')
    return Manifest(
        node=raw["node"],
        as_of=_day(raw.get("as_of"), where),
        invented=raw["invented"],
        rows=_rows(raw.get("rows", {}), where),
        organisation=_organisation(raw["organisation"], where) if "organisation" in raw else None,
        code_lists=_versions(raw.get("code_lists", {}), where),
    )


def _organisation(value: object, where: str) -> Words:
    if (
        isinstance(value, dict)
        and set(value) == {"en", "es"}
        and all(isinstance(name, str) and name.strip() and name.isprintable() for name in value.values())
        and max(map(len, value.values())) <= _LONGEST_NAME
    ):
        return {"en": value["en"].strip(), "es": value["es"].strip()}
    _refuse(
        where,
        f'"organisation" must be its name in both languages, {_LONGEST_NAME} letters at most: {{"en": "…", "es": "…"}}',
        f'"organisation" debe ser su nombre en ambos idiomas, con {_LONGEST_NAME} letras o menos: '
        '{"en": "…", "es": "…"}',
    )


def _day(value: object, where: str) -> date:
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    _refuse(
        where,
        f'"as_of" is {value!r}; expected a day such as "2017-08-31"',
        f'"as_of" dice {value!r}; se esperaba un día como "2017-08-31"',
    )


def _rows(value: object, where: str) -> Mapping[str, int]:
    names = {table.name for table in RECORD_TABLES}
    if isinstance(value, dict) and all(
        name in names and type(count) is int and count >= 0 for name, count in value.items()
    ):
        return value
    _refuse(
        where,
        '"rows" must give a number of rows per table',
        '"rows" debe dar un número de filas por tabla',
    )


def _versions(value: object, where: str) -> Mapping[str, str]:
    if isinstance(value, dict) and all(isinstance(version, str) for version in value.values()):
        return value
    _refuse(
        where,
        '"code_lists" must give the version of each list as text: {"gender": "2017"}',
        '"code_lists" debe dar como texto la versión de cada catálogo: {"gender": "2017"}',
    )
