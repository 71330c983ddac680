# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pictures inside a PDF, however they are packed, without what the camera or scanner wrote beside their points."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name

from tejido.web.files.boxes import NotUnderstood, Reader
from tejido.web.files.jpeg2000 import bare_jpeg2000

_SHORT = {
    "/AHx": "/ASCIIHexDecode", "/A85": "/ASCII85Decode", "/LZW": "/LZWDecode", "/Fl": "/FlateDecode",
    "/RL": "/RunLengthDecode", "/CCF": "/CCITTFaxDecode", "/DCT": "/DCTDecode",
}  # fmt: skip
_PACKED = frozenset({"/ASCIIHexDecode", "/ASCII85Decode", "/LZWDecode", "/FlateDecode", "/RunLengthDecode"})
_POINTS = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")  # the first marker after them
_DRAWS = frozenset({*range(0xC0, 0xD0), *range(0xDA, 0xE0)} - {0xC8})
_ADOBE = 12  # bytes that say how the colours are written
_NOTES = 62  # a JBIG2 segment of remarks


def _packing(stream: Any) -> list[tuple[str, Any]]:
    """How it is packed: filters and their parameters, outermost first."""
    filters, given = stream.get("/Filter"), stream.get("/DecodeParms")
    names = list(filters) if isinstance(filters, Array) else [] if filters is None else [filters]
    parameters = list(given) if isinstance(given, Array) else [given]
    parameters += [None] * (len(names) - len(parameters))
    return [(_SHORT.get(str(name), str(name)), each) for name, each in zip(names, parameters, strict=False)]


def unpacked(stream: Any) -> bytes:
    """Its bytes. Raises where a picture's packing hides them."""
    packing = _packing(stream)
    if not {name for name, _ in packing} <= _PACKED:
        raise NotUnderstood("packed as a picture is")
    return _opened(stream, packing)


def _opened(stream: Any, packing: list[tuple[str, Any]]) -> bytes:
    for key in ("/F", "/FFilter", "/FDecodeParms"):  # its bytes are said to stand in another file
        if key in stream:
            del stream[key]
    raw = stream.read_raw_bytes()
    if not packing:
        return bytes(raw)
    with pikepdf.new() as aside:
        parameters = [_plain(each) for _, each in packing]
        again = aside.make_stream(raw, {"/Filter": Array([Name(name) for name, _ in packing])})
        if any(parameters):
            again["/DecodeParms"] = Array([Dictionary(each) if each else None for each in parameters])
        return bytes(again.read_bytes())


def _plain(parameters: Any) -> dict[str, Any]:
    if not isinstance(parameters, Dictionary):
        return {}
    return {key: value for key, value in parameters.items() if isinstance(value, (int, bool))}


def bare_image(stream: Any) -> None:
    """Rewrite it: its own packing stays, whatever was wrapped around it goes. Raises `NotUnderstood`."""
    packing = _packing(stream)
    if not packing or packing[-1][0] in _PACKED:
        stream.write(unpacked(stream))
        return
    (*around, (own, parameters)) = packing
    if own not in _BARE or not {name for name, _ in around} <= _PACKED:
        raise NotUnderstood("a picture's packing")
    kept = parameters if isinstance(parameters, Dictionary) else None
    stream.write(_BARE[own](_opened(stream, around)), filter=Name(own), decode_parms=kept)


def bare_globals(stream: Any) -> None:
    """What the JBIG2 pictures of a document have in common."""
    stream.write(_bare_jbig2(unpacked(stream)))


def _bare_jpeg(data: bytes) -> bytes:
    """Without the camera's notes and without what follows its end; its points are not touched."""
    if data[:2] != b"\xff\xd8":
        raise NotUnderstood("no JPEG")
    kept, at = [data[:2]], 2
    while at < len(data):
        if data[at] != 0xFF:
            raise NotUnderstood("a marker")
        while data[at + 1 : at + 2] == b"\xff":  # the standard allows as many as one likes
            at += 1
        marker, size = data[at + 1] if at + 1 < len(data) else 0xD9, int.from_bytes(data[at + 2 : at + 4])
        if marker == 0xD9:
            break
        end = at + 2 + size
        if size < 2 or end > len(data):
            raise NotUnderstood("a segment")
        if marker == 0xDA:  # points: as long as no other marker comes
            after = _POINTS.search(data, end)
            end = after.start() if after else len(data)
        if marker in _DRAWS:
            kept.append(data[at:end])
        elif marker == 0xEE and data[at + 4 : at + 9] == b"Adobe" and size >= 2 + _ADOBE:
            kept.append(b"\xff\xee" + (2 + _ADOBE).to_bytes(2) + data[at + 4 : at + 4 + _ADOBE])
        elif not 0xE0 <= marker <= 0xEF and marker != 0xFE:  # those say who, where and when
            raise NotUnderstood("a marker")
        at = end
    return b"".join([*kept, b"\xff\xd9"])


def _bare_jbig2(data: bytes) -> bytes:
    """Its segments but remarks (ITU-T T.88, 7.2)."""
    reader, kept = Reader(data, 0, len(data)), []
    while reader.at < len(data):
        start = reader.at
        number, flags, count = reader.number(4), reader.number(1), reader.number(1)
        if count >> 5 == 7:
            reader.at -= 1
            count = reader.number(4) & 0x1FFFFFFF
            reader.bytes(count // 8 + 1)
        else:
            count >>= 5
        reader.bytes(count * (1 if number <= 256 else 2 if number <= 65536 else 4) + (4 if flags & 0x40 else 1))
        reader.bytes(reader.number(4))  # one that says no length is refused as cut short
        if flags & 63 != _NOTES:
            kept.append(data[start : reader.at])
    return b"".join(kept)


# A fax has no room for remarks.
_BARE: dict[str, Callable[[bytes], bytes]] = {
    "/DCTDecode": _bare_jpeg, "/JPXDecode": bare_jpeg2000, "/JBIG2Decode": _bare_jbig2, "/CCITTFaxDecode": bytes,
}  # fmt: skip
