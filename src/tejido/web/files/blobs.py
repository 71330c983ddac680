# SPDX-License-Identifier: AGPL-3.0-or-later
"""Sealed bytes in the media folder: one file each, readable by the node alone, named by a random id."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from uuid import UUID

from django.conf import settings

from tejido.crypto import CannotOpen

_PART = 1024 * 1024
UNFINISHED = ".part"


def blob_path(blob_id: UUID) -> Path:
    """Where the blob of this row stands."""
    return Path(settings.MEDIA_ROOT) / blob_id.hex


class BlobWriter:
    """One blob being written. Until `finish` it has another name; `discard` leaves nothing."""

    def __init__(self, blob_id: UUID) -> None:
        self._path = blob_path(blob_id)
        self._unfinished = self._path.with_name(self._path.name + UNFINISHED)
        self._path.parent.mkdir(mode=0o700, exist_ok=True)
        self._file = os.open(self._unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)

    def write(self, sealed: bytes) -> None:
        """Append; raises `OSError` where the disk is full."""
        view = memoryview(sealed)
        while view:
            view = view[os.write(self._file, view) :]

    def finish(self, rest: Iterable[bytes]) -> None:
        """Append the rest, and stand under the blob's own name once the disk has it all."""
        for sealed in rest:
            self.write(sealed)
        os.fsync(self._file)
        self._close()
        self._unfinished.rename(self._path)

    def discard(self) -> None:
        """As if it had never been."""
        self._close()
        self._unfinished.unlink(missing_ok=True)
        self._path.unlink(missing_ok=True)

    def _close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def blob_parts(blob_id: UUID, *, length: int) -> Iterator[bytes]:
    """The sealed bytes of a blob, bit by bit; raises `CannotOpen` at once where it is gone or not as long as it was."""
    try:
        file = blob_path(blob_id).open("rb")
    except FileNotFoundError:
        raise CannotOpen from None
    if os.fstat(file.fileno()).st_size != length:
        file.close()
        raise CannotOpen
    return _parts(file)


def _parts(file) -> Iterator[bytes]:  # type: ignore[no-untyped-def]
    with file:
        while part := file.read(_PART):
            yield part


def remove_blob(blob_id: UUID) -> None:
    """Take a blob away; its key is already gone."""
    blob_path(blob_id).unlink(missing_ok=True)
