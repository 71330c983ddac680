# SPDX-License-Identifier: Apache-2.0
"""A security key made of software, for tests that must answer wrongly as well as rightly."""

from __future__ import annotations

import hashlib
import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2 import cbor
from fido2.cose import ES256

_PRESENT, _VERIFIED, _WITH_CREDENTIAL = 0x01, 0x04, 0x40


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


class SoftKey:
    """One credential for one door: `origin` is what the browser says it shows."""

    def __init__(self, origin: str, *, counts: bool = True) -> None:
        self.origin, self.counts = origin, counts
        self.id, self.private, self.count = os.urandom(32), ec.generate_private_key(ec.SECP256R1()), 0

    def create(self, options: str) -> str:
        """Answer a question for a new credential."""
        asked = json.loads(options)["publicKey"]
        public = cbor.encode(dict(ES256.from_cryptography_key(self.private.public_key())))
        credential = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + public
        data = self._data(asked["rp"]["id"], _WITH_CREDENTIAL) + credential
        statement = cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
        said = {"clientDataJSON": self._said("webauthn.create", asked), "attestationObject": _text(statement)}
        return self._answer(said)

    def get(self, options: str, *, rp: str | None = None, raw_id: bytes | None = None) -> str:
        """Sign a question."""
        asked = json.loads(options)["publicKey"]
        data, said = self._data(rp or asked["rpId"]), self._said("webauthn.get", asked)
        signature = self.private.sign(data + hashlib.sha256(_bytes(said)).digest(), ec.ECDSA(SHA256()))
        parts = {"clientDataJSON": said, "authenticatorData": _text(data), "signature": _text(signature)}
        return self._answer(parts, raw_id)

    def _data(self, rp: str, flags: int = 0) -> bytes:
        self.count += self.counts
        flags |= _PRESENT | _VERIFIED
        return hashlib.sha256(rp.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _said(self, kind: str, asked: dict[str, str]) -> str:
        said = {"type": kind, "challenge": asked["challenge"], "origin": self.origin, "crossOrigin": False}
        return _text(json.dumps(said).encode())

    def _answer(self, response: dict[str, str], raw_id: bytes | None = None) -> str:
        name = _text(raw_id or self.id)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response,
                           "clientExtensionResults": {}})  # fmt: skip
