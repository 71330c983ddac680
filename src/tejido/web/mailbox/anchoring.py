# SPDX-License-Identifier: AGPL-3.0-or-later
"""Once a day each partner is told where our audit's chain stands, signs that it saw it, and keeps it; we do as much.

The proof against our own operator: whoever sets this node back, or makes its chain anew, does not have the partner's.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from tejido.crypto import BadSignature, UnsignedKey
from tejido.exchange import (
    Anchor,
    BadMessage,
    build_anchor,
    countersign,
    read_anchor,
    verify_anchor,
    verify_countersignature,
)
from tejido.web.mailbox.limits import note_refusal
from tejido.web.mailbox.models import KeptAnchor, Partner, SentAnchor
from tejido.web.security import audit
from tejido.web.security.models import AuditEntry

COUNTERSIGNED = "audit.countersigned"  # beside the database: what partners signed, a line each
_FIRST_WAIT, _LONGEST_WAIT = timedelta(seconds=2), timedelta(hours=1)
_MOST_A_DAY = 24  # of one partner; a node that was set back sends a second one, and no more than that


def make_anchors(*, now: datetime) -> None:
    """An anchor of today for every partner that has none; no oftener, for how often would tell how much is done."""
    today = timezone.localdate(now)
    waiting = Partner.objects.exclude(pk__in=SentAnchor.objects.filter(day=today).values("partner"))
    head = AuditEntry.objects.filter(position__isnull=False).order_by("-position").first() if waiting.exists() else None
    if head is None or head.position is None:
        return
    for partner in waiting:
        anchor = Anchor(settings.TEJIDO.node, partner.code, today.isoformat(), bytes(head.digest or b"").hex())
        SentAnchor.objects.create(
            partner=partner, day=today, position=head.position, digest=bytes(head.digest or b""),
            raw=build_anchor(anchor, transport=settings.TEJIDO.transport.signing), next_attempt_at=now,
        )  # fmt: skip


def due_anchors(*, now: datetime) -> Iterator[SentAnchor]:
    """Anchors to be told now: the newest of each partner only, for it holds all that came before."""
    told: set[str] = set()
    open_ones = SentAnchor.objects.filter(countersignature=None).select_related("partner")
    for each in open_ones.order_by("-day"):
        if each.partner_id not in told and each.next_attempt_at <= now and each.day == timezone.localdate(now):
            yield each
        told.add(each.partner_id)


@transaction.atomic
def record_countersignature(*, anchor: SentAnchor, answer: bytes) -> None:
    """Keep what the partner signed; raises `BadMessage`, `BadSignature` if it is not its word on this very anchor.

    What it held before must lie in our chain: else somebody set us back, or the partner holds what we never said.
    """
    partner = anchor.partner
    seen = verify_countersignature(
        answer, raw=bytes(anchor.raw), by=partner.code, transport=partner.transport_keys(anchor.day)
    )
    SentAnchor.objects.filter(pk=anchor.pk).update(countersignature=answer, reason_code="")
    audit.record("anchor.countersigned", by=None, partner=partner.code)
    if seen.before is not None and not _stands(bytes.fromhex(seen.before)):
        audit.record("anchor.differs", by=None, partner=partner.code)
    _keep_beside(settings.TEJIDO.data, partner.code, bytes(anchor.raw), answer)


def _stands(digest: bytes) -> bool:
    """Does our chain go through a digest we once told?"""
    places = SentAnchor.objects.filter(digest=digest).values("position")
    return AuditEntry.objects.filter(position__in=places, digest=digest).exists()


def _keep_beside(folder: Path, partner: str, raw: bytes, answer: bytes) -> None:
    with (folder / COUNTERSIGNED).open("a", encoding="ascii") as file:
        file.write(_line(partner, raw, answer) + "\n")


def _line(signer: str, raw: bytes, answer: bytes) -> str:
    kept = {"partner": signer, "anchor": b64encode(raw).decode(), "countersignature": b64encode(answer).decode()}
    return json.dumps(kept)


def kept_of(partner: str) -> Iterator[str]:
    """What we signed of a partner's audit, a line each, as `read_lines` reads it there."""
    for kept in KeptAnchor.objects.filter(partner=partner).order_by("pk"):
        yield _line(settings.TEJIDO.node, bytes(kept.raw), bytes(kept.countersignature))


def record_failure(*, anchor: SentAnchor, now: datetime, reason: str) -> None:
    """Not countersigned this time: tried again, twice as late each time, and nothing else waits for it."""
    wait = min(_FIRST_WAIT * 2 ** min(anchor.attempts, 12), _LONGEST_WAIT)
    if reason != anchor.reason_code and reason != "unreachable":
        audit.record("anchor.refused", by=None, partner=anchor.partner_id, reason_code=reason)
    SentAnchor.objects.filter(pk=anchor.pk).update(
        attempts=anchor.attempts + 1, next_attempt_at=now + wait, reason_code=reason
    )


