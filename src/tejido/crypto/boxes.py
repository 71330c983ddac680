# SPDX-License-Identifier: Apache-2.0
"""Sealed boxes: HPKE (RFC 9180) with X25519 + ML-KEM-768, so that what is recorded today stays sealed when one falls.

Box: version (1 byte) ‖ encapsulated key ‖ ciphertext. `info` names what the box is for and must be given to open it;
the version goes before it, so that a later box does not open as an earlier one.
"""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tejido.crypto.errors import CannotOpen

VERSION = 1
_SUITE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_MLKEM_PUBLIC = 1184
_SEED = 64


@dataclass(frozen=True)
class PublicKey:
    """A public key one can seal to: ML-KEM-768 encapsulation key (1,184 bytes) ‖ X25519 public key (32)."""

    raw: bytes

    def _key(self) -> MLKEM768X25519PublicKey:
        return MLKEM768X25519PublicKey(
            MLKEM768PublicKey.from_public_bytes(self.raw[:_MLKEM_PUBLIC]),
            X25519PublicKey.from_public_bytes(self.raw[_MLKEM_PUBLIC:]),
        )


@dataclass(frozen=True, repr=False)
class BoxKey:
    """A private key that opens boxes: ML-KEM-768 seed (64 bytes) ‖ X25519 private key (32)."""

    raw: bytes

    @classmethod
    def generate(cls) -> BoxKey:
        """A fresh key."""
        lattice = MLKEM768PrivateKey.generate()
        curve = X25519PrivateKey.generate()
        return cls(lattice.private_bytes_raw() + curve.private_bytes_raw())

    @property
    def public(self) -> PublicKey:
        """The half to publish, once signed."""
        lattice, curve = self._halves()
        return PublicKey(lattice.public_key().public_bytes_raw() + curve.public_key().public_bytes_raw())

    def _halves(self) -> tuple[MLKEM768PrivateKey, X25519PrivateKey]:
        return (
            MLKEM768PrivateKey.from_seed_bytes(self.raw[:_SEED]),
            X25519PrivateKey.from_private_bytes(self.raw[_SEED:]),
        )

    def _key(self) -> MLKEM768X25519PrivateKey:
        return MLKEM768X25519PrivateKey(*self._halves())


def seal_box(public: PublicKey, plaintext: bytes, info: bytes) -> bytes:
    """Seal `plaintext` so that only the holder of the private half opens it, for the purpose named in `info`."""
    return bytes([VERSION]) + _SUITE.encrypt(plaintext, public._key(), bytes([VERSION]) + info)


def open_box(key: BoxKey, box: bytes | memoryview, info: bytes) -> bytes:
    """Open what `seal_box` sealed to this key for the same `info`; raises `CannotOpen`."""
    box = bytes(box)
    if not box or box[0] != VERSION:
        raise CannotOpen
    try:
        return _SUITE.decrypt(box[1:], key._key(), bytes([VERSION]) + info)
    except (InvalidTag, ValueError):
        raise CannotOpen from None


def shared_key(mine: BoxKey, theirs: PublicKey, info: bytes) -> bytes:
    """A key that only the holders of `mine` and of the private half of `theirs` can make: 32 bytes, the same to both.

    What it wraps comes from one of the two. It rests on X25519 alone: it keeps nothing secret, the box around it does.
    """
    curve = X25519PrivateKey.from_private_bytes(mine.raw[_SEED:])
    secret = curve.exchange(X25519PublicKey.from_public_bytes(theirs.raw[_MLKEM_PUBLIC:]))
    bound = b"tejido/shared-key" + bytes([VERSION]) + info
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=bound).derive(secret)
