# SPDX-License-Identifier: Apache-2.0
"""Receipts: the receiving node's signed word that it recorded these very bytes, and what it made of them."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import asdict, dataclass, fields
from datetime import datetime

from tejido.agreements import canonical_bytes
from tejido.crypto import BadSignature, SigningKey, Verifier
from tejido.exchange.headers import format_minute, is_uuid, parse_minute, read_json
from tejido.exchange.messages import message_digest
from tejido.exchange.problems import BadMessage
from tejido.vocabulary import code_list

SCHEMA = "tejido.receipt/1"
MAXIMUM_BYTES = 4096
_DOMAIN = b"tejido/receipt/1\x00"
_ORGANISATION = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")


@dataclass(frozen=True)
class Receipt:
    """`message`: its id; `sha256`: of the bytes on the wire; `status`: accepted, duplicate or refused (`reason`)."""

    by: str
    message: str
    sha256: str
    status: str
    reason: str | None
    recorded_at: str


def build_receipt(
    raw: bytes,
    *,
    by: str,
    message: str,
    status: str,
    at: datetime,
    transport: SigningKey,
    reason: str | None = None,
) -> bytes:
    """A receipt for `raw`, signed with the node's transport key, which opens nothing and signs no content.

    Store it and give it again, byte for byte, when the same message arrives again. Raises `BadMessage`.
    """
    receipt = Receipt(by, message, message_digest(raw), status, reason, format_minute(at))
    _check(receipt)
    statement = _statement(receipt)
    signature = base64.b64encode(transport.sign(_DOMAIN + statement)).decode()
    return canonical_bytes({"receipt": _plain(receipt), "signature": signature})


def verify_receipt(receipt: bytes, *, raw: bytes, message: str, by: str, transport: Verifier) -> Receipt:
    """The receipt, once it is `by`'s signed word on these bytes; raises `BadMessage`, `BadSignature`."""
    receipt = bytes(receipt)
    if len(receipt) > MAXIMUM_BYTES:
        raise BadMessage("too_large", "receipt")
    value = read_json(receipt)
    if not isinstance(value, dict) or set(value) != {"receipt", "signature"}:
        raise BadMessage("unreadable", "receipt")
    found = _read(value["receipt"])
    transport.verify(_DOMAIN + _statement(found), _signature(value["signature"]))
    if (found.by, found.message, found.sha256) != (by, message, message_digest(raw)):
        raise BadMessage("header_differs", "the receipt is for another message")
    return found


def _read(value: object) -> Receipt:
    names = {field.name for field in fields(Receipt)}
    if not isinstance(value, dict) or set(value) != names | {"schema"} or value["schema"] != SCHEMA:
        raise BadMessage("unreadable", "receipt")
    found = Receipt(**{name: value[name] for name in names})
    _check(found)
    return found


def _check(receipt: Receipt) -> None:
    sound = (
        isinstance(receipt.by, str)
        and _ORGANISATION.fullmatch(receipt.by)
        and is_uuid(receipt.message)
        and isinstance(receipt.sha256, str)
        and re.fullmatch(r"[0-9a-f]{64}", receipt.sha256)
        and isinstance(receipt.status, str)
        and receipt.status in code_list("receipt_status")
        and _reason_fits(receipt)
    )
    if not sound:
        raise BadMessage("unreadable", "receipt")
    try:
        parse_minute(receipt.recorded_at)
    except (TypeError, ValueError):
        raise BadMessage("unreadable", "receipt time") from None


def _reason_fits(receipt: Receipt) -> bool:
    if receipt.status != "refused":
        return receipt.reason is None
    return isinstance(receipt.reason, str) and receipt.reason in code_list("message_refusal")


def _signature(value: object) -> bytes:
    if not isinstance(value, str):
        raise BadSignature
    try:
        return base64.b64decode(value.encode(), validate=True)
    except (binascii.Error, ValueError):
        raise BadSignature from None


def _plain(receipt: Receipt) -> dict[str, object]:
    return {"schema": SCHEMA, **asdict(receipt)}


def _statement(receipt: Receipt) -> bytes:
    return canonical_bytes(_plain(receipt))
