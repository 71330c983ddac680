# SPDX-License-Identifier: Apache-2.0
"""Ed25519 signatures, and public keys signed by the organisation that answers for them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tejido.crypto.boxes import PublicKey
from tejido.crypto.errors import BadSignature, UnsignedKey


def fingerprint(raw: bytes) -> str:
    """What people compare by voice: SHA-256 of a public key, the first 160 bits in groups of four hex digits."""
    digits = hashlib.sha256(raw).hexdigest()[:40]
    return " ".join(digits[start : start + 4] for start in range(0, 40, 4))


class Verifier(Protocol):
    """One public key of a signer, or several."""

    def verify(self, message: bytes, signature: bytes) -> None:
        """Return if `signature` is the signer's over `message`; raises `BadSignature`."""

    def named(self, fingerprint: str) -> VerifyKey:
        """The signer's key of this fingerprint; raises `BadSignature`."""


@dataclass(frozen=True)
class VerifyKey:
    """The public half of a signing key, 32 bytes."""

    raw: bytes

    def verify(self, message: bytes, signature: bytes) -> None:
        """Return if `signature` is this key's over `message`; raises `BadSignature`."""
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(bytes(signature), message)
        except (InvalidSignature, ValueError):
            raise BadSignature from None

    @property
    def fingerprint(self) -> str:
        """What people compare by voice."""
        return fingerprint(self.raw)

    def named(self, fingerprint: str) -> VerifyKey:
        """Itself, if that is its fingerprint; raises `BadSignature`."""
        return VerifyKeys((self,)).named(fingerprint)


@dataclass(frozen=True)
class VerifyKeys:
    """Public halves of one signer who was given new keys: what any of them signed holds."""

    keys: tuple[VerifyKey, ...]

    def verify(self, message: bytes, signature: bytes) -> None:
        """Return if `signature` is one of these keys' over `message`; raises `BadSignature`."""
        for key in self.keys:
            try:
                return key.verify(message, signature)
            except BadSignature:
                continue
        raise BadSignature

    def named(self, fingerprint: str) -> VerifyKey:
        """The key of this fingerprint; raises `BadSignature`."""
        for key in self.keys:
            if key.fingerprint == fingerprint:
                return key
        raise BadSignature


@dataclass(frozen=True, repr=False)
class SigningKey:
    """A private signing key, 32 bytes."""

    raw: bytes

    @classmethod
    def generate(cls) -> SigningKey:
        """A fresh key."""
        return cls(Ed25519PrivateKey.generate().private_bytes_raw())

    @classmethod
    def derived(cls, secret: bytes, info: bytes) -> SigningKey:
        """The key that whoever holds the 32 random bytes of `secret` has for one use (HKDF-SHA256, RFC 5869)."""
        return cls(HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(secret))

    @property
    def verify_key(self) -> VerifyKey:
        """The half to publish and pin."""
        return VerifyKey(Ed25519PrivateKey.from_private_bytes(self.raw).public_key().public_bytes_raw())

    def sign(self, message: bytes) -> bytes:
        """64 bytes over `message`."""
        return Ed25519PrivateKey.from_private_bytes(self.raw).sign(message)


@dataclass(frozen=True)
class SignedKey:
    """A public key with the organisation's word for whose it is: `owner` is like `mx/team/intake/2`.

    `about` is what else it says of the owner, up to the reader.
    """

    owner: str
    public: PublicKey
    signature: bytes
    about: bytes = b""

    @classmethod
    def sign(cls, signing: SigningKey, owner: str, public: PublicKey, about: bytes = b"") -> SignedKey:
        """Sign `public` as the key of `owner`."""
        return cls(owner, public, signing.sign(_statement(owner, public, about)), about)

    @property
    def statement(self) -> bytes:
        """What the organisation signs."""
        return _statement(self.owner, self.public, self.about)

    def checked(self, organisation: Verifier) -> PublicKey:
        """The key, once the organisation's signature over it and its owner holds; raises `UnsignedKey`."""
        try:
            organisation.verify(self.statement, self.signature)
        except BadSignature:
            raise UnsignedKey(self.owner) from None
        return self.public


def _statement(owner: str, public: PublicKey, about: bytes) -> bytes:
    name = owner.encode()  # a public key has one length
    return b"tejido/signed-key/1\x00" + len(name).to_bytes(2, "big") + name + public.raw + about


def follows(key: VerifyKey) -> bytes:
    """What an organisation's signing key signs so that `key` is known as the next one."""
    return b"tejido/next-signing-key/1\x00" + key.raw
