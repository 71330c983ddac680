# SPDX-License-Identifier: Apache-2.0
"""Anchors of an audit: one node's daily word on where its chain stands, and its partner's countersignature on it.

Both are signed with transport keys, which open nothing. An anchor holds a digest and a day: neither how many entries
there are nor anything of what they say. The countersignature names the anchor its signer held before: a chain that was
set back shows to both at the next one.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any

from tejido.agreements import canonical_bytes
from tejido.crypto import BadSignature, SigningKey, Verifier
from tejido.exchange.headers import read_json
from tejido.exchange.problems import BadMessage

MAXIMUM_BYTES = 2048
_SCHEMAS = {"anchor": "tejido.anchor/1", "countersignature": "tejido.countersignature/1"}
_ORGANISATION = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Anchor:
    """On `day` the newest digest of `sender`'s chain was `digest`; told to `recipient`."""

    sender: str
    recipient: str
    day: str
    digest: str


@dataclass(frozen=True)
class Countersignature:
    """`by` saw the anchor whose bytes have this `sha256` on `seen_on`; `before` is the digest it held until then."""

    by: str
    sender: str
    sha256: str
    digest: str
    before: str | None
    seen_on: str


def build_anchor(anchor: Anchor, *, transport: SigningKey) -> bytes:
    """The anchor as it travels; raises `BadMessage`."""
    return _signed("anchor", anchor, transport)


def read_anchor(raw: bytes) -> Anchor:
    """The anchor, unverified: only to find whose key to verify it with. Raises `BadMessage`."""
    return _read("anchor", Anchor, raw)


def verify_anchor(raw: bytes, *, sender: str, recipient: str, transport: Verifier) -> Anchor:
    """The anchor, once it is `sender`'s signed word to `recipient`; raises `BadMessage`, `BadSignature`."""
    anchor = read_anchor(raw)
    _verify("anchor", anchor, raw, transport)
    if (anchor.sender, anchor.recipient) != (sender, recipient):
        raise BadMessage("misaddressed", "anchor")
    return anchor


def countersign(
    raw: bytes, *, anchor: Anchor, before: str | None, by: str, today: date, transport: SigningKey
) -> bytes:
    """Our word that these bytes came to us today, and which anchor of theirs we held before."""
    seen = Countersignature(by, anchor.sender, _sha256(raw), anchor.digest, before, today.isoformat())
    return _signed("countersignature", seen, transport)


def verify_countersignature(answer: bytes, *, raw: bytes, by: str, transport: Verifier) -> Countersignature:
    """The countersignature, once it is `by`'s word on these very bytes; raises `BadMessage`, `BadSignature`."""
    seen = _read("countersignature", Countersignature, answer)
    _verify("countersignature", seen, answer, transport)
    anchor = read_anchor(raw)
    if (seen.by, seen.sender, seen.sha256, seen.digest) != (by, anchor.sender, _sha256(raw), anchor.digest):
        raise BadMessage("header_differs", "the countersignature is on something else")
    return seen


def _sha256(raw: bytes) -> str:
    return hashlib.sha256(bytes(raw)).hexdigest()


def _statement(kind: str, value: Anchor | Countersignature) -> bytes:
    return canonical_bytes({"schema": _SCHEMAS[kind], **asdict(value)})


def _domain(kind: str) -> bytes:
    return f"tejido/{kind}/1\x00".encode() if kind != "anchor" else b"tejido/anchor-to-partner/1\x00"


def _signed(kind: str, value: Anchor | Countersignature, transport: SigningKey) -> bytes:
    _check(value)
    return _whole(kind, value, transport.sign(_domain(kind) + _statement(kind, value)))


def _whole(kind: str, value: Anchor | Countersignature, signature: bytes) -> bytes:
    written = base64.b64encode(signature).decode()
    return canonical_bytes({kind: {"schema": _SCHEMAS[kind], **asdict(value)}, "signature": written})


def _verify(kind: str, value: Anchor | Countersignature, raw: bytes, transport: Verifier) -> None:
    whole = read_json(bytes(raw))
    try:
        signature = base64.b64decode(whole["signature"].encode(), validate=True)  # type: ignore[index]
    except (AttributeError, binascii.Error, ValueError):
        raise BadSignature from None
    if bytes(raw) != _whole(kind, value, signature):  # one spelling only: the same word is not told twice
        raise BadMessage("unreadable", "not canonical")
    transport.verify(_domain(kind) + _statement(kind, value), signature)


def _read[Kind: (Anchor, Countersignature)](kind: str, shape: type[Kind], raw: bytes) -> Kind:
    if len(raw) > MAXIMUM_BYTES:
        raise BadMessage("too_large", kind)
    whole = read_json(bytes(raw))
    if not isinstance(whole, Mapping) or set(whole) != {kind, "signature"}:
        raise BadMessage("unreadable", kind)
    inner: Any = whole[kind]
    names: set[str] = {field.name for field in fields(shape)}
    if not isinstance(inner, Mapping) or set(inner) != {"schema", *names}:
        raise BadMessage("unreadable", kind)
    if inner["schema"] != _SCHEMAS[kind]:
        raise BadMessage("unknown_version", kind)
    value = shape(**{name: inner[name] for name in names})
    _check(value)
    return value


def _check(value: Anchor | Countersignature) -> None:
    for name, found in asdict(value).items():
        if name == "before" and found is None:
            continue
        if not isinstance(found, str) or not _FITS[name](found):
            raise BadMessage("unreadable", name)


def _is_day(written: str) -> bool:
    try:
        return date.fromisoformat(written).isoformat() == written
    except ValueError:
        return False


def _is_organisation(written: str) -> bool:
    return _ORGANISATION.fullmatch(written) is not None


def _is_digest(written: str) -> bool:
    return _SHA256.fullmatch(written) is not None


_FITS = {
    "sender": _is_organisation, "recipient": _is_organisation, "by": _is_organisation, "day": _is_day,
    "seen_on": _is_day, "digest": _is_digest, "before": _is_digest, "sha256": _is_digest,
}  # fmt: skip
