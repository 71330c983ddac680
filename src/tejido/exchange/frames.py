# SPDX-License-Identifier: Apache-2.0
"""The bytes on the wire: magic and version ‖ header ‖ box ‖ signature, each part preceded by its length.

"TEJ" 0x01 ‖ u32 length ‖ header ‖ u32 length ‖ box ‖ 64 bytes Ed25519 over the domain and everything before it
"""

from __future__ import annotations

from dataclasses import dataclass

from tejido.exchange.problems import BadMessage

MAGIC = b"TEJ"
VERSION = 1
MAXIMUM_BYTES = 4 * 1024 * 1024
MAXIMUM_HEADER = 4096
SIGNATURE_BYTES = 64
_DOMAIN = b"tejido/message/1\x00"
_LENGTH = 4


@dataclass(frozen=True)
class Frame:
    """A message taken apart. `signed` is what the signature is over."""

    header: bytes
    box: bytes
    signature: bytes

    @property
    def signed(self) -> bytes:
        """The domain, then everything on the wire before the signature."""
        return _DOMAIN + _unsigned(self.header, self.box)

    def encode(self) -> bytes:
        """The bytes on the wire; raises `BadMessage` if there are too many."""
        raw = _unsigned(self.header, self.box) + self.signature
        if len(raw) > MAXIMUM_BYTES or len(self.header) > MAXIMUM_HEADER:
            raise BadMessage("too_large")
        return raw


def split(raw: bytes) -> Frame:
    """Take a message apart; raises `BadMessage` if a byte is missing or left over."""
    raw = bytes(raw)
    if len(raw) > MAXIMUM_BYTES:
        raise BadMessage("too_large")
    if raw[: len(MAGIC)] != MAGIC or len(raw) <= len(MAGIC):
        raise BadMessage("unreadable", "magic")
    if raw[len(MAGIC)] != VERSION:
        raise BadMessage("unknown_version")
    header, rest = _part(raw[len(MAGIC) + 1 :])
    if len(header) > MAXIMUM_HEADER:
        raise BadMessage("too_large", "header")
    box, signature = _part(rest)
    if len(signature) != SIGNATURE_BYTES:
        raise BadMessage("unreadable", "length")
    return Frame(header, box, signature)


def _part(raw: bytes) -> tuple[bytes, bytes]:
    length = int.from_bytes(raw[:_LENGTH], "big")
    if len(raw) < _LENGTH + length or len(raw) < _LENGTH:
        raise BadMessage("unreadable", "length")
    return raw[_LENGTH : _LENGTH + length], raw[_LENGTH + length :]


def _unsigned(header: bytes, box: bytes) -> bytes:
    parts = b"".join(len(part).to_bytes(_LENGTH, "big") + part for part in (header, box))
    return MAGIC + bytes([VERSION]) + parts
