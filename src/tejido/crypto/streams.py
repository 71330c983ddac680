# SPDX-License-Identifier: Apache-2.0
"""Files sealed piece by piece, in constant memory: the pieces can be neither lost, doubled, reordered nor exchanged.

Stream: version (1 byte) ‖ salt (32) ‖ chunks. Chunk: AES-256-GCM over length (4) ‖ content ‖ zeros, 1 MiB in all but
the last, under a key that HKDF-SHA256 makes from the file's key, the salt and the context: no two streams share a key,
so the nonce is the chunk's number and whether it is the last. The length is padded (padmé) to hide the exact size.
Not GCM-SIV, as fields are: where no nonce can come twice it protects nothing more, and a file of 2 GB takes ten times
as long.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tejido.crypto.envelopes import Context
from tejido.crypto.errors import CannotOpen

VERSION = 1
CHUNK = 1024 * 1024  # bytes of plaintext, length included
_LENGTH, _TAG, _SALT = 4, 16, 32
_ROOM = CHUNK - _LENGTH
_HEAD = 1 + _SALT
_LEAST = 4096  # a short note and an empty file look alike


class StreamSealer:
    """Seals what it is given as it comes: `head`, then `update` as often as there is something, `finish` once."""

    def __init__(self, key: bytes, context: Context) -> None:
        salt = os.urandom(_SALT)
        self.head = bytes([VERSION]) + salt
        self.length = 0  # bytes taken in so far
        self._cipher = _cipher(key, salt, context)
        self._associated = _associated(context)
        self._waiting = bytearray()
        self._number = 0

    def update(self, part: bytes | memoryview) -> bytes:
        """Whatever chunks are full now; one is always held back, for nobody knows yet whether it is the last."""
        self.length += len(part)
        self._waiting += part
        sealed = []
        while len(self._waiting) > _ROOM:
            sealed.append(self._seal(bytes(self._waiting[:_ROOM]), _ROOM, last=False))
            del self._waiting[:_ROOM]
        return b"".join(sealed)

    def finish(self) -> Iterator[bytes]:
        """The chunks that are left, and those that only hide how long it was."""
        left = padded_length(self.length) - (self.length - len(self._waiting))
        content = bytes(self._waiting)
        while True:
            room = min(left, _ROOM)
            left -= room
            yield self._seal(content, room, last=left == 0)
            content = b""
            if not left:
                return

    def _seal(self, content: bytes, room: int, *, last: bool) -> bytes:
        plain = len(content).to_bytes(_LENGTH, "big") + content + bytes(room - len(content))
        sealed = self._cipher.encrypt(_nonce(self._number, last), plain, self._associated)
        self._number += 1
        return sealed


def seal_stream(key: bytes, parts: Iterable[bytes], context: Context) -> Iterator[bytes]:
    """Seal `parts`, one after the other, as one stream."""
    sealer = StreamSealer(key, context)
    yield sealer.head
    for part in parts:
        if sealed := sealer.update(part):
            yield sealed
    yield from sealer.finish()


def open_stream(key: bytes, parts: Iterable[bytes], context: Context) -> Iterator[bytes]:
    """What `seal_stream` sealed at the same context, chunk by chunk; raises `CannotOpen` where it stops being whole.

    What was given out before that is genuine, but only who reads to the end knows that nothing is missing.
    """
    blocks = _blocks(parts)
    head, _last = next(blocks, (b"", True))
    if len(head) != _HEAD or head[0] != VERSION:
        raise CannotOpen
    cipher, associated = _cipher(key, head[1:], context), _associated(context)
    whole, last = True, False  # whole: every chunk so far was full, so that more content may come
    for number, (block, last) in enumerate(blocks):
        try:
            plain = cipher.decrypt(_nonce(number, last), block, associated)
        except (InvalidTag, ValueError):
            raise CannotOpen from None
        length = int.from_bytes(plain[:_LENGTH], "big")
        content, zeros = plain[_LENGTH : _LENGTH + length], plain[_LENGTH + length :]
        if length > len(plain) - _LENGTH or (length and not whole) or zeros.strip(b"\0"):
            raise CannotOpen
        whole = whole and length == _ROOM
        if content:
            yield content
    if not last:
        raise CannotOpen


def padded_length(length: int) -> int:
    """Padmé (Nikitin et al., 2019): at most an eighth more, and of a length only its order of magnitude shows."""
    length = max(length, _LEAST)
    exponent = length.bit_length() - 1
    low_bits = exponent - exponent.bit_length()
    mask = (1 << low_bits) - 1
    return (length + mask) & ~mask


def sealed_length(length: int) -> int:
    """Bytes of the stream that seals `length` bytes."""
    padded = padded_length(length)
    return _HEAD + padded + (_LENGTH + _TAG) * -(-padded // _ROOM)


def _blocks(parts: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """The head, then sealed chunks, each with whether nothing follows it."""
    held, size = bytearray(), _HEAD
    for part in parts:
        held += part
        while len(held) > size:
            yield bytes(held[:size]), False
            del held[:size]
            size = CHUNK + _TAG
    if held:
        yield bytes(held), True


def _cipher(key: bytes, salt: bytes, context: Context) -> AESGCM:
    info = b"tejido/stream/1\x00" + _associated(context)
    return AESGCM(HKDF(algorithm=SHA256(), length=32, salt=salt, info=info).derive(key))


def _associated(context: Context) -> bytes:
    return bytes([VERSION]) + context.encode()


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])
