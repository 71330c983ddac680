# SPDX-License-Identifier: AGPL-3.0-or-later
"""JPEG 2000 (ISO/IEC 15444-1) as scanners put it into a PDF: what draws is kept, remarks and boxes of notes are not."""

from __future__ import annotations

from tejido.web.files import profiles
from tejido.web.files.boxes import Box, NotUnderstood, Reader, boxes_in, only

_HEADER = (b"ihdr", b"bpcc", b"colr", b"pclr", b"cmap", b"cdef", b"res ")
_START, _TILE, _POINTS, _END, _REMARK = 0xFF4F, 0xFF90, 0xFF93, 0xFFD9, 0xFF64


def bare_jpeg2000(data: bytes) -> bytes:
    """A file of boxes, or the bare points. Raises `NotUnderstood`."""
    if data[:2] == _START.to_bytes(2):
        return _bare_points(data)
    top = boxes_in(data, 0, len(data), last_may_be_open=True)
    if not top or top[0].type != b"jP  " or any(box.type in (b"jpch", b"jplh", b"ftbl", b"moov") for box in top):
        raise NotUnderstood("no JPEG 2000 of one picture")
    header, points = only(top, b"jp2h"), only(top, b"jp2c")
    inside = [box for box in boxes_in(data, header.body, header.end) if box.type in _HEADER]
    return b"".join([
        _box(b"jP  ", b"\r\n\x87\n"), _box(b"ftyp", b"jp2 \0\0\0\0jp2 "),
        _box(b"jp2h", b"".join(_box(box.type, _bare_header(data, box)) for box in inside)),
        _box(b"jp2c", _bare_points(data[points.body : points.end])),
    ])  # fmt: skip


def _box(letters: bytes, body: bytes) -> bytes:
    return (len(body) + 8).to_bytes(4) + letters + body


def _bare_header(data: bytes, box: Box) -> bytes:
    body = bytearray(data[box.body : box.end])
    if box.type == b"colr":
        method = int.from_bytes(body[:1])
        if method == 1:
            return bytes(body[:7])
        if method not in (2, 3):
            raise NotUnderstood("a colour")
        for start, end in profiles.telling(bytes(body), 3, len(body)):
            body[start:end] = bytes(end - start)
    return bytes(body)


def _bare_points(data: bytes) -> bytes:
    """Zeros for each remark, so that no length changes; nothing behind the end."""
    bare, reader = bytearray(data), Reader(data, 0, len(data))
    if reader.number(2) != _START:
        raise NotUnderstood("no JPEG 2000")
    tile_at = tile_size = 0
    while (marker := reader.number(2)) != _END:
        at = reader.at - 2
        if marker == _POINTS and tile_at:
            reader.at = tile_at + tile_size if tile_size else _last(data)
            if not at < reader.at <= len(data):
                raise NotUnderstood("a tile")
            continue
        size = reader.number(2)
        if not 0xFF50 <= marker <= _TILE or size < 2:
            raise NotUnderstood("a marker")
        body = reader.bytes(size - 2)
        if marker == _TILE:
            tile_at, tile_size = at, int.from_bytes(body[2:6])
        elif marker == _REMARK:
            bare[at + 4 : reader.at] = bytes(size - 2)
    return bytes(bare[: reader.at])


def _last(data: bytes) -> int:
    """Where a last tile of no said size ends."""
    at = data.rfind(_END.to_bytes(2))
    if at < 0:
        raise NotUnderstood("no end")
    return at
