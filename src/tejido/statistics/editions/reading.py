# SPDX-License-Identifier: Apache-2.0
"""Reads what `tejido edition build` wrote, believing nothing of it but its form."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tejido.statistics.editions.contents import MANIFEST, SHEET, SIGNATURES
from tejido.statistics.editions.edition import SCHEMA, Before, Edition
from tejido.statistics.editions.making import Published
from tejido.statistics.sheet import Sheet
from tejido.statistics.sheet_file import published_sheet, written_sheet
from tejido.vocabulary import BadInput, system_reason


@dataclass(frozen=True)
class EditionFolder:
    """An edition as it stands in a folder, and the bytes of every file there."""

    edition: Edition
    manifest: dict[str, Any]
    files: dict[str, bytes]

    @property
    def signatures(self) -> bytes | None:
        """The detached manifest of sign-offs, where there is one."""
        return self.files.get(SIGNATURES)


def read_edition(folder: Path) -> EditionFolder:
    """The edition in `folder`; raises `BadInput` where its manifest or its sheet cannot be read."""
    try:
        files = {str(path.relative_to(folder).as_posix()): path.read_bytes()
                 for path in sorted(folder.rglob("*")) if path.is_file()}  # fmt: skip
        raw = files[MANIFEST]
    except KeyError:
        raise refused(folder, "no manifest.json: expected what `edition build` wrote",
                      "no hay manifest.json: se esperaba lo que escribió `edition build`") from None  # fmt: skip
    except OSError as problem:
        why = system_reason(problem)
        raise refused(folder, f"cannot be read: {why['en']}", f"no se puede leer: {why['es']}") from None
    sheet = written_sheet(folder / SHEET)
    try:
        manifest = json.loads(raw)
        if not isinstance(manifest, dict) or manifest.get("schema") != SCHEMA:
            raise ValueError(f"expected schema {SCHEMA}")
        edition = edition_from(manifest, sheet)
        files_listed = {name: entry["sha256"] for name, entry in manifest["files"].items()}
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        raise refused(folder / MANIFEST, f"not a whole manifest: {problem}", f"el manifiesto no está completo: {problem}") from None  # fmt: skip  # noqa: E501
    return EditionFolder(edition, manifest | {"files": files_listed}, files)


def edition_from(manifest: Mapping[str, Any], sheet: Sheet) -> Edition:
    """The edition that this manifest and this sheet describe."""
    replaces = manifest["replaces"]
    return Edition(
        sheet=sheet,
        number=manifest["number"],
        snapshot=manifest["snapshot"],
        made_by=manifest["made_by"],
        earlier=tuple(Before(one["edition"], one["window"], one["sheet"]) for one in manifest["earlier"]),
        replaces=None if replaces is None else replaces["edition"],
        because=None if replaces is None else replaces["because"],
        operators=tuple(manifest["operators"]),
        changes=tuple(manifest["changes"]),
    )


def published_before(path: Path) -> Published:
    """An edition or a plain sheet that readers already have; raises `BadInput`."""
    if path.is_dir() and (path / MANIFEST).is_file():
        found = read_edition(path)
        return Published(found.edition.sheet, found.manifest)
    return Published(published_sheet(path))


def refused(where: Path, en: str, es: str) -> BadInput:
    """What a folder that is no edition is answered."""
    return BadInput("edition.form", en=en, es=es, where=str(where))
