# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a colour profile (ICC.1) says beside colours: its date, its maker's and device's names, its texts."""

from __future__ import annotations

from tejido.web.files.boxes import NotUnderstood, Range, Reader, without

_HEAD = 128
# CMM, date, platform, maker and model, creator, sum, and what is for later.
_TELLING = ((4, 8), (24, 36), (40, 44), (48, 56), (80, _HEAD))
_COLOURS = frozenset(
    {b"rXYZ", b"gXYZ", b"bXYZ", b"rTRC", b"gTRC", b"bTRC", b"kTRC", b"wtpt", b"bkpt", b"chad", b"cicp", b"lumi"}
    | {f"{way}{n}".encode() for way in ("A2B", "B2A") for n in range(4)}
)
_MOST_TAGS = 200
_TYPE = 8  # bytes by which a reader knows what sort of nothing stands there


def telling(data: bytes, start: int, end: int) -> list[Range]:
    """The bytes of the profile at `start` that no colour depends on. Zeros in their place are an empty text."""
    reader = Reader(data, start, end)
    size = reader.number(4)
    if not _HEAD + 4 <= size <= end - start or data[start + 36 : start + 40] != b"acsp":
        raise NotUnderstood("a colour profile")
    reader.at, reader.end = start + _HEAD, start + size
    count = reader.number(4)
    if count > _MOST_TAGS:
        raise NotUnderstood("a colour profile")
    kept: list[Range] = []
    for _ in range(count):
        name, at, length = reader.bytes(4), reader.number(4), reader.number(4)
        if at + length > size:
            raise NotUnderstood("a colour profile")
        kept.append((start + at, start + at + (length if name in _COLOURS else min(length, _TYPE))))
    return [(start + a, start + b) for a, b in _TELLING] + without([(reader.at, end)], kept)
