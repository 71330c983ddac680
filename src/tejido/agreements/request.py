# SPDX-License-Identifier: Apache-2.0
"""The question: may this leave? Everything the answer depends on, as one value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Lane(StrEnum):
    """The ground on which something may leave; the codes of `release_lane`."""

    RELEASE = "release"
    DANGER = "danger"
    MANDATORY_REPORT = "mandatory_report"
    SELF = "self"
    TIP = "tip"
    AGGREGATE = "aggregate"


@dataclass(frozen=True)
class Request:
    """What someone wants to send. A hash or an encrypted value of a field counts as the field itself.

    `fields` are codes of `shareable_field`; `on` is the local day at the sender. `case` and `person` say whose facts
    they are (lane release). `basis` names the legal ground in the sender's pack, `by` who asks and `alerted` the second
    person who was told (lanes danger and mandatory_report). `origin` says where the information came from and
    `protected_contact` whether an identifier is also how a protected person is reached (None: nobody checked).
    `tables` are the totals asked for (lane aggregate). `minor`: the person the report is about is under 18.
    """

    sender: str
    recipient: str
    purpose: str
    on: date
    lane: str
    fields: frozenset[str] = frozenset()
    recipient_kind: str = "partner_hotline"
    case: str | None = None
    person: str | None = None
    basis: str | None = None
    by: str | None = None
    alerted: str | None = None
    origin: str = "survivor"
    protected_contact: bool | None = None
    minor: bool | None = None
    tables: frozenset[str] = frozenset()
