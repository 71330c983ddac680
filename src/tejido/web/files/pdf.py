# SPDX-License-Identifier: AGPL-3.0-or-later
"""A PDF with what draws its pages and nothing else: no author, program, history, signature, script, link or file in it.

We know what draws and keep that (`pdf_parts`); the rest goes unread. What is packed in a way we do not understand could
hide anything: then the document is not cleaned.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream, String

from tejido.web.files import profiles
from tejido.web.files.boxes import NotUnderstood
from tejido.web.files.pdf_content import drawing
from tejido.web.files.pdf_parts import STREAMS, below
from tejido.web.files.pdf_pictures import bare_globals, bare_image, unpacked

_REMARK = re.compile(rb"%[^\r\n]*")  # in the little programs for functions and letters


def clean_pdf(data: bytes) -> bytes:
    """The pages and nothing else. Raises where it cannot be told what else is in it."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        if pdf.is_encrypted and not pdf.allow.extract:
            raise ValueError("locked")
        for name in [name for name in pdf.trailer.keys() if name not in ("/Root", "/Size", "/Encrypt")]:  # noqa: SIM118
            del pdf.trailer[name]
        for page in pdf.pages:
            page.contents_coalesce()  # it may be cut anywhere
        _Pages(pdf).clean()
        written = io.BytesIO()
        # Packed anew: what stood behind the end of a packed stream is gone.
        pdf.save(
            written, deterministic_id=True, fix_metadata_version=False, recompress_flate=True,
            stream_decode_level=pikepdf.StreamDecodeLevel.generalized,
        )  # fmt: skip
    return written.getvalue()


class _Pages:
    """Goes from the catalog to whatever it holds, and keeps of each what its part is known to have."""

    def __init__(self, pdf: Any) -> None:
        self._pages = {page.objgen for page in pdf.pages}
        self._seen: set[tuple[Any, str]] = set()
        self._waiting: list[tuple[Any, str]] = [(pdf.Root, "catalog")]
        if "/Parent" in pdf.Root.Pages:
            del pdf.Root.Pages["/Parent"]

    def clean(self) -> None:
        """Until nothing waits. One thing in two places keeps only what both may have."""
        while self._waiting:
            thing, part = self._waiting.pop()
            if isinstance(thing, Array):
                self._list(thing, part)
            elif isinstance(thing, (Dictionary, Stream)) and (not thing.is_indirect or self._is_new(thing, part)):
                if isinstance(thing, Stream):
                    _clean_stream(thing, part)
                self._keys(thing, part)

    def _is_new(self, thing: Any, part: str) -> bool:
        seen = len(self._seen)
        self._seen.add((thing.objgen, part))
        return len(self._seen) > seen

    def _keys(self, thing: Any, part: str) -> None:
        for key in list(thing.keys()):
            if (part, key) == ("page", "/Parent"):
                continue  # set by its parent, below
            kept = below(part, key)
            found = None if kept is None else self._part(thing[key], kept)
            if found is None:
                if key != "/Length":
                    del thing[key]
            elif found:
                self._waiting.append((thing[key], found))
        for child in thing.get("/Kids", []) if part == "page" else []:
            child["/Parent"] = thing  # and no other: it could hold what is no page any more

    def _list(self, things: Any, part: str) -> None:
        for at, value in enumerate(list(things)):
            found = self._part(value, "dest" if part == "pairs" else part)
            if found is None:
                things[at] = None
            elif found:
                self._waiting.append((value, found))

    def _part(self, value: Any, part: str) -> str | None:
        """As what to look into it: "" for not at all, None where it goes."""
        if part == "dest":
            return self._target(value)
        if not part:
            return "" if _is_plain(value) else None
        if not isinstance(value, (Dictionary, Stream)):
            return part if isinstance(value, Array) else ""
        chosen = _CHOSEN[part](value) if part in _CHOSEN else part
        return None if isinstance(value, Stream) and chosen not in STREAMS else chosen

    def _target(self, value: Any) -> str | None:
        """Where in the document it leads. A page that was taken out may still be reached by its chapter."""
        if isinstance(value, Dictionary):
            return "target"
        if not isinstance(value, Array):
            return "" if isinstance(value, (Name, String)) else None
        page = value[0] if len(value) else None
        there = isinstance(page, Dictionary) and page.objgen in self._pages
        return "" if there and all(_is_plain(each) for each in list(value)[1:]) else None


def _is_plain(value: Any) -> bool:
    """Nothing but numbers, names and words, in lists or not."""
    if isinstance(value, Array):
        return all(_is_plain(each) for each in value)
    return not isinstance(value, (Dictionary, Stream))


def _xobject(value: Any) -> str | None:
    return {"/Image": "image", "/Form": "xform"}.get(str(value.get("/Subtype", "")))


def _remark(value: Any) -> str | None:
    """On a form's field the same letter is the field's name. "Accepted by" with a name is a remark about a remark."""
    if "/StateModel" in value or "/State" in value:
        return None
    return "field" if value.get("/Subtype") == Name.Widget else "annotation"


def _action(value: Any) -> str | None:
    """Within the document. Every other leads out of it, asks for something there, or runs."""
    return "action" if str(value.get("/S", "")) in ("/GoTo", "/Named") else None


def _property(value: Any) -> str | None:
    return "layer" if str(value.get("/Type", "")) in ("/OCG", "/OCMD") else None


def _state(value: Any) -> str:
    return "xform" if isinstance(value, Stream) else "*xform"


# What something is shows only in itself.
_CHOSEN: dict[str, Callable[[Any], str | None]] = {
    "xobject": _xobject, "remark": _remark, "action": _action, "property": _property, "state": _state,
}  # fmt: skip


def _clean_stream(stream: Any, part: str) -> None:
    if part == "image":
        bare_image(stream)
    elif part == "globals":
        bare_globals(stream)
    elif part in ("content", "xform", "pattern"):
        stream.write(drawing(stream, unpacked(stream)))
    elif part == "encoding" or (part in ("function", "colour") and stream.get("/FunctionType") == 4):
        stream.write(_REMARK.sub(b"", unpacked(stream)))
    elif part == "colour" and "/N" in stream:
        stream.write(_bare_profile(unpacked(stream)))
    else:
        unpacked(stream)


def _bare_profile(data: bytes) -> bytes:
    bare = bytearray(data)
    for start, end in profiles.telling(data, 0, len(data)):
        bare[start:end] = bytes(end - start)
    if not bare:
        raise NotUnderstood("a colour profile")
    return bytes(bare)
