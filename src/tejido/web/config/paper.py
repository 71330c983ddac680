# SPDX-License-Identifier: AGPL-3.0-or-later
"""The recovery key on its way to paper: a sheet for each share, in a folder that is emptied once they are printed."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tejido.crypto import PaperKey, VerifyKey, fingerprint, new_paper_key
from tejido.reports.recovery import RecoverySheet, sheet_pdf
from tejido.vocabulary import BadInput
from tejido.web.config.operators import Operator


def paper_key(wanted: str) -> PaperKey:
    """A fresh key of which `wanted`, such as 2-of-3, are needed; raises `BadInput`."""
    found = re.fullmatch(r"(\d{1,2})-of-(\d{1,2})", wanted)
    try:
        return new_paper_key(threshold=int(found[1]), count=int(found[2])) if found else _refused(wanted)
    except ValueError:
        return _refused(wanted)


def _refused(wanted: str) -> PaperKey:
    raise BadInput(
        "paper.shares",
        en=f"{wanted!r} is no set of shares; expected such as 2-of-3: at least 2 needed, at most 16 printed",
        es=f"{wanted!r} no es un juego de partes; se esperaba como 2-of-3: mínimo 2 necesarias, máximo 16 impresas",
        where="--shares",
    )


@contextmanager
def new_folder(folder: Path) -> Iterator[None]:
    """An empty folder for the sheets that no one else may read, taken away again if what is done inside fails.

    A sheet whose key never came into force would be kept in a safe and open nothing. Raises `BadInput` where something
    is in the folder already.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BadInput("paper.folder", en="expected a new or empty folder", es="se esperaba una carpeta nueva o vacía",
                       where=str(folder))  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    try:
        yield
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def write_sheets(paper: PaperKey, *, operator: Operator, organisation: VerifyKey, folder: Path) -> None:
    """One PDF for each share, readable by their writer alone."""
    for number, share in enumerate(paper.shares, 1):
        sheet = RecoverySheet(
            operator=operator.name, number=number, count=len(paper.shares), threshold=paper.threshold, share=share,
            organisation_print=organisation.fingerprint, recovery_print=fingerprint(paper.key.public.raw),
            first="es" if operator.languages[0] == "es" else "en",
        )  # fmt: skip
        path = folder / f"share-{number}-of-{len(paper.shares)}.pdf"
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(sheet_pdf(sheet))
