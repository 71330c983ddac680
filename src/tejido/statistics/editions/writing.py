# SPDX-License-Identifier: Apache-2.0
"""Writes an edition to a folder, whole or not at all, and its counts to another that only its owner may read."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tejido.statistics.editions.contents import MANIFEST, contents, digest
from tejido.statistics.editions.edition import printed
from tejido.statistics.editions.making import REASONS, Made
from tejido.statistics.editions.reading import refused
from tejido.statistics.sheet import Sheet
from tejido.vocabulary import BadInput, system_reason

SNAPSHOT, REASONS_FILE = "snapshot.json", "reasons.json"
SNAPSHOT_SCHEMA = "tejido.snapshot/1"


def write_edition(made: Made, out: Path) -> Mapping[str, bytes]:
    """Write every file; an earlier draft there is replaced, anything else and anything signed is refused."""
    files = contents(made.edition)
    check_free(out)
    try:
        _put(files, out)
    except OSError as problem:
        why = system_reason(problem)
        raise refused(out, f"cannot be written: {why['en']}; nothing was written",
                      f"no se puede escribir: {why['es']}; no se escribió nada") from None  # fmt: skip
    return files


def check_free(out: Path) -> None:
    """Raises `BadInput` unless `out` is absent, empty, or an edition that nobody has signed."""
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise _in_the_way(out)
    if out.is_dir() and any(out.iterdir()) and (not (out / MANIFEST).is_file() or (out / "signatures.json").exists()):
        raise _in_the_way(out)


def _in_the_way(out: Path) -> BadInput:
    return refused(out, "something other than an unsigned edition is already there; nothing was written",
                   "ya hay ahí algo que no es una edición sin firmar; no se escribió nada")  # fmt: skip


def _put(files: Mapping[str, bytes], out: Path) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    building = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    try:
        for name, content in files.items():
            (building / name).parent.mkdir(parents=True, exist_ok=True)
            (building / name).write_bytes(content)
        building.chmod(0o755)
        if out.exists():
            shutil.rmtree(out)
        os.replace(building, out)
    finally:
        shutil.rmtree(building, ignore_errors=True)


def salt_in(private: Path, counted: Sheet) -> bytes:
    """The salt kept with these counts, so that they make the same edition again; a fresh one where none is.

    Raises `BadInput` where other counts are kept there.
    """
    file = private / SNAPSHOT
    try:
        if not file.exists():
            return secrets.token_bytes(32)
        kept = json.loads(file.read_text("utf-8"))
        if kept["sheet"] != json.loads(json.dumps(counted.as_json())):
            raise refused(file, "other counts are kept there: name another folder",
                          "ahí se guardan otros conteos: indique otra carpeta")  # fmt: skip
        return bytes.fromhex(kept["salt"])
    except OSError as problem:
        why = system_reason(problem)
        raise refused(file, f"cannot be read: {why['en']}", f"no se puede leer: {why['es']}") from None
    except (ValueError, KeyError, TypeError):
        raise refused(file, "expected the counts that `edition build` kept",
                      "se esperaban los conteos que guardó `edition build`") from None  # fmt: skip


def keep_counts(made: Made, counted: Sheet, salt: bytes, manifest: bytes, private: Path) -> None:
    """Keep exact counts, salt and reasons where only their owner may read them."""
    snapshot = {"schema": SNAPSHOT_SCHEMA, "salt": salt.hex(), "sheet": counted.as_json()}
    try:
        private.mkdir(parents=True, exist_ok=True, mode=0o700)
        for name, content in ((SNAPSHOT, snapshot), (REASONS_FILE, internal_manifest(made, manifest))):
            handle = os.open(private / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(printed(content))
    except OSError as problem:
        why = system_reason(problem)
        raise refused(private, f"cannot be written: {why['en']}", f"no se puede escribir: {why['es']}") from None


def internal_manifest(made: Made, manifest: bytes) -> dict[str, Any]:
    """Why each cell is hidden, for the data team: it tells small cells from those beside them, and no value."""
    used = {entry["reason"] for entry in made.reasons}
    return {
        "schema": "tejido.edition-reasons/1",
        "edition": made.edition.id,
        "manifest": digest(manifest),
        "reasons": {name: words for name, words in REASONS.items() if name in used},
        "hidden": list(made.reasons),
    }
