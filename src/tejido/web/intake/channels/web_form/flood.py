# SPDX-License-Identifier: AGPL-3.0-or-later
"""When more is sent than a hotline can ever read: lanes, so that a flood in one keeps nobody out of the others.

Nobody is counted by address (a town, a shelter, a proxy is one address) and no telephone is made to compute. Whoever is
refused keeps every word on the page and is told to press Send again in a minute, or to call.
"""

from __future__ import annotations

import shutil
import threading
import time
from collections import OrderedDict

from django.conf import settings

from tejido.web.security.pacing import Pace

# A real night is below one a minute. Far above that, and below what two cores keep, a flood only loses its excess.
_FROM_OUR_PAGES = Pace(at_once=1000, a_second=2000 / 60)
_FROM_ANYWHERE = Pace(at_once=30, a_second=0.2)  # sent by a program, or by a page older than this door's secret
_WITH_A_CODE = Pace(at_once=200, a_second=5)
_SENDS_OF_A_PAGE = 5  # a page is sent once; again after a lost line; not six times
_PAGES_REMEMBERED = 50_000
# Advocates and backups need what is left of the disk; the public door leaves it to them.
_LEFT_FREE = 512 * 1024**2
_LOOKED_AT_EVERY = 5.0

_lock = threading.Lock()
_sent: OrderedDict[bytes, int] = OrderedDict()
_disk = {"looked": 0.0, "free": 0.0}


def may_keep(mark: bytes | None, *, with_code: bool) -> bool:
    """Is there room for one more? `mark` is the page's own, None where it was no page of ours."""
    if _free() < _LEFT_FREE:
        return False
    if mark is None or _times_sent(mark) > _SENDS_OF_A_PAGE:
        return _FROM_ANYWHERE.allows()
    return (_WITH_A_CODE if with_code else _FROM_OUR_PAGES).allows()


def _times_sent(mark: bytes) -> int:
    with _lock:
        _sent[mark] = _sent.pop(mark, 0) + 1
        if len(_sent) > _PAGES_REMEMBERED:
            _sent.popitem(last=False)
        return _sent[mark]


def _free() -> float:
    """Bytes free where the node keeps its data, looked at every few seconds."""
    now = time.monotonic()
    if now - _disk["looked"] > _LOOKED_AT_EVERY or not _disk["looked"]:
        _disk["looked"], _disk["free"] = now, shutil.disk_usage(settings.TEJIDO.data).free
    return _disk["free"]
