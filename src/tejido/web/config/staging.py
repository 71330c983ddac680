# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where a backup's copy of the database lies while it is made: in the node's own folder, one backup at a time.

A process that is killed cleans nothing up. Whatever it left goes with the next backup, and the worker looks every
round: a forgotten copy would still hold the keys of what is destroyed after it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tejido.vocabulary import BadInput

STAGING = ".backup"  # no backup takes what lies in a folder whose name begins with a dot
_BEGUN = "begun"
_TRIES, _PAUSE = 50, 0.1  # the worker's sweep is over by then; another backup is not
_PART = 1 << 20


@dataclass(frozen=True)
class Staging:
    """The folder of the backup under way; `lock` is held until it ends (a descriptor, to be passed on to a child)."""

    folder: Path
    lock: int

    def file(self, name: str) -> Path:
        """A new, empty file that only its owner reads, whatever the process's umask."""
        path = self.folder / name
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        return path

    def begin(self, part: Path) -> None:
        """Note the sealed file that is begun beside the target: killed, it is found by this and taken away."""
        self.file(_BEGUN).write_bytes(os.fsencode(part))


@contextmanager
def staging(folder: Path) -> Iterator[Staging]:
    """The node's staging folder, empty; whatever lies in it is overwritten and gone afterwards. Raises `BadInput`."""
    own = folder / STAGING
    own.mkdir(mode=0o700, exist_ok=True)
    own.chmod(0o700)
    lock = os.open(own, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for _try in range(_TRIES):
            if locked(lock):
                break
            time.sleep(_PAUSE)
        else:
            raise BadInput("backup.under_way", en="another backup of this node is under way",
                           es="hay otro respaldo de esta organización en curso", where=str(own))  # fmt: skip
        _empty(own)
        try:
            yield Staging(own, lock)
        finally:
            _empty(own)
    finally:
        os.close(lock)


def sweep(folder: Path) -> bool:
    """Take away what a killed backup left, unless one is under way; was there anything?"""
    own = folder / STAGING
    if not own.is_dir() or not any(own.iterdir()):
        return False
    lock = os.open(own, os.O_RDONLY | os.O_DIRECTORY)
    try:
        if not locked(lock):
            return False
        _empty(own)
        return True
    finally:
        os.close(lock)


def overwrite(path: Path) -> None:
    """Zeros over the file, then it goes: its blocks would keep the keys of what is destroyed later.

    As far as the disk writes in place, like SQLite's own `secure_delete`.
    """
    with suppress(OSError), path.open("r+b") as file:  # a disk that fails keeps nobody from taking it away
        left = path.stat().st_size
        while left > 0:
            left -= file.write(bytes(min(left, _PART)))
        file.flush()
        os.fsync(file.fileno())
    path.unlink(missing_ok=True)


def locked(lock: int) -> bool:
    """Is this descriptor's file ours now? False: somebody else holds it."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _empty(own: Path) -> None:
    begun = own / _BEGUN
    if begun.is_file():
        part = Path(os.fsdecode(begun.read_bytes()))
        if part.name.endswith(".part"):
            with suppress(OSError):  # the other disk may not be there: what lies on it is sealed
                part.unlink(missing_ok=True)
    for path in own.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            overwrite(path)
