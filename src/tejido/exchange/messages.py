# SPDX-License-Identifier: Apache-2.0
"""Building, verifying and opening messages. Verifying needs no private key: the partner door opens nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace

from tejido.agreements import canonical_bytes
from tejido.crypto import (
    BadSignature,
    BoxKey,
    CannotOpen,
    SignedKey,
    SigningKey,
    Verifier,
    VerifyKey,
    open_box,
    seal_box,
)
from tejido.exchange import frames
from tejido.exchange.bodies import check_body
from tejido.exchange.headers import Header, decode_header, read_json
from tejido.exchange.problems import BadMessage
from tejido.vocabulary import BadInput

_INFO = b"tejido/message-box/1\x00"
_SMALLEST = 4096


@dataclass(frozen=True)
class Opened:
    """A message that was verified, opened and checked."""

    header: Header
    body: Mapping[str, object]


def build_message(
    header: Header, body: Mapping[str, object], *, to: SignedKey, partner: VerifyKey, signing: SigningKey
) -> bytes:
    """Seal `body` to the partner's team key `to` and sign the whole with the organisation's key.

    Fills in the header's key ids. Raises `BadInput` for a body that is not of the header's type, `UnsignedKey` if
    `to` is not signed by `partner`, `BadMessage` for a header that cannot be sent or a message too large.
    """
    public = to.checked(partner)
    if not to.owner.startswith(f"{header.recipient}/"):
        raise BadMessage("misaddressed", "the key is not the recipient's")
    check_body(header.type, body)
    header = replace(header, recipient_key=to.owner, signer=signing.verify_key.fingerprint)
    outer = header.encode()
    plaintext = _padded(canonical_bytes({"header": header.as_mapping(), "body": body}))
    unsigned = frames.Frame(outer, seal_box(public, plaintext, _INFO + outer), b"")
    return replace(unsigned, signature=signing.sign(unsigned.signed)).encode()


def read_header(raw: bytes) -> Header:
    """The header of a message, unverified: only to find whose key to verify it with. Raises `BadMessage`."""
    return decode_header(frames.split(raw).header)


def verify_message(raw: bytes, *, sender: Verifier) -> Header:
    """The header, once the signature over header and box is of the sender's key that it names.

    Raises `BadMessage`, `BadSignature`.
    """
    frame = frames.split(raw)
    header = decode_header(frame.header)
    try:
        key = sender.named(header.signer)
    except BadSignature:
        raise BadMessage("unknown_signer") from None
    key.verify(frame.signed, frame.signature)
    return header


def open_message(raw: bytes, *, key: BoxKey, sender: Verifier) -> Opened:
    """Verify, open and check a message; raises `BadMessage`, `BadSignature`, `CannotOpen`."""
    header = verify_message(raw, sender=sender)
    frame = frames.split(raw)
    plaintext = open_box(key, frame.box, _INFO + frame.header)
    if len(plaintext) != _padded_size(len(plaintext)):
        raise CannotOpen
    inner = read_json(plaintext)
    if not isinstance(inner, dict) or set(inner) != {"header", "body"}:
        raise BadMessage("bad_body", "header and body were expected")
    if inner["header"] != header.as_mapping():
        raise BadMessage("header_differs")
    try:
        check_body(header.type, inner["body"])
    except BadInput as problem:
        raise BadMessage("bad_body", f"{problem.code} {problem.where}") from None
    return Opened(header, inner["body"])


def message_digest(raw: bytes) -> str:
    """SHA-256 of the bytes on the wire, hex: what receipts and duplicates are known by."""
    return hashlib.sha256(bytes(raw)).hexdigest()


def _padded_size(length: int) -> int:
    size = _SMALLEST
    while size < length:
        size *= 2
    return size


def _padded(plaintext: bytes) -> bytes:
    """Spaces after the JSON, to the next 4096·2ⁿ bytes: the length of a box must not tell how long her story is."""
    return plaintext.ljust(_padded_size(len(plaintext)), b" ")
