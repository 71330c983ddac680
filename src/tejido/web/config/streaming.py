# SPDX-License-Identifier: AGPL-3.0-or-later
"""Bodies and answers that pass through a door bit by bit: a thread asks, the loop fetches, and nobody may dawdle."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine, Iterable
from typing import Any

from granian.rsgi import ProtocolClosed, ProtocolError

STALLED = 60  # seconds without a byte
SLOWEST = 16 * 1024  # bytes a second on the whole: a bad mobile line is faster, and a thread is not held for ever
_AT_ONCE = 512 * 1024  # fetched for one asking
_LEFT_OVER = 8 * 1024 * 1024  # read and thrown away, so that a browser still sending hears the answer
_LEFT_OVER_SECONDS = 10
_NO_MORE = (StopAsyncIteration, ProtocolClosed, ProtocolError)


class BodyStream:
    """A request's body as a thread reads it (`wsgi.input`). Empty until `begin`: nobody unknown is listened to."""

    def __init__(
        self, protocol: Any, loop: asyncio.AbstractEventLoop, *, body: bytes | None, expected: int, free: bool
    ) -> None:
        """`body`: all of it, where it was small and has been read already."""
        self._parts: Any = aiter(protocol) if body is None else None  # the protocol gives it once
        self._loop = loop
        self._expected = expected
        self._free = free
        self._begun = 0.0 if body is None else time.monotonic()
        self._received = len(body or b"")
        self._ended = body is not None
        self._held = memoryview(body or b"")

    def begin(self) -> bool:
        """From now on it is read; False where all threads for files are busy."""
        if self._free:
            self._begun = self._begun or time.monotonic()
        return self._free

    def read(self, size: int = -1) -> bytes:
        """At most `size` bytes; raises `OSError` where the sender is gone, or slower than anyone should be."""
        if not self._begun or (self._ended and not self._held):
            return b""
        if size < 0:
            raise ValueError("a body this large is never read whole")
        if not self._held:
            self._held = memoryview(self._fetch())
        part, self._held = self._held[:size], self._held[size:]
        return bytes(part)

    def readline(self, size: int = -1) -> bytes:
        """Refused: Django looks for it in every body, and a file has no lines to keep in memory."""
        raise ValueError("a body this large is never read by lines")

    def _fetch(self) -> bytes:
        if time.monotonic() - self._begun > STALLED + self._received / SLOWEST:
            raise TimeoutError("too slow")
        part = in_loop(self._loop, self._gather())
        self._received += len(part)
        if self._ended and self._received < self._expected:
            raise ConnectionResetError("gone before the end")
        return part

    async def _gather(self) -> bytes:
        gathered = bytearray()
        while len(gathered) < _AT_ONCE and self._received + len(gathered) < self._expected:
            try:
                gathered += await anext(self._parts)
            except _NO_MORE:
                break
        self._ended = len(gathered) < _AT_ONCE or self._received + len(gathered) >= self._expected
        return bytes(gathered)

    async def drain(self) -> None:
        """Listen a little longer to a sender whose body was not wanted."""
        left = min(_LEFT_OVER, self._expected - self._received) if self._parts else 0
        try:
            async with asyncio.timeout(_LEFT_OVER_SECONDS):
                while left > 0:
                    left -= len(await anext(self._parts))
        except (*_NO_MORE, TimeoutError):
            return


def send_parts(transport: Any, loop: asyncio.AbstractEventLoop, parts: Iterable[bytes]) -> None:
    """Send an answer bit by bit; raises `TimeoutError` where the receiver takes nothing."""
    for part in parts:
        in_loop(loop, transport.send_bytes(part))


def in_loop[Value](loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, Value]) -> Value:
    """What `work` gives in the loop, asked for from a thread; at most a minute is waited for it."""

    async def within() -> Value:
        async with asyncio.timeout(STALLED):
            return await work

    return asyncio.run_coroutine_threadsafe(within(), loop).result()
