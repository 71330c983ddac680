# SPDX-License-Identifier: AGPL-3.0-or-later
"""A file on its way in: sealed, summed and looked at for viruses piece by piece, before anything reaches the disk."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator

from django.conf import settings

from tejido.crypto import Context, StreamSealer, new_key, open_stream, sealed_length
from tejido.web.files.blobs import BlobWriter, blob_parts
from tejido.web.files.models import Attachment
from tejido.web.files.scanning import VirusScan
from tejido.web.security.models import RecordKey
from tejido.web.security.streaming import LARGEST_FILE

_HEAD = 64 * 1024  # what its type is told by


class TooLarge(Exception):
    """More than a file may have."""


class Arrival:
    """One file, from its first byte until a row names it. Its key is made here and stands nowhere before that."""

    def __init__(self, *, scan: VirusScan | None = None) -> None:
        self.id = uuid.uuid4()
        self.key = RecordKey(scope="file")
        self.raw = new_key()
        self.name = ""
        self.head = b""
        self.whole = False
        self._scan = scan
        self._summed = hashlib.sha256()
        self._sealer: StreamSealer | None = None
        self._blob: BlobWriter | None = None

    @property
    def size(self) -> int:
        """Bytes so far."""
        return self._sealer.length if self._sealer else 0

    @property
    def digest(self) -> str:
        """SHA-256 of the bytes so far."""
        return self._summed.hexdigest()

    @property
    def virus_check(self) -> str:
        """What the antivirus says, once the file is whole."""
        return self._scan.verdict() if self._scan else "not_scanned"

    def begin(self, name: str = "") -> None:
        """Make room for it."""
        self.name = name
        self._sealer = StreamSealer(self.raw, blob_context(self.id, self.key.id))
        self._blob = BlobWriter(self.id)
        self._blob.write(self._sealer.head)

    def take(self, part: bytes) -> None:
        """Its next bytes; raises `TooLarge`, or `OSError` where the disk is full."""
        if self._sealer is None or self._blob is None:
            raise ValueError("not begun")
        if self.size + len(part) > LARGEST_FILE:
            raise TooLarge
        if len(self.head) < _HEAD:
            self.head += part[: _HEAD - len(self.head)]
        self._summed.update(part)
        if self._scan:
            self._scan.look_at(part)
        if sealed := self._sealer.update(part):
            self._blob.write(sealed)

    def finish(self) -> None:
        """It is whole."""
        if self._sealer is None or self._blob is None:
            raise ValueError("not begun")
        self._blob.finish(self._sealer.finish())
        self.whole = True

    def opened(self) -> Iterator[bytes]:
        """Its bytes, from the sealed blob."""
        return open_blob(self.id, self.key.id, self.raw, self.size)

    def discard(self) -> None:
        """Leave nothing of it, unless a row names it."""
        if self._scan:
            self._scan.close()
        if self._blob and not Attachment.objects.filter(pk=self.id).exists():
            self._blob.discard()


def blob_context(blob_id: uuid.UUID, key_id: uuid.UUID) -> Context:
    """What a blob is bound to."""
    return Context(settings.TEJIDO.node, "files.attachment", str(blob_id), "blob", str(key_id))


def open_blob(blob_id: uuid.UUID, key_id: uuid.UUID, raw: bytes, size: int) -> Iterator[bytes]:
    """The bytes of a file, bit by bit; raises `CannotOpen`, some of it as soon as it is called."""
    return open_stream(raw, blob_parts(blob_id, length=sealed_length(size)), blob_context(blob_id, key_id))
