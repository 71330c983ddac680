# SPDX-License-Identifier: Apache-2.0
"""Fields and keys sealed with AES-256-GCM-SIV, bound to the place where they belong.

Blob: version (1 byte) ‖ nonce (12) ‖ ciphertext and tag. The associated data name node, table, record, field and key,
so that a ciphertext copied to another row or column does not open. GCM-SIV (RFC 8452) keeps its secrecy, but for
equality of equal plaintexts, should a nonce ever repeat.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

from tejido.crypto.errors import CannotOpen

VERSION = 1
KEY_BYTES = 32
_NONCE = 12
_TAG = 16


@dataclass(frozen=True)
class Context:
    """Where a sealed value belongs. All five parts are in the associated data of whatever is sealed there."""

    node: str
    table: str
    record: str
    field: str
    key_id: str

    def encode(self) -> bytes:
        """Unambiguous bytes: each part is preceded by its length."""
        parts = (self.node, self.table, self.record, self.field, self.key_id)
        return b"".join(len(raw).to_bytes(2, "big") + raw for raw in (part.encode() for part in parts))


def new_key() -> bytes:
    """A fresh 32-byte record key."""
    return os.urandom(KEY_BYTES)


def seal_field(key: bytes, plaintext: bytes, context: Context) -> bytes:
    """Seal one field, padded to 64·2ⁿ bytes so that its length tells little."""
    return _seal(key, _pad(plaintext), context)


def open_field(key: bytes, blob: bytes | memoryview, context: Context) -> bytes:
    """Open what `seal_field` sealed at the same context; raises `CannotOpen`."""
    return _unpad(_open(key, blob, context))


def wrap_key(wrapping: bytes, key: bytes, context: Context) -> bytes:
    """Seal a 32-byte key under another: 61 bytes, version included."""
    if len(key) != KEY_BYTES:
        raise ValueError(f"a key is {KEY_BYTES} bytes, this is {len(key)}")
    return _seal(wrapping, key, context)


def unwrap_key(wrapping: bytes, blob: bytes | memoryview, context: Context) -> bytes:
    """The key that `wrap_key` sealed; raises `CannotOpen`."""
    key = _open(wrapping, blob, context)
    if len(key) != KEY_BYTES:
        raise CannotOpen
    return key


def _seal(key: bytes, plaintext: bytes, context: Context) -> bytes:
    nonce = os.urandom(_NONCE)
    associated = bytes([VERSION]) + context.encode()
    return bytes([VERSION]) + nonce + AESGCMSIV(key).encrypt(nonce, plaintext, associated)


def _open(key: bytes, blob: bytes | memoryview, context: Context) -> bytes:
    blob = bytes(blob)
    if len(blob) < 1 + _NONCE + _TAG or blob[0] != VERSION:
        raise CannotOpen
    associated = bytes([VERSION]) + context.encode()
    try:
        return AESGCMSIV(key).decrypt(blob[1 : 1 + _NONCE], blob[1 + _NONCE :], associated)
    except (InvalidTag, ValueError):
        raise CannotOpen from None


def _pad(plaintext: bytes) -> bytes:
    """Length (4 bytes) ‖ plaintext ‖ zeros, to the next 64·2ⁿ."""
    size = 64
    while size < len(plaintext) + 4:
        size *= 2
    return len(plaintext).to_bytes(4, "big") + plaintext + bytes(size - 4 - len(plaintext))


def _unpad(padded: bytes) -> bytes:
    length = int.from_bytes(padded[:4], "big")
    if len(padded) < 64 or length > len(padded) - 4 or any(padded[4 + length :]):
        raise CannotOpen
    return padded[4 : 4 + length]
