# SPDX-License-Identifier: Apache-2.0
"""A file written anew is made of nothing but what draws the picture, whatever camera and programs put beside it."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator

import pytest
from PIL import Image, TiffImagePlugin

from tests.web.files.boxed import profile
from tests.web.files.carried import CANARY, _exif, _picture, _xmp
from tests.web.files.test_cleaner import clean

TOLD = CANARY.encode()
FILM = b"\0\0\0\x18ftypmp42" + bytes(12) + b"\0\0\0\x18moov" + TOLD
THUMBNAIL = io.BytesIO()
_picture((16, 12)).save(THUMBNAIL, "JPEG", comment=TOLD)


def _saved(kind: str, **more) -> bytes:
    out = io.BytesIO()
    _picture().save(out, kind, **{"exif": _exif(), "icc_profile": profile(), **more})
    return out.getvalue()


def _segment(marker: int, data: bytes) -> bytes:
    return bytes([0xFF, marker]) + (len(data) + 2).to_bytes(2) + data


def jpeg() -> bytes:
    """A motion photo: Exif with a thumbnail, XMP, IPTC, where it came from (C2PA), a second picture, and a film."""
    exif = _exif()
    exif.get_ifd(0x8769)[0x9286] = b"ASCII\0\0\0" + TOLD
    small = THUMBNAIL.getvalue()
    with_thumbnail = exif.tobytes() + small
    data = _saved("JPEG", exif=with_thumbnail, xmp=_xmp(), comment=TOLD)
    iptc = b"Photoshop 3.0\x008BIM\x04\x04\0\0" + (5 + len(TOLD)).to_bytes(4) + b"\x1c\x02\x50\0\x10" + TOLD
    more = _segment(0xED, iptc) + _segment(0xEB, b"JP\0\1" + TOLD) + _segment(0xE2, b"MPF\0" + TOLD)
    return data[:2] + more + data[2:] + small + FILM


def _chunk(name: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4) + name + data + zlib.crc32(name + data).to_bytes(4)


def png() -> bytes:
    """Text plain and packed, Exif, when it was changed, a program's own chunk, and a film behind its end."""
    data = _saved("PNG")
    more = [
        _chunk(b"tEXt", b"Author\0" + TOLD), _chunk(b"zTXt", b"Comment\0\0" + zlib.compress(TOLD)),
        _chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + _xmp()), _chunk(b"tIME", b"\x07\xea\3\2\x14\0\0"),
        _chunk(b"prVt", TOLD), _chunk(b"dSIG", TOLD),
    ]  # fmt: skip
    return data[:33] + b"".join(more) + data[33:] + FILM


def webp() -> bytes:
    """Exif, XMP, a chunk nobody knows, and a film behind its end."""
    data = _saved("WEBP", xmp=_xmp())
    data += b"ABCD" + len(TOLD).to_bytes(4, "little") + TOLD
    return b"RIFF" + (len(data) - 8).to_bytes(4, "little") + data[8:] + FILM


def tiff() -> bytes:
    """A scan with every tag that tells, and an older small picture of itself."""
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    for tag in (269, 270, 271, 272, 305, 306, 315, 316, 33432):
        tags[tag] = CANARY
    for tag in (700, 33723, 34377):
        tags.tagtype[tag] = 7
        tags[tag] = TOLD
    small = _picture((16, 12))
    small.encoderinfo = {"tiffinfo": {254: 1}}
    out = io.BytesIO()
    _picture().save(
        out, "TIFF", tiffinfo=tags, exif=_exif(), icc_profile=profile(), save_all=True, append_images=[small]
    )
    return out.getvalue() + FILM


def gif() -> bytes:
    """A remark, a program's own block, and a film behind its end."""
    out = io.BytesIO()
    _picture().convert("P").save(out, "GIF", comment=TOLD)
    data = out.getvalue()
    block = b"\x21\xff\x0bXMP DataXMP" + bytes([len(TOLD)]) + TOLD + b"\0"
    at = 13 + 3 * 2 ** ((data[10] & 7) + 1)
    return data[:at] + block + data[at:] + FILM


def jpeg_parts(data: bytes) -> Iterator[str]:
    at = 2
    while data[at + 1] != 0xDA:
        yield f"{data[at + 1]:02X}" + ("" if data[at + 1] != 0xE0 else data[at + 4 : at + 8].decode())
        at += 2 + int.from_bytes(data[at + 2 : at + 4])
    assert data.index(b"\xff\xd9", at) == len(data) - 2


def png_parts(data: bytes) -> Iterator[str]:
    at = 8
    while at < len(data):
        yield data[at + 4 : at + 8].decode()
        at += 12 + int.from_bytes(data[at : at + 4])


def webp_parts(data: bytes) -> Iterator[str]:
    assert int.from_bytes(data[4:8], "little") == len(data) - 8
    at = 12
    while at < len(data):
        yield data[at : at + 4].decode()
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        at += 8 + size + size % 2


def tiff_parts(data: bytes) -> Iterator[str]:
    with Image.open(io.BytesIO(data)) as picture:
        assert picture.n_frames == 1
        yield from (str(tag) for tag in picture.tag_v2)


def gif_parts(data: bytes) -> Iterator[str]:
    at = 13 + (3 * 2 ** ((data[10] & 7) + 1) if data[10] & 128 else 0)
    while data[at] != 0x3B:
        yield f"{data[at]:02X}" + (f"{data[at + 1]:02X}" if data[at] == 0x21 else "")
        at += 2 if data[at] == 0x21 else 11 + (3 * 2 ** ((data[at + 9] & 7) + 1) if data[at + 9] & 128 else 0)
        while data[at]:
            at += 1 + data[at]
        at += 1
    assert at == len(data) - 1


# What draws: tables, frame, scan; head and points; size, strips and how they are packed; colours and frames.
DRAWS = {
    "jpeg": (jpeg, jpeg_parts, {"E0JFIF", "DB", "C0", "C2", "C4"}),
    "png": (png, png_parts, {"IHDR", "PLTE", "tRNS", "IDAT", "IEND"}),
    "webp": (webp, webp_parts, {"VP8 ", "VP8L", "VP8X", "ALPH"}),
    "tiff": (tiff, tiff_parts, {"256", "257", "258", "259", "262", "273", "277", "278", "279", "284", "317", "339"}),
    "gif": (gif, gif_parts, {"21F9", "2C"}),
}


@pytest.mark.parametrize("kind", DRAWS)
def test_what_comes_out_is_made_of_what_draws_the_picture_and_nothing_else(kind):
    made, parts, draws = DRAWS[kind]
    data = made()
    assert data.count(TOLD) > 2
    with Image.open(io.BytesIO(data), formats=(kind,)) as before:
        before.load()
    found = clean(data, kind)
    assert TOLD not in found
    assert set(parts(found)) <= draws
    with Image.open(io.BytesIO(found)) as after:
        after.load()
        upright = before.size if kind in ("gif", "tiff") else before.size[::-1]
        assert after.size in (upright, before.size)
