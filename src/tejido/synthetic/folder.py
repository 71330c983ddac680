# SPDX-License-Identifier: Apache-2.0
"""The folder a world is made in: built beside it, put in place at the end, nothing half-written."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tejido.synthetic.flavour import Flavour
from tejido.tables.writing import Form, RecordWriter
from tejido.vocabulary import BadInput, system_reason

PARTS = ("mx", "us", "truth")
MARK = Path("truth") / "world.json"
SCHEMA = "tejido.world/1"


@contextmanager
def building(folder: Path, *, force: bool = False) -> Iterator[Path]:
    """A folder to build a world in; leaving the block without an error puts it at `folder`.

    A world made by us that is already there is replaced. Anything else is refused; with `force` only the entries
    `mx`, `us` and `truth` in it are replaced and the rest is left alone. Raises BadInput for that, and for whatever
    the disk refuses (no permission, no room).
    """
    try:
        _check(folder, force)
        made = _make_parents(folder.absolute().parent)
        try:
            place = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.absolute().parent))
        except OSError:
            _remove(made)
            raise
        try:
            place.chmod(0o755)
            yield place
            _put_in_place(place, folder)
        except BaseException:
            shutil.rmtree(place, ignore_errors=True)
            _remove(made)
            raise
        shutil.rmtree(place, ignore_errors=True)
    except OSError as problem:
        reason = system_reason(problem)
        raise BadInput(
            "world.disk",
            en=f"the world cannot be written: {reason['en']}; nothing was kept",
            es=f"no se puede escribir el mundo: {reason['es']}; no se guardó nada",
            where=str(folder),
        ) from problem


def record_writer(place: Path, node: str, world: Flavour, form: Form) -> RecordWriter:
    """Writes the records of one of the world's organisations to its folder in `place`."""
    organisation = world.organisations[node]
    return RecordWriter(place / node, node=node, as_of=world.as_of, invented=True, form=form, organisation=organisation)


def mark(place: Path, **facts: object) -> None:
    """Write the file by which a later run knows that the world is ours to replace."""
    (place / MARK).parent.mkdir(exist_ok=True)
    text = json.dumps({"schema": SCHEMA, "invented": True, **facts}, ensure_ascii=False, indent=2)
    (place / MARK).write_text(text + "\n", encoding="utf-8")


def _check(folder: Path, force: bool) -> None:
    if not folder.exists() and not folder.is_symlink():
        return
    if not folder.is_dir():
        _refuse(folder, "a file is in the way; expected a folder", "estorba un archivo; se esperaba una carpeta")
    if force or _is_ours(folder) or not any(folder.iterdir()):
        return
    _refuse(
        folder,
        "the folder is not empty and is no world made by this command; choose another, or add --force",
        "la carpeta no está vacía ni es un mundo hecho con este comando; elija otra o agregue --force",
    )


def _is_ours(folder: Path) -> bool:
    try:
        schema = json.loads((folder / MARK).read_text(encoding="utf-8")).get("schema")
    except (OSError, ValueError, AttributeError):
        return False
    return schema == SCHEMA and {entry.name for entry in folder.iterdir()} <= set(PARTS)


def _put_in_place(place: Path, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    old = Path(tempfile.mkdtemp(prefix=f".{folder.name}.old.", dir=folder.absolute().parent))
    moved: list[str] = []
    try:
        for part in PARTS:
            if (folder / part).exists():
                os.rename(folder / part, old / part)
            moved.append(part)
            os.rename(place / part, folder / part)
    except OSError:
        for part in moved:
            shutil.rmtree(folder / part, ignore_errors=True)
            if (old / part).exists():
                os.rename(old / part, folder / part)
        if not any(folder.iterdir()):
            folder.rmdir()
        raise
    finally:
        shutil.rmtree(old, ignore_errors=True)


def _make_parents(parent: Path) -> list[Path]:
    missing = [step for step in (parent, *parent.parents) if not step.exists()]
    parent.mkdir(parents=True, exist_ok=True)
    return missing


def _remove(made: list[Path]) -> None:
    for step in made:
        try:
            step.rmdir()
        except OSError:
            return


def _refuse(folder: Path, en: str, es: str) -> None:
    raise BadInput("world.in_the_way", en=en, es=es, where=str(folder))