def receive_anchor(*, raw: bytes, now: datetime) -> bytes | None:
    """Countersign a partner's anchor and keep it; None for what is no partner's. Told twice, it answers the same."""
    try:
        partner = Partner.objects.filter(code=read_anchor(raw).sender).first()
        if partner is None:
            raise BadMessage("unknown_sender")
        anchor = verify_anchor(raw, sender=partner.checked().code, recipient=settings.TEJIDO.node,
                               transport=partner.transport_keys(timezone.localdate(now)))  # fmt: skip
        return _kept(partner, anchor, raw, now)
    except BadMessage as problem:
        reason = problem.code
    except BadSignature:
        reason = "bad_signature"
    except UnsignedKey:
        reason = "partner_unsigned"
    note_refusal(reason=reason, digest=hashlib.sha256(raw).digest(), size=len(raw), now=now)
    return None


@transaction.atomic
def _kept(partner: Partner, anchor: Anchor, raw: bytes, now: datetime) -> bytes:
    kept = KeptAnchor.objects.filter(partner=partner)
    same = kept.filter(raw=raw).first()
    if same is not None:
        return bytes(same.countersignature)
    if kept.filter(received_at__gt=now - timedelta(days=1)).count() >= _MOST_A_DAY:
        raise BadMessage("too_many")
    last = kept.order_by("-pk").first()
    answer = countersign(
        raw, anchor=anchor, before=bytes(last.digest).hex() if last is not None else None, by=settings.TEJIDO.node,
        today=timezone.localdate(now), transport=settings.TEJIDO.transport.signing,
    )  # fmt: skip
    KeptAnchor.objects.create(
        partner=partner, day=date.fromisoformat(anchor.day), digest=bytes.fromhex(anchor.digest), raw=raw,
        countersignature=answer, received_at=now,
    )  # fmt: skip
    audit.record("anchor.kept", by=None, partner=partner.code)
    return answer


def countersigned(folder: Path) -> Iterator[tuple[str, bytes, bytes]]:
    """(partner, anchor, countersignature) of all that is kept, in the database and beside it, each once."""
    rows = SentAnchor.objects.exclude(countersignature=None).order_by("pk")
    found = {(row.partner_id, bytes(row.raw), bytes(row.countersignature or b"")): None for row in rows}
    path = folder / COUNTERSIGNED
    if path.is_file():
        found |= dict.fromkeys(read_lines(path))
    yield from found


def read_lines(path: Path) -> Iterator[tuple[str, bytes, bytes]]:
    """What `_keep_beside` or `tejido audit anchors` wrote; a damaged line counts as one that says nothing."""
    for line in path.read_text(encoding="ascii", errors="replace").splitlines():
        try:
            kept = json.loads(line)
            yield kept["partner"], _bytes(kept["anchor"]), _bytes(kept["countersignature"])
        except (KeyError, TypeError, ValueError):
            yield "", b"", b""


def _bytes(written: str) -> bytes:
    return b64decode(written, validate=True)


def differing(signed: Iterable[tuple[str, bytes, bytes]]) -> Iterator[tuple[str, str]]:
    """Findings: what a partner signed and our chain does not go through, and what no partner of ours signed."""
    partners = {partner.code: partner for partner in Partner.objects.all()}
    for code, raw, answer in signed:
        try:
            partner = partners[code].checked()
            day = date.fromisoformat(read_anchor(raw).day)
            seen = verify_countersignature(answer, raw=raw, by=code, transport=partner.transport_keys(day))
        except (BadMessage, BadSignature, KeyError, UnsignedKey, ValueError):
            yield "forged", code or COUNTERSIGNED
            continue
        if seen.sender != settings.TEJIDO.node:
            yield "forged", code
            continue
        for digest in (seen.digest, seen.before):
            if digest is not None and not _stands(bytes.fromhex(digest)) and not _anywhere(bytes.fromhex(digest)):
                yield "partner", f"{code} {seen.seen_on}"


def _anywhere(digest: bytes) -> bool:
    return AuditEntry.objects.filter(digest=digest).exists()  # reads them all: where we no longer know what we told


def last_seen() -> dict[str, date | None]:
    """By partner, the last day it countersigned."""
    found: dict[str, date | None] = dict.fromkeys(Partner.objects.values_list("pk", flat=True))
    signed = SentAnchor.objects.filter(~Q(countersignature=None)).order_by("day")
    return found | dict(signed.values_list("partner_id", "day"))
