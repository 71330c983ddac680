# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a file is, by its bytes: a code of file_type. What its name or the browser says is not asked."""

from __future__ import annotations

import re

import puremagic

# The browser is shown these and no others, and only as the cleaner wrote them anew: what it leaves as it was but for
# its hidden data (HEIC, AVIF, PDF) is downloaded.
DISPLAYED = {"jpeg": "image/jpeg", "png": "image/png", "gif": "image/gif", "webp": "image/webp"}
CLEANED = frozenset({*DISPLAYED, "tiff", "heic", "avif", "pdf"})
ENDINGS = {
    "jpeg": ".jpg", "png": ".png", "gif": ".gif", "webp": ".webp", "tiff": ".tif", "heic": ".heic", "avif": ".avif",
    "pdf": ".pdf", "text": ".txt",
}  # fmt: skip
_MARKS = (
    (b"\xff\xd8\xff", "jpeg"), (b"\x89PNG\r\n\x1a\n", "png"), (b"GIF87a", "gif"), (b"GIF89a", "gif"),
    (b"II*\0", "tiff"), (b"MM\0*", "tiff"), (b"MZ", "program"), (b"\x7fELF", "program"), (b"#!", "program"),
)  # fmt: skip
# Office documents are archives; the names of what is in them stand near their beginning.
_IN_ARCHIVES = (
    (b"word/", "document"), (b"xl/", "spreadsheet"), (b"ppt/", "presentation"), (b"opendocument.text", "document"),
    (b"opendocument.spreadsheet", "spreadsheet"), (b"opendocument.presentation", "presentation"),
)  # fmt: skip
_BRANDS = (
    ((b"avif", b"avis"), "avif"),
    ((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"mif2", b"msf1"), "heic"),
)
_BY_MIME = (
    (r"image/hei[cf].*", "heic"), (r"image/svg.*", "drawing"), (r"text/html|.*xhtml.*", "web_page"),
    (r"image/.*", "picture"), (r"audio/.*", "audio"), (r"video/.*|application/mp4", "video"),
    (r".*(wordprocessing|msword|opendocument\.text|rtf).*", "document"),
    (r".*(spreadsheet|excel).*", "spreadsheet"), (r".*(presentation|powerpoint).*", "presentation"),
    (r"message/.*|.*outlook.*", "message"), (r".*(executable|dosexec|x-elf|mach).*", "program"),
    (r".*(zip|x-tar|x-7z|x-rar|vnd\.rar|gzip|bzip|x-xz).*", "archive"),
)  # fmt: skip


def kind_of(head: bytes) -> str:
    """The code of whatever begins with `head`."""
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head.startswith(b"PK\x03\x04"):
        return next((code for mark, code in _IN_ARCHIVES if mark in head), "archive")
    if head[4:8] == b"ftyp":
        return next((code for brands, code in _BRANDS if head[8:12] in brands), "video")
    for mark, code in _MARKS:
        if head.startswith(mark):
            return code
    if b"%PDF-" in head[:1024]:
        return "pdf"
    return _text(head) or _by_magic(head)


def _text(head: bytes) -> str | None:
    """Text, a web page or a drawing, if these bytes are words at all."""
    if not head:
        return "empty"
    if re.search(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]", head):
        return None
    try:
        words = head.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        if problem.start < len(head) - 4:  # otherwise a character that was cut in two
            return None
        words = head[: problem.start].decode("utf-8-sig")
    begin = words[:4096].lower()
    if "<svg" in begin:
        return "drawing"
    return "web_page" if re.search(r"<(!doctype html|html|head|body|script|iframe)\b", begin) else "text"


def _by_magic(head: bytes) -> str:
    try:
        found = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError, IndexError):
        return "unknown"
    for each in found[:3]:
        for pattern, code in _BY_MIME:
            if re.fullmatch(pattern, each.mime_type or ""):
                return code
    return "unknown"
