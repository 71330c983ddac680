# SPDX-License-Identifier: Apache-2.0
"""Invented files that carry hidden data along, each with the canaries that must not come through."""

from __future__ import annotations

import io
import struct
import zlib

import pikepdf
from PIL import Image, PngImagePlugin

CANARY = "Irrepetible-41d2"


def _picture(size: tuple[int, int] = (64, 48), mode: str = "RGB") -> Image.Image:
    picture = Image.new(mode, size)
    picture.putdata([(x * 3 % 256, x * 7 % 256, x % 256)[: len(mode)] for x in range(size[0] * size[1])])
    return picture


def _exif() -> Image.Exif:
    exif = Image.Exif()
    exif[0x010F], exif[0x013B], exif[0x0112] = f"maker {CANARY}", f"artist {CANARY}", 6  # 6: to be turned
    exif[0x8825] = {1: "N", 2: (19.0, 25.0, 57.0), 3: "W", 4: (99.0, 7.0, 59.0), 29: f"2026:{CANARY}"}
    return exif


def _xmp() -> bytes:
    return f"<x:xmpmeta xmlns:x='adobe:ns:meta/'>{CANARY}</x:xmpmeta>".encode()


def jpeg(size: tuple[int, int] = (64, 48)) -> bytes:
    """A photo with EXIF, a place, XMP and a comment, lying on its side, and something after its end."""
    out = io.BytesIO()
    _picture(size).save(out, "JPEG", exif=_exif(), xmp=_xmp(), comment=CANARY.encode())
    return out.getvalue() + b"<script>" + CANARY.encode()


def png() -> bytes:
    """A picture with text chunks."""
    out, info = io.BytesIO(), PngImagePlugin.PngInfo()
    info.add_text("Author", CANARY)
    info.add_itxt("XML:com.adobe.xmp", _xmp().decode())
    _picture().save(out, "PNG", pnginfo=info, exif=_exif())
    return out.getvalue()


def webp() -> bytes:
    """The same as WebP."""
    out = io.BytesIO()
    _picture().save(out, "WEBP", exif=_exif(), xmp=_xmp())
    return out.getvalue()


def gif() -> bytes:
    """Two frames and a comment."""
    out = io.BytesIO()
    frames = [Image.new("RGB", (32, 32), colour) for colour in ("red", "blue")]
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:], duration=[70, 90], loop=0, comment=CANARY)
    return out.getvalue()


def tiff() -> bytes:
    """A scan of two pages with tags."""
    out = io.BytesIO()
    more = {"tiffinfo": {270: CANARY, 315: CANARY}, "save_all": True, "append_images": [_picture()]}
    _picture().save(out, "TIFF", **more)
    return out.getvalue()


def pdf() -> bytes:
    """A document with everything a document can carry."""
    document = pikepdf.new()
    page = document.add_blank_page(page_size=(200, 200))
    text = pikepdf.String(CANARY)
    photo = document.make_stream(jpeg())
    photo.Type, photo.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
    photo.Width, photo.Height, photo.ColorSpace = 64, 48, pikepdf.Name.DeviceRGB
    photo.BitsPerComponent, photo.Filter = 8, pikepdf.Name.DCTDecode
    page.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Photo=photo))
    page.obj.Contents = document.make_stream(b"q 100 0 0 100 10 10 cm /Photo Do Q")
    remark = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Text, Rect=[0, 0, 10, 10], Contents=pikepdf.String("ojo"),
        T=text, NM=text, CreationDate=text,
    )  # fmt: skip
    script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=text)
    link = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 5, 5], A=script)
    page.obj.Annots = document.make_indirect(pikepdf.Array([document.make_indirect(remark), link]))
    page.obj.Thumb = document.make_stream(CANARY.encode())
    page.obj.PieceInfo = pikepdf.Dictionary(App=pikepdf.Dictionary(Private=text))
    document.Root.OpenAction = script
    document.Root.Metadata = document.make_stream(_xmp())
    document.attachments["secreto.txt"] = pikepdf.AttachedFileSpec(document, CANARY.encode(), filename=CANARY)
    document.docinfo["/Author"] = CANARY
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def bomb() -> bytes:
    """A PNG of a billion points in a few hundred bytes."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", 40_000, 25_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(9000))) + chunk(b"IEND", b"")
    )


def turning_pdf() -> bytes:
    """A PDF whose page tree contains itself."""
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[2 0 R 2 0 R]/Count 9999999"
        b"/Parent 2 0 R>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
    )


PICTURES = {"jpeg": jpeg, "png": png, "webp": webp, "gif": gif, "tiff": tiff}
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
