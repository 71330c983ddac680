# SPDX-License-Identifier: Apache-2.0
"""The part of a message that whoever carries it may read: who, to whom, under which agreement, which number."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from uuid import UUID

from tejido.agreements import canonical_bytes
from tejido.exchange.problems import BadMessage

SCHEMA = "tejido.message/1"
_ORGANISATION = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,126}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_TYPE = re.compile(r"[a-z][a-z_]{0,62}")
_FINGERPRINT = re.compile(r"[0-9a-f]{4}( [0-9a-f]{4}){9}")
_MINUTE = "%Y-%m-%dT%H:%MZ"
_LARGEST_SEQUENCE = 2**53 - 1


@dataclass(frozen=True)
class Header:
    """A message header. `build_message` fills in `recipient_key` and `signer`.

    `id`: UUIDv4. `sequence`: 1, 2, 3 … per sender and recipient. `sent_at`: UTC to the minute, `2026-11-22T10:51Z`.
    `recipient_key`: owner of the key it is sealed to, `us/team/intake/2`. `signer`: fingerprint of the signing key.
    """

    id: str
    sender: str
    recipient: str
    agreement: str
    agreement_digest: str
    type: str
    sequence: int
    sent_at: str
    in_reply_to: str | None = None
    recipient_key: str = ""
    signer: str = ""

    def as_mapping(self) -> dict[str, object]:
        """Plain values for JSON, with the schema."""
        return {"schema": SCHEMA, **asdict(self)}

    def encode(self) -> bytes:
        """Canonical bytes; raises `BadMessage` if some part is not what it must be."""
        _check(self)
        return canonical_bytes(self.as_mapping())

    @property
    def sent(self) -> datetime:
        """`sent_at` as an aware datetime."""
        return parse_minute(self.sent_at)


def decode_header(raw: bytes) -> Header:
    """The header that `encode` wrote; raises `BadMessage` for any other bytes, equivalent JSON included."""
    value = read_json(raw)
    names = {field.name for field in fields(Header)}
    if not isinstance(value, Mapping) or set(value) != names | {"schema"}:
        raise BadMessage("unreadable", "header keys")
    if value["schema"] != SCHEMA:
        raise BadMessage("unknown_version", "header schema")
    header = Header(**{name: value[name] for name in names})
    # One spelling only: what is signed, what is bound to the box and what is read are then the same thing.
    if header.encode() != raw:
        raise BadMessage("unreadable", "header is not canonical")
    return header


def read_json(raw: bytes) -> object:
    """JSON from bytes, or `BadMessage`: never another error, whatever the bytes."""
    try:
        value: object = json.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError):
        raise BadMessage("unreadable", "not JSON") from None
    return value


def format_minute(at: datetime) -> str:
    """An aware datetime as UTC to the minute; raises ValueError if it has no zone."""
    if at.tzinfo is None:
        raise ValueError("a time with its zone is needed")
    return at.astimezone(UTC).strftime(_MINUTE)


def parse_minute(text: str) -> datetime:
    """What `format_minute` wrote; raises ValueError."""
    found = datetime.strptime(text, _MINUTE).replace(tzinfo=UTC)
    if format_minute(found) != text:
        raise ValueError("not a minute in the one form")
    return found


def _check(header: Header) -> None:
    patterns = (
        ("sender", header.sender, _ORGANISATION),
        ("recipient", header.recipient, _ORGANISATION),
        ("agreement", header.agreement, _NAME),
        ("agreement_digest", header.agreement_digest, _SHA256),
        ("type", header.type, _TYPE),
        ("recipient_key", header.recipient_key, _NAME),
        ("signer", header.signer, _FINGERPRINT),
    )
    for name, value, pattern in patterns:
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise BadMessage("unreadable", f"header {name}")
    if not is_uuid(header.id) or not (header.in_reply_to is None or is_uuid(header.in_reply_to)):
        raise BadMessage("unreadable", "header id")
    if type(header.sequence) is not int or not 1 <= header.sequence <= _LARGEST_SEQUENCE:
        raise BadMessage("unreadable", "header sequence")
    try:
        parse_minute(header.sent_at)
    except (TypeError, ValueError):
        raise BadMessage("unreadable", "header sent_at") from None


def is_uuid(value: object) -> bool:
    """Is it a UUID in its one usual spelling?"""
    try:
        return isinstance(value, str) and str(UUID(value)) == value
    except ValueError:
        return False
