# SPDX-License-Identifier: Apache-2.0
"""Messages between nodes: built, sealed, signed, numbered, verified, opened; and receipts for them."""

from tejido.exchange.anchors import (
    Anchor,
    Countersignature,
    build_anchor,
    countersign,
    read_anchor,
    verify_anchor,
    verify_countersignature,
)
from tejido.exchange.arrivals import Accepted, Duplicate, Partner, Refused, Verdict, examine, judge_arrival
from tejido.exchange.bodies import check_body, tables_of
from tejido.exchange.frames import MAXIMUM_BYTES
from tejido.exchange.headers import Header, format_minute
from tejido.exchange.messages import (
    Opened,
    build_message,
    message_digest,
    open_message,
    read_header,
    verify_message,
)
from tejido.exchange.problems import BadMessage
from tejido.exchange.receipts import Receipt, build_receipt, verify_receipt
from tejido.exchange.releases import read_release, write_release

__all__ = [
    "MAXIMUM_BYTES",
    "Accepted",
    "Anchor",
    "BadMessage",
    "Countersignature",
    "Duplicate",
    "Header",
    "Opened",
    "Partner",
    "Receipt",
    "Refused",
    "Verdict",
    "build_anchor",
    "build_message",
    "build_receipt",
    "check_body",
    "countersign",
    "examine",
    "format_minute",
    "judge_arrival",
    "message_digest",
    "open_message",
    "read_anchor",
    "read_header",
    "read_release",
    "tables_of",
    "verify_anchor",
    "verify_countersignature",
    "verify_message",
    "verify_receipt",
    "write_release",
]
