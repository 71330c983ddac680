# SPDX-License-Identifier: AGPL-3.0-or-later
"""How a file is shown: a picture as we wrote it anew, text as text, and of everything else only what it is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from tejido.web.files.actions import REMOVED
from tejido.web.files.kinds import DISPLAYED, ENDINGS
from tejido.web.security.sealing import Opened

_LARGEST_PICTURE = 25 * 1024 * 1024
_LARGEST_TEXT = 200 * 1024
_LONGEST_NAME = 150  # bytes: what every file system takes, with room for "(1)"


def shown_as(opened: Opened) -> str:
    """picture, text or nothing."""
    if opened.type in DISPLAYED and opened.hidden_data == REMOVED and opened.size <= _LARGEST_PICTURE:
        return "picture"
    if opened.type == "text" and not opened.is_original and opened.size <= _LARGEST_TEXT:
        return "text"
    return ""


def as_text(parts: Iterable[bytes]) -> str:
    """The words of a text file, whatever was in it."""
    return b"".join(parts).decode("utf-8-sig", "replace").replace("\0", "")


def as_picture(opened: Opened, parts: Iterable[bytes]) -> HttpResponse:
    """A picture for the page that shows it: nothing in it can run, ask for anything, or stay behind."""
    response = HttpResponse(b"".join(parts), content_type=DISPLAYED[opened.type])
    response.headers["Content-Disposition"] = "inline"
    return _closed(response)


def as_download(opened: Opened, parts: Iterable[bytes], *, by_code: bool) -> StreamingHttpResponse:
    """Bytes to be saved, never shown: whatever they are, a browser is told nothing of it."""
    response = StreamingHttpResponse(parts, content_type="application/octet-stream")
    name = code_name(opened) if by_code else safe_name(opened.name)
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response.headers["Content-Length"] = str(opened.size)
    return _closed(response)


def _closed[Response: HttpResponseBase](response: Response) -> Response:
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'; frame-ancestors 'none'"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def code_name(opened: Opened) -> str:
    """A name that says nothing to whoever sees her downloads: the case's code and the file's."""
    return f"{opened.record.case.code}-{str(opened.record.pk)[:4]}{ENDINGS.get(opened.type, '.bin')}"


def safe_name(name: str) -> str:
    """The file's own name as any system can write it down: no path, no control, no turned direction, not too long."""
    name = "".join(letter for letter in name.replace("\\", "/").rsplit("/", 1)[-1] if letter.isprintable())
    name = "".join("_" if letter in '<>:"|?*' else letter for letter in name).strip(" .")
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending.encode()) > 10:
        stem, dot, ending = name, "", ""
    room = _LONGEST_NAME - len(dot + ending)
    return (stem.encode()[:room].decode(errors="ignore") + dot + ending) or "file"


def facts(opened: Opened) -> dict[str, Any]:
    """What a list and a page say of a file."""
    return {"record": opened.record, "opened": opened, "ending_differs": ending_differs(opened.name, opened.type)}


def ending_differs(name: str, kind: str) -> bool:
    """Does the name claim to be something else than its bytes are?"""
    claimed = {".jpeg": "jpeg", ".tiff": "tiff", ".heif": "heic"} | {end: code for code, end in ENDINGS.items()}
    ending = f".{name.rpartition('.')[2].lower()}"
    return ending in claimed and claimed[ending] != kind
