# SPDX-License-Identifier: Apache-2.0
"""What a picture or PDF carries along does not come through; what would break the reader breaks only a process."""

from __future__ import annotations

import io
import zlib

import pikepdf
import pytest
from PIL import Image

from tejido.web.files.cleaning import NotCleaned, cleaned
from tejido.web.files.kinds import CLEANED, kind_of
from tests.web.files import carried
from tests.web.files.boxed import BOXED


def clean(data: bytes, kind: str) -> bytes:
    return b"".join(cleaned([data[at : at + 5000] for at in range(0, len(data), 5000)], kind))


@pytest.mark.parametrize("kind", carried.PICTURES)
def test_a_picture_comes_out_with_its_points_and_nothing_else(kind):
    data = carried.PICTURES[kind]()
    assert carried.CANARY.encode() in data
    assert kind_of(data) == kind
    found = clean(data, kind)
    assert carried.CANARY.encode() not in found
    assert kind_of(found) == kind
    with Image.open(io.BytesIO(data)) as before, Image.open(io.BytesIO(found)) as after:
        assert not dict(after.getexif()) or kind == "tiff"
        assert {"exif", "xmp", "comment", "icc_profile", "Author"}.isdisjoint(after.info)
        turned = kind in ("jpeg", "png", "webp")
        assert after.size == (before.size[::-1] if turned else before.size)
        assert getattr(after, "n_frames", 1) == getattr(before, "n_frames", 1)
        if kind in ("gif", "tiff"):
            assert before.convert("RGB").tobytes() == after.convert("RGB").tobytes()


def test_frames_last_as_long_as_they_did():
    with Image.open(io.BytesIO(clean(carried.gif(), "gif"))) as after:
        lasted = []
        for frame in range(after.n_frames):
            after.seek(frame)
            lasted.append(after.info["duration"])
    assert lasted == [70, 90]


def _everything_in(data: bytes) -> bytes:
    """The file's bytes and, opened, every stream and word in it."""
    parts = [data]
    with pikepdf.open(io.BytesIO(data)) as document:
        for thing in document.objects:
            parts.append(str(thing).encode())
            if isinstance(thing, pikepdf.Stream):
                parts += [thing.read_raw_bytes(), zlib.decompressobj().decompress(thing.read_raw_bytes())
                          if thing.get("/Filter") == "/FlateDecode" else b""]  # fmt: skip
    return b"".join(parts)


def test_a_pdf_comes_out_with_its_pages_and_nothing_else():
    data = carried.pdf()
    assert carried.CANARY.encode() in _everything_in(data)
    found = clean(data, "pdf")
    everything = _everything_in(found)
    assert carried.CANARY.encode() not in everything
    for word in (b"JavaScript", b"/EmbeddedFile", b"/Metadata", b"/Author", b"/Thumb", b"/OpenAction"):
        assert word not in everything, word
    with pikepdf.open(io.BytesIO(found)) as document:
        (page,) = document.pages
        assert len(page.images) == 1
        photo = pikepdf.PdfImage(page.images["/Photo"]).as_pil_image()
        assert photo.size == (64, 48)
        assert str(page.Annots[0].Contents) == "ojo"


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("a picture of a billion points", carried.bomb(), "png"),
        ("a PDF that contains itself", carried.turning_pdf(), "pdf"),
        ("nothing", b"", "jpeg"),
        ("the beginning of a photo", carried.jpeg()[:200], "jpeg"),
        ("the beginning of a PDF", b"%PDF-1.7\n" + b"1 0 obj\n" * 5, "pdf"),
        ("a web page that says it is a GIF", b"GIF89a<script>alert(1)</script>", "gif"),
        ("noise", bytes(range(256)) * 400, "tiff"),
        ("a PostScript program", b"%!PS-Adobe-3.0 EPSF-3.0\n(x) run", "jpeg"),
    ],
)
def test_what_cannot_be_read_is_not_cleaned_and_nothing_breaks(name, data, kind):
    try:
        found = clean(data, kind)
    except NotCleaned:
        return
    assert kind == "pdf"  # read with forbearance, it became a document of no pages
    with pikepdf.open(io.BytesIO(found)) as document:
        assert len(document.pages) < 5


def test_a_picture_with_a_web_page_behind_it_is_only_a_picture_afterwards():
    found = clean(carried.jpeg() + b"<html><script>alert(1)</script>" + b"PK\x03\x04" * 9, "jpeg")
    assert b"<script>" not in found
    assert b"PK\x03\x04" not in found


def test_every_kind_that_is_cleaned_is_tried_here():
    assert {*carried.PICTURES, *BOXED, "pdf"} == CLEANED


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"Hola, \xc3\xb1and\xc3\xba", "text"),
        (b"", "empty"),
        (b"<!DOCTYPE html><p>x", "web_page"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>", "drawing"),
        (b"MZ\x90\0" + bytes(100), "program"),
        (b"\x7fELF\2" + bytes(100), "program"),
        (b"#!/bin/sh\n", "program"),
        (b"PK\x03\x04" + bytes(60), "archive"),
        (b"PK\x03\x04" + bytes(60) + b"word/document.xml", "document"),
        (b"\0\0\0\x18ftypheic" + bytes(20), "heic"),
        (b"\0\0\0\x18ftypmp42" + bytes(20), "video"),
        (b"ID3\x03" + bytes(40), "audio"),
        (bytes(range(255, 0, -1)), "unknown"),
        (b"a" * 65535 + "ñ".encode()[:1], "text"),
        (b"texto\x00nulo", "unknown"),
        (b"%PDF-1.4", "pdf"),
    ],
)
def test_a_file_is_what_its_bytes_say(data, kind):
    assert kind_of(data) == kind
