# SPDX-License-Identifier: AGPL-3.0-or-later
"""How much the partner door takes in and writes down, so that neither a stranger nor a partner gone wrong fills it.

Strangers are not counted by address: whoever stands before a proxy shares one with the real partner. What they send is
cheap to refuse, and noted within bounds. A partner is counted once its signature holds, so nobody can use up its share.
"""

from __future__ import annotations

import threading
import time
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, F, Sum
from django.db.models.functions import Length

from tejido.web.mailbox.models import InboundMessage, RefusedArrival
from tejido.web.security import audit

_HOUR = timedelta(hours=1)
# From one partner in an hour. More than any night of work; a partner that was down for days waits its turn.
MOST_MESSAGES, MOST_BYTES = 1000, 64 * 1024 * 1024
# Refusals noted one by one in an hour; after that they are added up, by reason.
ONE_BY_ONE = 100
# When refusals come faster than one a second, only the first so many are written at once: the others wait to be added
# up, for whoever writes to the database keeps advocates from writing.
_AT_ONCE = 100


def too_many(partner: str, size: int, now: datetime) -> bool:
    """Has this partner sent its share of the hour?"""
    arrived = InboundMessage.objects.filter(partner=partner, received_at__gt=now - _HOUR)
    so_far = arrived.aggregate(messages=Count("pk"), bytes=Sum(Length("raw")))
    return so_far["messages"] >= MOST_MESSAGES or (so_far["bytes"] or 0) + size > MOST_BYTES


class _Pace:
    """What was refused and is not written yet, by reason; of this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._left, self._since = float(_AT_ONCE), time.monotonic()
        self._waiting: dict[str, int] = {}

    def due(self, reason: str) -> dict[str, int]:
        """How many to write now, by reason; nothing while they come too fast."""
        with self._lock:
            self._waiting[reason] = self._waiting.get(reason, 0) + 1
            now = time.monotonic()
            self._left, self._since = min(_AT_ONCE, self._left + now - self._since), now
            if self._left < 1:
                return {}
            self._left -= 1
            due, self._waiting = self._waiting, {}
            return due


_pace = _Pace()


def note_refusal(*, reason: str, digest: bytes, size: int, now: datetime) -> None:
    """Note that something was refused: every one is counted, not every one has a row of its own."""
    for each, count in _pace.due(reason).items():
        _note(each, digest, size, count, now)


@transaction.atomic
def _note(reason: str, digest: bytes, size: int, count: int, now: datetime) -> None:
    lately = RefusedArrival.objects.filter(at__gt=now - _HOUR)
    same = lately.filter(reason_code=reason).order_by("-pk").first() if lately.count() >= ONE_BY_ONE else None
    if same is None:
        RefusedArrival.objects.create(at=now, reason_code=reason, digest=digest, size=size, count=count)
        event = "partner.unsigned" if reason == "partner_unsigned" else "message.refused"
        audit.record(event, by=None, reason_code=reason, count=count)
    else:
        RefusedArrival.objects.filter(pk=same.pk).update(count=F("count") + count, digest=digest, size=size)
