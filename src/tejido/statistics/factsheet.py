# SPDX-License-Identifier: Apache-2.0
"""The joint fact sheet from records or from totals: counted, joined, protected, printed."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from tejido.reports.document import FactSheetDocument
from tejido.reports.fact_sheet import write
from tejido.statistics.contributors import contributors
from tejido.statistics.counting import tabulate
from tejido.statistics.document import document_of
from tejido.statistics.joint import join
from tejido.statistics.protection import protect
from tejido.statistics.sheet import Sheet
from tejido.statistics.tabulation import Tabulation
from tejido.statistics.window import Window
from tejido.tables.reading import Records
from tejido.vocabulary import BadInput, Language, system_reason

FILES = ("sheet.pdf", "sheet.html", "sheet.json")


def fact_sheet(
    tabulations: Sequence[Tabulation], *, protection: int | None = 11, internal: bool = False,
    earlier: Sequence[Sheet] = (), apart: bool = False,
) -> Sheet:  # fmt: skip
    """The sheet that may be shown: joined and protected, beside `earlier` ones too; an unprotected one is `internal`.

    Who counts together has agreed to exchange these tables exactly, and knows them. `apart`: nobody does, so that
    each is a reader who takes its own away.

    Raises `BadInput` for an unprotected public sheet, for `protection` below 2 and for what `join` refuses.
    """
    if protection is None and not internal:
        raise BadInput(
            "unprotected_public_sheet",
            en="a sheet without protection is for internal use: add --internal, or protect it",
            es="una hoja sin protección es de uso interno: agregue --internal, o protéjala",
            where="--protect none",
        )
    if protection is not None and protection < 2:
        raise BadInput(
            "protection",
            en=f"the smallest count shown must be 2 or more, not {protection}",
            es=f"el menor conteo que se muestra debe ser 2 o más, no {protection}",
            where="--protect",
        )
    sheet = join(tabulations)
    if protection is not None:
        partners = contributors(tabulations) if apart else []
        sheet = protect(sheet, k=protection, earlier=earlier, partners=partners)
    return replace(sheet, internal=internal)


def sheet_bytes(sheet: Sheet, language: Language) -> bytes:
    """`sheet.json`: same sheet, same bytes."""
    written = sheet.as_json() | {"language": language}
    return (json.dumps(written, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def write_sheet(sheet: Sheet, folder: Path, language: Language, operators: Sequence[str] = ()) -> None:
    """Write sheet.pdf, sheet.html and sheet.json to `folder`, replacing an earlier sheet there; all three or none.

    Raises `BadInput` where `folder` holds anything else (nothing of another's is removed) or cannot be written.
    """
    folder = Path(folder)
    check_folder(folder)
    document, data = document_of(sheet, language, operators), sheet_bytes(sheet, language)
    try:
        _write_whole(document, data, folder)
    except OSError as problem:
        reason = system_reason(problem)
        raise BadInput(
            "sheet_not_written",
            en=f"the fact sheet cannot be written: {reason['en']}; nothing was written",
            es=f"no se puede escribir la hoja informativa: {reason['es']}; no se escribió nada",
            where=str(folder),
        ) from None


def _write_whole(document: FactSheetDocument, data: bytes, folder: Path) -> None:
    """Made beside `folder` and moved there whole; inside it where it exists, because it may be a mount or a link."""
    made = not folder.exists()
    inside = folder.parent if made else folder
    inside.mkdir(parents=True, exist_ok=True)
    building = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=inside))
    try:
        write(document, building, data)
        if made:
            building.chmod(0o755)
            os.replace(building, folder)
        else:
            for name in FILES:
                os.replace(building / name, folder / name)
    finally:
        shutil.rmtree(building, ignore_errors=True)


def check_folder(folder: Path) -> None:
    """Raises `BadInput` unless `folder` is absent, empty, or holds an earlier sheet and nothing else."""
    try:
        taken = folder.exists() and (not folder.is_dir() or any(entry.name not in FILES for entry in folder.iterdir()))
    except OSError:  # a file stands where a folder above is named, or it may not be looked into
        taken = True
    if taken:
        raise BadInput(
            "sheet_in_the_way",
            en="something other than a fact sheet is already there; nothing was written",
            es="ya hay ahí algo que no es una hoja informativa; no se escribió nada",
            where=str(folder),
        )


def build(
    records: Sequence[Records],
    *,
    window: Window,
    language: Language,
    folder: Path,
    protection: int | None = 11,
    internal: bool = False,
    earlier: Sequence[Sheet] = (),
    apart: bool = False,
) -> Sheet:
    """Count `records`, join, protect and print them into `folder`; the sheet that was printed.

    `earlier`: sheets published before, beside which this one gives nothing away either. `apart`: as `fact_sheet` says.

    Same records, same bytes: the as-of date and the names that sign come from the records.
    Raises `BadInput` before anything is written.
    """
    if protection is None and not internal:
        fact_sheet((), protection=None)
    check_folder(Path(folder))
    counted = tabulate(records, window=window)
    sheet = fact_sheet(counted, protection=protection, internal=internal, earlier=earlier, apart=apart)
    signed = {one.node: one.organisation[language] if one.organisation else one.node for one in records}
    write_sheet(sheet, Path(folder), language, [signed[node] for node in sheet.nodes])
    return sheet
