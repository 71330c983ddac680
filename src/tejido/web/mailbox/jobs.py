# SPDX-License-Identifier: AGPL-3.0-or-later
"""Keyless delivery: the bytes are sealed and signed already. Any of this may run any number of times."""

from __future__ import annotations

import asyncio
from datetime import datetime
from uuid import UUID

import httpx
from django.tasks import task
from django.utils import timezone

from tejido.crypto import BadSignature, UnsignedKey
from tejido.exchange import BadMessage, verify_receipt
from tejido.web.mailbox import actions, anchoring
from tejido.web.mailbox.models import OutboundMessage, SentAnchor

_LARGEST_RECEIPT = 4096
_TIMEOUT = httpx.Timeout(20.0, connect=5.0)
_SECONDS = 60  # for the whole of it: a partner that answers one letter a minute must not hold up everything else

_SECONDS_FOR_AN_ANCHOR = 10  # nobody waits for it: a partner that dawdles is asked again later


@task()
def deliver(message: str) -> None:
    """Deliver one message now, if it still waits and is due."""
    found = _due(timezone.now()).filter(pk=UUID(message)).first()
    if found is not None:
        attempt(found, now=timezone.now())


def deliver_pending() -> int:
    """Deliver whatever is due, in order: what failed before, what a crash left behind. Returns how many it tried."""
    tried = 0
    unreachable: set[str] = set()
    for message in _due(timezone.now()).order_by("partner_id", "sequence")[:200]:
        # One partner that is down must not hold up the others, nor be asked two hundred times.
        if message.partner_id in unreachable:
            continue
        tried += 1
        if not attempt(message, now=timezone.now()):
            unreachable.add(message.partner_id)
    return tried


def exchange_anchors() -> int:
    """Tell each partner where our audit stands, once a day, and keep what it signs. Returns how many it tried."""
    now = timezone.now()
    anchoring.make_anchors(now=now)
    tried = 0
    for anchor in list(anchoring.due_anchors(now=now)):
        tried += 1
        _tell(anchor, now)
    return tried


def _tell(anchor: SentAnchor, now: datetime) -> None:
    try:
        partner = anchor.partner.checked()
        answer = asyncio.run(_post(f"{partner.address}/anchors/", bytes(anchor.raw), seconds=_SECONDS_FOR_AN_ANCHOR))
        anchoring.record_countersignature(anchor=anchor, answer=answer)
    except UnsignedKey:
        anchoring.record_failure(anchor=anchor, now=now, reason="partner_unsigned")
    except (httpx.HTTPError, httpx.InvalidURL, OSError):  # a TimeoutError among them
        anchoring.record_failure(anchor=anchor, now=now, reason="unreachable")
    except (BadMessage, BadSignature):
        anchoring.record_failure(anchor=anchor, now=now, reason="not_countersigned")


def attempt(message: OutboundMessage, *, now: datetime) -> bool:
    """Post one message and keep what the partner's receipt says; False if there was no receipt to believe."""
    try:
        partner = message.partner.checked()
        answer = asyncio.run(_post(f"{partner.address}/messages/", bytes(message.raw)))
        receipt = verify_receipt(
            answer, raw=bytes(message.raw), message=str(message.pk), by=partner.code,
            transport=partner.transport_keys(timezone.localdate(now)),
        )  # fmt: skip
    except UnsignedKey:
        actions.record_failure(message=message, now=now, reason="partner_unsigned")
        return False
    except (httpx.HTTPError, httpx.InvalidURL, OSError):  # a TimeoutError among them
        actions.record_failure(message=message, now=now, reason="unreachable")
        return False
    except (BadMessage, BadSignature):
        # Whoever answered is not the partner, or something in between changed the bytes.
        actions.record_failure(message=message, now=now, reason="no_receipt")
        return False
    actions.record_receipt(message=message, receipt=receipt, raw_receipt=answer, now=now)
    return True


def _due(now: datetime):  # type: ignore[no-untyped-def]
    waiting = OutboundMessage.objects.filter(state=OutboundMessage.State.QUEUED, next_attempt_at__lte=now)
    return waiting.select_related("partner")


async def _post(address: str, raw: bytes, *, seconds: float = _SECONDS) -> bytes:
    # No redirects, no proxy from the environment: the bytes go where the signed row says and nowhere else. Nothing
    # packed: a small answer must not unfold into a large one.
    headers = {"Content-Type": "application/octet-stream", "Accept-Encoding": "identity"}
    async with (
        asyncio.timeout(seconds),
        httpx.AsyncClient(follow_redirects=False, timeout=_TIMEOUT, trust_env=False) as client,
        client.stream("POST", address, content=raw, headers=headers) as response,
    ):
        answer = b""
        async for part in response.aiter_raw():
            answer += part
            if len(answer) > _LARGEST_RECEIPT:
                break
    return answer
