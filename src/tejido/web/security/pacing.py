# SPDX-License-Identifier: AGPL-3.0-or-later
"""How fast something may go on happening at a door. Never by address: behind a proxy everyone has the same one."""

from __future__ import annotations

import threading
import time


class Pace:
    """So many at once, and so many a second after that; of this process, forgotten with it."""

    def __init__(self, *, at_once: int, a_second: float) -> None:
        self._lock = threading.Lock()
        self._at_once, self._a_second = float(at_once), a_second
        self._left, self._since = self._at_once, time.monotonic()

    def allows(self) -> bool:
        """Take one, if there is one to take."""
        with self._lock:
            now = time.monotonic()
            self._left = min(self._at_once, self._left + (now - self._since) * self._a_second)
            self._since = now
            if self._left < 1:
                return False
            self._left -= 1
            return True
