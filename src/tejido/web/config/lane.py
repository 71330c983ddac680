# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where sign-ins wait for their turn, beside the threads that answer those who already work.

Opening a password takes half a second and a quarter of a gigabyte, so a few are opened at once and the others wait: all
alike, whether the user name exists or not, or the time it takes would tell. Browsers somebody has signed in from go
first, so that a stranger who floods the page keeps only strangers waiting. Nobody waits longer than a browser does.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

AT_ONCE = 4
LONGEST = 100  # of each of the two: two minutes' work for a slow machine


class LaneIsFull(Exception):
    """So many wait already that she would not be answered in time."""


class Gone(Exception):
    """Whoever asked has gone: nothing is opened for her."""


class Lane:
    """Two queues before the same turns. Belongs to one event loop."""

    def __init__(self, *, at_once: int = AT_ONCE, longest: int = LONGEST) -> None:
        self._free = at_once
        self._longest = longest
        self._known: deque[asyncio.Future[None]] = deque()
        self._strangers: deque[asyncio.Future[None]] = deque()

    @asynccontextmanager
    async def turn(self, *, known: bool, gone: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
        """Wait for a turn and hold it; raises `LaneIsFull`, or `Gone` once `gone()` comes back while she waits."""
        if self._free:
            self._free -= 1
        else:
            await self._wait(self._known if known else self._strangers, gone)
        try:
            yield
        finally:
            self._pass_on()

    async def _wait(self, queue: deque[asyncio.Future[None]], gone: Callable[[], Awaitable[None]]) -> None:
        if len(queue) >= self._longest:
            raise LaneIsFull
        place = asyncio.get_running_loop().create_future()
        queue.append(place)
        leaving = asyncio.ensure_future(gone())
        try:
            await asyncio.wait((place, leaving), return_when=asyncio.FIRST_COMPLETED)
            if not place.done():
                raise Gone
        except BaseException:
            if place.done():
                self._pass_on()
            else:
                queue.remove(place)
            raise
        finally:
            leaving.cancel()

    def _pass_on(self) -> None:
        for queue in (self._known, self._strangers):
            if queue:
                queue.popleft().set_result(None)
                return
        self._free += 1
