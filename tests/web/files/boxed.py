# SPDX-License-Identifier: Apache-2.0
"""Invented HEIC and AVIF files: every part that a phone or a spoiler may write can be had."""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass, field

from PIL import Image, ImageCms

from tests.web.files.carried import CANARY, _exif, _picture, _xmp

_TOLD = CANARY.encode()


def box(letters: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I", len(body) + 8) + letters + body


def full_box(letters: bytes, version: int, *parts: bytes) -> bytes:
    return box(letters, bytes([version, 0, 0, 0]), *parts)


@dataclass
class Entry:
    """One item: its number, type, bytes, and whether they stand in `idat` (method 1) or `mdat` (method 0)."""

    number: int
    type: bytes
    data: bytes
    method: int = 0
    words: bytes = _TOLD + b"\0"
    elsewhere: int = 0
    protected: int = 0


def profile() -> bytes:
    """sRGB with a text that tells."""
    made = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    at = int.from_bytes(made[136:140])  # its first tag is its description
    assert made[132:136] == b"desc"
    made[at + 28 : at + 28 + len(_TOLD)] = _TOLD
    return bytes(made)


PIXELS, TILE, SMALL = b"the picture's points" * 3, b"one tile of it" * 4, b"what was cut off" + _TOLD
PROPERTIES = [
    full_box(b"ispe", 0, struct.pack(">II", 64, 48)),
    box(b"colr", b"prof", profile()),
    box(b"hvcC", bytes(23)),
    full_box(b"udes", 0, b"es\0" + _TOLD + b"\0\0\0"),
    full_box(b"crtt", 0, b"\x11" * 8),
]


def items() -> list[Entry]:
    """A picture of tiles, its thumbnail, its place and time, its history, and where it may be found."""
    return [
        Entry(1, b"grid", PIXELS, method=1),
        Entry(2, b"hvc1", TILE),
        Entry(3, b"hvc1", SMALL),
        Entry(4, b"Exif", b"\0\0\0\0II*\0" + _TOLD),
        Entry(5, b"mime", _TOLD * 2, method=1, words=_TOLD + b"\0application/rdf+xml\0"),
        Entry(6, b"uri ", _TOLD, words=_TOLD + b"\0urn:" + _TOLD + b"\0"),
    ]


@dataclass
class Heic:
    """What a HEIC is made of; a test changes one thing and builds it."""

    items: list[Entry] = field(default_factory=items)
    properties: list[bytes] = field(default_factory=lambda: list(PROPERTIES))
    references: list[tuple[bytes, int, int]] = field(
        default_factory=lambda: [(b"dimg", 1, 2), (b"thmb", 3, 1), (b"cdsc", 4, 1), (b"cdsc", 5, 1)]
    )
    primary: int = 1
    version: int = 1
    brand: bytes = b"heic"
    in_meta: bytes = b""
    before: bytes = box(b"uuid", _TOLD, bytes(9))
    after: bytes = box(b"free", _TOLD) + box(b"mpvd", box(b"ftyp", b"mp42"), _TOLD)
    left_over: bytes = _TOLD

    def build(self) -> bytes:
        """The file. Places are known once everything before them is, so it is built twice."""
        head = box(b"ftyp", self.brand, bytes(4), b"mif1", self.brand) + self.before
        length = len(head + self._meta(0))
        store = b"".join(item.data for item in self.items if item.method == 0) + self.left_over
        return head + self._meta(length + 8) + box(b"mdat", store) + self.after

    def _meta(self, store: int) -> bytes:
        entries = [
            full_box(b"infe", 2, struct.pack(">HH", item.number, item.protected), item.type, item.words)
            for item in self.items
        ]
        refers = [box(kind, struct.pack(">HHH", one, 1, other)) for kind, one, other in self.references]
        return full_box(
            b"meta", 0,
            full_box(b"hdlr", 0, bytes(4), b"pict", bytes(12), _TOLD + b"\0"),
            full_box(b"pitm", 0, struct.pack(">H", self.primary)),
            full_box(b"iinf", 0, struct.pack(">H", len(entries)), *entries),
            full_box(b"iref", 0, *refers),
            box(b"iprp", box(b"ipco", *self.properties), full_box(b"ipma", 0, bytes(4))),
            box(b"idat", b"".join(item.data for item in self.items if item.method == 1) + _TOLD),
            self.in_meta,
            self._places(store),
        )  # fmt: skip

    def _places(self, store: int) -> bytes:
        at, rows = {0: store, 1: 0, 2: 0}, []
        for item in self.items:
            here = at[item.method]
            half = len(item.data) // 2  # in two parts, as the standard allows
            method = struct.pack(">H", item.method) if self.version else b""
            rows.append(
                struct.pack(">H", item.number) + method + struct.pack(">HIH", item.elsewhere, here, 2)
                + struct.pack(">IIII", 0, half, half, len(item.data) - half)
            )  # fmt: skip
            at[item.method] += len(item.data)
        return full_box(b"iloc", self.version, b"\x44\x40", struct.pack(">H", len(rows)), *rows)


def heic() -> bytes:
    """A photo as a phone sends it, with everything it may tell."""
    return Heic().build()


def avif() -> bytes:
    """A true picture, by another's hand."""
    out = io.BytesIO()
    _picture().save(out, "AVIF", exif=_exif(), xmp=_xmp(), icc_profile=profile(), quality=60)
    return out.getvalue()


def shown(data: bytes) -> tuple[bytes, dict[str, object]]:
    """What a reader that is not ours makes of it."""
    with Image.open(io.BytesIO(data), formats=("AVIF",)) as picture:
        return picture.convert("RGB").tobytes(), dict(picture.info) | dict(picture.getexif())


BOXED = {"heic": heic, "avif": avif}
