# SPDX-License-Identifier: Apache-2.0
"""What to make of a message that arrived: take it, recognise it, or refuse it. Nothing here opens anything."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from tejido.agreements import Agreement
from tejido.crypto import BadSignature, Verifier
from tejido.exchange.headers import Header
from tejido.exchange.messages import message_digest, read_header, verify_message
from tejido.exchange.problems import BadMessage

# Clocks of two hotlines differ a little; more than this and one of them is wrong.
AHEAD = timedelta(minutes=10)


@dataclass(frozen=True)
class Accepted:
    """Take it. `missing`: first and last number not seen between the last one and this (None: no gap)."""

    header: Header
    missing: tuple[int, int] | None = None


@dataclass(frozen=True)
class Duplicate:
    """The same bytes were recorded before: give the same receipt again and change nothing."""

    header: Header


@dataclass(frozen=True)
class Refused:
    """Record that it came, and why it was refused (`message_refusal`); change nothing else."""

    code: str
    header: Header | None = None


Verdict = Accepted | Duplicate | Refused


@dataclass(frozen=True)
class Partner:
    """What this node knows of a partner: its pinned keys, the agreements by id, and what came from it before.

    `seen` maps message id to `message_digest`; `used` holds the sequence numbers taken; `last` is the highest.
    """

    key: Verifier
    agreements: Mapping[str, Agreement]
    seen: Mapping[str, str]
    used: Container[int]
    last: int = 0


def examine(
    raw: bytes, *, self_id: str, partners: Mapping[str, Partner], now: datetime, maximum_age: timedelta
) -> Verdict:
    """Judge bytes from the wire. Never raises, whatever the bytes; `now` is an aware datetime."""
    try:
        header = read_header(raw)
    except BadMessage as problem:
        return Refused(problem.code)
    partner = partners.get(header.sender)
    if partner is None:
        return Refused("unknown_sender")
    try:
        header = verify_message(raw, sender=partner.key)
    except BadSignature:
        return Refused("bad_signature")
    except BadMessage as problem:
        return Refused(problem.code)
    return judge_arrival(
        header, digest=message_digest(raw), self_id=self_id, partner=partner, now=now, maximum_age=maximum_age
    )


def judge_arrival(
    header: Header, *, digest: str, self_id: str, partner: Partner, now: datetime, maximum_age: timedelta
) -> Verdict:
    """Judge a message whose signature holds. The same bytes again are a duplicate for ever, even when late by now.

    Gaps in the numbers are taken, since delivery may come out of order, but said.
    """
    if header.recipient != self_id:
        return Refused("misaddressed", header)
    if header.id in partner.seen:
        return Duplicate(header) if partner.seen[header.id] == digest else Refused("replayed", header)
    if header.sequence in partner.used:
        return Refused("replayed", header)
    problem = _time(header, now, maximum_age) or _agreement(header, partner, now)
    if problem:
        return Refused(problem, header)
    gap = (partner.last + 1, header.sequence - 1) if header.sequence > partner.last + 1 else None
    return Accepted(header, gap)


def _time(header: Header, now: datetime, maximum_age: timedelta) -> str | None:
    if header.sent > now + AHEAD:
        return "from_the_future"
    return "late" if header.sent < now - maximum_age else None


def _agreement(header: Header, partner: Partner, now: datetime) -> str | None:
    agreement = partner.agreements.get(header.agreement)
    if agreement is None or not agreement.between(header.sender, header.recipient):
        return "agreement_unknown"
    if agreement.digest() != header.agreement_digest:
        return "agreement_differs"
    # In force on the day it was sent and today: neither may reach outside by its clock.
    if not agreement.in_force(header.sent.date()) or not agreement.in_force(now.date()):
        return "agreement_not_in_force"
    return None if header.type in agreement.message_types else "type_not_agreed"
