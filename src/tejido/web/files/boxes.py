# SPDX-License-Identifier: AGPL-3.0-or-later
"""ISO base media boxes (ISO/IEC 14496-12), of which HEIC and AVIF are made: read with mistrust."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

_MOST = 10_000  # boxes side by side: a photo has dozens, of 48 million points hundreds

type Range = tuple[int, int]  # first byte, and the byte after the last


class NotUnderstood(ValueError):
    """Not as the standard has it, or of a sort we do not know: then we do not touch it."""


@dataclass(frozen=True)
class Box:
    """Where one box stands: its type's four letters, its first byte, where its content begins, where it ends."""

    type: bytes
    start: int
    body: int
    end: int


class Reader:
    """Numbers one after another, and none past the end."""

    def __init__(self, data: bytes, at: int, end: int) -> None:
        self.data, self.at, self.end = data, at, end

    def bytes(self, size: int) -> bytes:
        """The next `size` bytes."""
        if self.at + size > self.end:
            raise NotUnderstood("cut short")
        self.at += size
        return self.data[self.at - size : self.at]

    def number(self, size: int) -> int:
        """The next `size` bytes as a number; 0 bytes are 0."""
        return int.from_bytes(self.bytes(size))


def boxes_in(data: bytes, start: int, end: int, *, last_may_be_open: bool = False) -> list[Box]:
    """The boxes that fill these bytes exactly. Only the last of a file may say "to the end"."""
    found: list[Box] = []
    while start < end:
        reader = Reader(data, start, end)
        size, letters = reader.number(4), reader.bytes(4)
        if size == 1:
            size = reader.number(8)
        elif size == 0 and last_may_be_open:
            size = end - start
        if size < reader.at - start or start + size > end or len(found) == _MOST:
            raise NotUnderstood("a box's size")
        found.append(Box(letters, start, reader.at, start + size))
        start += size
    return found


def only(boxes: Iterable[Box], letters: bytes) -> Box:
    """The one box of this type."""
    found = [box for box in boxes if box.type == letters]
    if len(found) != 1:
        raise NotUnderstood("not exactly one")
    return found[0]


def full(data: bytes, box: Box) -> tuple[int, Reader]:
    """The version of a box that has one, and what comes after it."""
    reader = Reader(data, box.body, box.end)
    version = reader.number(1)
    reader.bytes(3)
    return version, reader


def merged(ranges: Iterable[Range]) -> list[Range]:
    """The same bytes in order, each once."""
    found: list[Range] = []
    for start, end in sorted(ranges):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def without(ranges: Iterable[Range], kept: Iterable[Range]) -> list[Range]:
    """What of `ranges` is not in `kept`."""
    found: list[Range] = []
    kept = merged(kept)
    at = 0
    for start, end in merged(ranges):
        while at < len(kept) and kept[at][1] <= start:
            at += 1
        here = at
        while here < len(kept) and kept[here][0] < end:
            if start < kept[here][0]:
                found.append((start, kept[here][0]))
            start = max(start, kept[here][1])
            here += 1
        if start < end:
            found.append((start, end))
    return found
